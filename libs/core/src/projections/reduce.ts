import { integerOf } from '../algebra/exact-integer.js';
import { impossible } from '../errors/twofold-error.js';
import type { Scalar, ScalarField, Value } from '../events/data-type.js';
import { isText } from '../events/is-text.js';
import type { Projection, ProjectedEvent } from './projection.js';
import { projectionFailed, standingOf, type Standing } from './standing.js';

/**
 * How a subject stands after an event. `before` null: it is its first. It is presented, too: so what cannot be is found at the event
 * that it is of, and not by whoever asks.
 *
 * @throws TwofoldError `projection-failed`, with what the function threw or gave
 */
export function evolved(projection: Projection, before: Standing | null, event: ProjectedEvent): Standing {
  const { definition, reducer } = projection;
  const attempt = <T>(what: string, run: () => T): T => {
    try {
      return run();
    } catch (error) {
      throw projectionFailed(definition.name, event.subject, what, error);
    }
  };
  const from = before ?? attempt('init', () => standingOf(0, reducer.init()));
  const after = attempt('evolve', () =>
    standingOf(from.events + 1, reducer.evolve(from.state as never, event as never)),
  );
  attempt('present', () => measuresOf(projection, after));
  return after;
}

/** The values of a standing's measures, in their order. @throws Error that names the measure which is not as declared */
export function measuresOf({ definition, reducer }: Projection, { state }: Standing): readonly Value[] {
  const given = reducer.present(state as never);
  const unknown = Object.keys(given).find((name) => !definition.measures.some((measure) => measure.name === name));
  if (unknown !== undefined) throw new Error(`${unknown} is no measure of it`);
  return definition.measures.map(({ name, field }) => {
    const value = given[name] ?? null;
    if (value === null && field.optional) return null;
    if (value === null) throw new Error(`${name} is missing`);
    if (!isOf(field, value)) throw new Error(`${name} is no ${field.kind}: ${String(value).slice(0, MAX_TOLD)}`);
    if (typeof value === 'bigint') return integerOf(value);
    // + 0 makes −0 a plain 0, so that every store sees one zero
    return typeof value === 'number' ? value + 0 : (value as Scalar);
  });
}

/** Of a value that is wrong, characters. */
const MAX_TOLD = 100;
const BITS = 64;
/** Milliseconds, and days, from 1970: what a Date has. */
const MAX_TIME_MS = 8.64e15;
const MS_PER_DAY = 86_400_000;

/** Whether it is a value of the field, in the one form that values have. */
function isOf(field: ScalarField, value: unknown): boolean {
  switch (field.kind) {
    case 'string':
      return typeof value === 'string' && value.length <= field.maxLength && isText(value);
    case 'enum':
      return typeof value === 'string' && field.values.includes(value);
    case 'int':
    case 'decimal':
      return Number.isSafeInteger(value) || (typeof value === 'bigint' && BigInt.asIntN(BITS, value) === value);
    case 'timestamp':
      return Number.isSafeInteger(value) && Math.abs(value as number) <= MAX_TIME_MS;
    case 'date':
      return Number.isSafeInteger(value) && Math.abs(value as number) <= MAX_TIME_MS / MS_PER_DAY;
    case 'double':
      return Number.isFinite(value);
    case 'boolean':
      return typeof value === 'boolean';
    default:
      return impossible(`field ${JSON.stringify(field satisfies never)}`);
  }
}
