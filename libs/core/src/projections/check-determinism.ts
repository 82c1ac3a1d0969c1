import { TwofoldError } from '../errors/twofold-error.js';
import { dataReaderOf } from '../events/read-data.js';
import type { Value } from '../events/data-type.js';
import type { EventType } from '../events/event-type.js';
import type { ViewRow } from '../views/view-row.js';
import { planProjection } from './plan-projection.js';
import { ProjectionFold } from './projection-fold.js';
import type { Projection } from './projection.js';

/** An event as it is sent: its data as JSON has it. Of the newest version of its type. */
export type HappenedEvent = {
  readonly type: string;
  readonly subject: string;
  readonly timeMs: number;
  readonly data: unknown;
};

/**
 * Folds events twice: at once, with every state held in memory; and one by one, with every state stored in between. What a projection
 * comes to must not depend on it. For the tests of those who write one: it proves nothing of events that it is not given. `events`:
 * the types that the projection reads.
 *
 * @throws TwofoldError `projection-failed`: a function threw, or the two are not the same; the message says of which subject
 */
export function checkDeterminism(
  projection: Projection,
  types: readonly EventType[],
  events: readonly HappenedEvent[],
): void {
  const plan = planProjection(projection, types);
  const readers = plan.sources.map(({ event }) => ({ type: event.type, read: dataReaderOf(event) }));
  const take = (fold: ProjectionFold, { type, subject, timeMs, data }: HappenedEvent, offset: number): void => {
    const source = readers.findIndex((reader) => reader.type === type);
    const values: Value[] = [];
    const problem = readers[source]?.read(data, values) ?? null;
    if (problem !== null)
      throw new TwofoldError('invalid-data', `event ${offset}: ${problem.message}`, problem.pointer);
    if (source !== -1) fold.take(source, values, timeMs, offset, subject);
  };

  const atOnce = new ProjectionFold(plan);
  events.forEach((event, offset) => take(atOnce, event, offset));
  evolve(atOnce, new Map());

  const stored = new Map<string, string>();
  events.forEach((event, offset) => {
    const fold = new ProjectionFold(plan);
    take(fold, event, offset);
    evolve(fold, stored);
    for (const row of fold.takeChanged()) stored.set(subjectOf(row), stateOf(row));
  });
  for (const row of atOnce.takeChanged()) {
    const other = stored.get(subjectOf(row));
    if (other !== stateOf(row))
      throw new TwofoldError(
        'projection-failed',
        `projection ${plan.id.name} comes to two states of subject ${JSON.stringify(subjectOf(row))} by the same events: ${stateOf(row)} and ${other}`,
      );
  }
}

function evolve(fold: ProjectionFold, before: ReadonlyMap<string, string>): void {
  const failed = fold.evolve(before);
  if (failed !== null) throw failed.error;
}

const subjectOf = ({ dimensions }: ViewRow): string => String(dimensions[0]);
const stateOf = ({ parts }: ViewRow): string => String(parts[0]);
