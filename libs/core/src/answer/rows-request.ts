import type { Scalar } from '../events/data-type.js';
import type { ColumnType } from '../views/view-definition.js';
import type { ViewPlan } from '../views/view-plan.js';
import type { RowSelection } from '../views/view-row.js';
import { REQUEST_WORDS } from '../views/request-words.js';
import { storageOfColumn } from './column-storage.js';
import { decodeCursor, type PageShape } from './cursor.js';
import { decodePosition, type Position } from './position.js';
import { readHaving } from './read-having.js';
import { readLiteral } from './read-literal.js';
import { readRollUp } from './read-roll-up.js';
import { refusedParameter } from './refused-parameter.js';
import { rolledPlan } from './roll-up.js';
import type { RowOrder, RowPlace } from './row-order.js';
import { readWindowRange } from './window-range.js';

/** Parameters by name, as a query string or GraphQL arguments give them. */
export type RequestParameters = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A checked request for rows of a view. `having` and `order` have indexes of the rolled plan. */
export type RowsRequest = PageShape & {
  /** Of the view's own rows, before they are rolled up. */
  readonly selection: RowSelection;
  readonly limit: number;
  readonly after: RowPlace | null;
  readonly atLeast: Position | null;
  readonly waitMs: number;
  readonly maxStalenessMs: number | null;
};

export type RequestLimits = { readonly defaultRows: number; readonly maxRows: number; readonly maxWaitMs: number };

/** Values of one filter: more is a job for a range, or for several requests. */
const MAX_FILTER_VALUES = 100;
/** A day in ms; the longest staleness that makes sense to ask for is a year. */
const MAX_STALENESS_MS = 366 * 86_400_000;

/**
 * Reads a request for rows: dimensions by their own names (several values: any of them), `from` (included) and `to`
 * (excluded) as ISO 8601 for the starts of the view's windows; `granularity` and `groupBy` for coarser windows and fewer
 * dimensions; `having` (several: all of them) for values of measures; `orderBy` (a dimension that remains, a measure or
 * `window`; `-` before it: descending), `limit`, `cursor`, `atLeast`, `waitMs`, `maxStalenessMs`.
 *
 * @throws TwofoldError that names what exists, with a pointer to the parameter
 */
export function readRowsRequest(plan: ViewPlan, parameters: RequestParameters, limits: RequestLimits): RowsRequest {
  refuseUnknown(plan, parameters);
  const single = (name: string): string | undefined => {
    const [value, ...others] = textsOf(parameters[name]);
    if (others.length === 0) return value;
    throw refusedParameter('invalid-value', name, `${name} is given ${others.length + 1} times`);
  };
  const rollUp = readRollUp(plan, single('granularity'), single('groupBy'));
  const rolled = rolledPlan(plan, rollUp);
  const shape: PageShape = {
    rollUp,
    having: readHaving(rolled, textsOf(parameters['having'])),
    order: readOrder(rolled, single('orderBy')),
  };
  const cursor = single('cursor');
  const atLeast = single('atLeast');
  return {
    ...shape,
    selection: {
      dimensions: plan.dimensions.map(({ name, column }) => readValues(name, column, parameters[name])),
      ...readWindowRange(plan.definition.window, single('from'), single('to')),
    },
    limit: readWhole('limit', single('limit'), 1, limits.maxRows) ?? limits.defaultRows,
    after: cursor === undefined ? null : decodeCursor(plan, shape, cursor),
    atLeast: atLeast === undefined ? null : decodePosition(atLeast),
    waitMs: readWhole('waitMs', single('waitMs'), 0, limits.maxWaitMs) ?? 0,
    maxStalenessMs: readWhole('maxStalenessMs', single('maxStalenessMs'), 0, MAX_STALENESS_MS) ?? null,
  };
}

const textsOf = (given: string | readonly string[] | undefined): readonly string[] =>
  given === undefined ? [] : typeof given === 'string' ? [given] : given;

function refuseUnknown({ id, dimensions }: ViewPlan, parameters: RequestParameters): void {
  const names = dimensions.map(({ name }) => name);
  const unknown = Object.keys(parameters).find((name) => !REQUEST_WORDS.includes(name) && !names.includes(name));
  if (unknown === undefined) return;
  const known = names.length === 0 ? 'it has no dimensions' : `its dimensions are ${names.join(', ')}`;
  throw refusedParameter(
    'unknown-dimension',
    unknown,
    `view ${id.name} has no dimension ${JSON.stringify(unknown)}; ${known}, and the other parameters are ${REQUEST_WORDS.join(', ')}`,
  );
}

function readValues(
  name: string,
  column: ColumnType,
  given: string | readonly string[] | undefined,
): readonly Scalar[] | null {
  if (given === undefined) return null;
  const texts = textsOf(given);
  if (texts.length > MAX_FILTER_VALUES)
    throw refusedParameter(
      'invalid-value',
      name,
      `${name} has ${texts.length} values, at most ${MAX_FILTER_VALUES} are possible`,
    );
  return texts.map((text) => readDimension(name, column, text));
}

/** What goes to the store as it is must be what its columns take. */
function readDimension(name: string, column: ColumnType, text: string): Scalar {
  const value = readLiteral(name, column, text);
  const isTooLong =
    storageOfColumn(column) === 'integer' && typeof value === 'bigint' && BigInt.asIntN(64, value) !== value;
  if (isTooLong) throw refusedParameter('invalid-value', name, `${name} has 64 bits, ${text} has more`);
  return value;
}

function readOrder(plan: ViewPlan, text: string | undefined): RowOrder {
  if (text === undefined) return { by: { kind: 'window' }, descending: false };
  const descending = text.startsWith('-');
  const name = descending ? text.slice(1) : text;
  if (name === 'window') return { by: { kind: 'window' }, descending };
  const dimension = plan.dimensions.findIndex((candidate) => candidate.name === name);
  if (dimension >= 0) return { by: { kind: 'dimension', index: dimension }, descending };
  const ordered = plan.measures.filter(({ column }) => storageOfColumn(column) !== null).map((measure) => measure.name);
  const measure = ordered.includes(name) ? plan.measures.findIndex((candidate) => candidate.name === name) : -1;
  if (measure >= 0) return { by: { kind: 'measure', index: measure }, descending };
  const known = ['window', ...plan.dimensions.map((d) => d.name), ...ordered].join(', ');
  throw refusedParameter(
    'unknown-measure',
    'orderBy',
    `there is nothing named ${JSON.stringify(name)} to order rows of ${plan.id.name} by; there are: ${known}`,
  );
}

function readWhole(name: string, text: string | undefined, least: number, most: number): number | null {
  if (text === undefined) return null;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw refusedParameter(
    'invalid-value',
    name,
    `${name} is a whole number from ${least} to ${most}, ${JSON.stringify(text)} is not`,
  );
}
