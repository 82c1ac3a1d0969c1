import { TwofoldError, type ErrorCode } from '../errors/twofold-error.js';
import type { Scalar } from '../events/data-type.js';
import { parseTimestamp } from '../events/parse-timestamp.js';
import type { ColumnType } from '../views/view-definition.js';
import type { ViewPlan } from '../views/view-plan.js';
import type { RowSelection, ViewRow, WindowNumber } from '../views/view-row.js';
import { widthOf } from '../views/window-number.js';
import { decodeCursor } from './cursor.js';
import { decodePosition, type Position } from './position.js';
import type { RowOrder } from './row-order.js';

/** Parameters by name, as a query string or GraphQL arguments give them. */
export type RequestParameters = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A checked request for rows of a view. */
export type RowsRequest = {
  readonly selection: RowSelection;
  readonly order: RowOrder;
  readonly limit: number;
  readonly after: ViewRow | null;
  readonly atLeast: Position | null;
  readonly waitMs: number;
  readonly maxStalenessMs: number | null;
};

export type RequestLimits = { readonly defaultRows: number; readonly maxRows: number; readonly maxWaitMs: number };

/** Values of one filter: more is a job for a range, or for several requests. */
const MAX_FILTER_VALUES = 100;
/** A day in ms; the longest staleness that makes sense to ask for is a year. */
const MAX_STALENESS_MS = 366 * 86_400_000;
const WORDS = ['from', 'to', 'orderBy', 'limit', 'cursor', 'atLeast', 'waitMs', 'maxStalenessMs'];

/**
 * Reads a request for rows: dimensions by their own names (several values: any of them), `from` (included) and `to`
 * (excluded) as ISO 8601 for the starts of windows, `orderBy` (a dimension, a measure or `window`; `-` before it: descending),
 * `limit`, `cursor`, `atLeast`, `waitMs`, `maxStalenessMs`.
 *
 * @throws TwofoldError that names what exists, with a pointer to the parameter
 */
export function readRowsRequest(plan: ViewPlan, parameters: RequestParameters, limits: RequestLimits): RowsRequest {
  const dimensionNames = plan.dimensions.map(({ name }) => name);
  for (const name of Object.keys(parameters)) {
    if (WORDS.includes(name) || dimensionNames.includes(name)) continue;
    const known =
      dimensionNames.length === 0 ? 'it has no dimensions' : `its dimensions are ${dimensionNames.join(', ')}`;
    throw refusal(
      'unknown-dimension',
      name,
      `view ${plan.id.name} has no dimension ${JSON.stringify(name)}; ${known}, and the other parameters are ${WORDS.join(', ')}`,
    );
  }
  const single = (name: string): string | undefined => {
    const value = parameters[name];
    if (value === undefined || typeof value === 'string') return value;
    if (value.length === 1) return value[0];
    throw refusal('invalid-value', name, `${name} is given ${value.length} times`);
  };
  const order = readOrder(plan, single('orderBy'));
  const cursor = single('cursor');
  const atLeast = single('atLeast');
  return {
    selection: {
      dimensions: plan.dimensions.map(({ name, column }) => readValues(name, column, parameters[name])),
      ...readRange(plan, single('from'), single('to')),
    },
    order,
    limit: readWhole('limit', single('limit'), 1, limits.maxRows) ?? limits.defaultRows,
    after: cursor === undefined ? null : decodeCursor(plan, order, cursor),
    atLeast: atLeast === undefined ? null : decodePosition(atLeast),
    waitMs: readWhole('waitMs', single('waitMs'), 0, limits.maxWaitMs) ?? 0,
    maxStalenessMs: readWhole('maxStalenessMs', single('maxStalenessMs'), 0, MAX_STALENESS_MS) ?? null,
  };
}

function readValues(
  name: string,
  column: ColumnType,
  given: string | readonly string[] | undefined,
): readonly Scalar[] | null {
  if (given === undefined) return null;
  const texts = typeof given === 'string' ? [given] : given;
  if (texts.length > MAX_FILTER_VALUES)
    throw refusal(
      'invalid-value',
      name,
      `${name} has ${texts.length} values, at most ${MAX_FILTER_VALUES} are possible`,
    );
  return texts.map((text) => readValue(name, column, text));
}

function readValue(name: string, { kind }: ColumnType, text: string): Scalar {
  switch (kind) {
    case 'string':
      if (text.isWellFormed() && !text.includes('\0')) return text;
      throw refusal('invalid-value', name, `${name} is not well-formed text`);
    case 'boolean':
      if (text === 'true' || text === 'false') return text === 'true';
      throw refusal('invalid-value', name, `${name} is true or false, not ${JSON.stringify(text)}`);
    case 'timestamp':
      return readTime(name, text);
    case 'int':
    case 'double': {
      const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
      if (kind === 'int' ? Number.isSafeInteger(value) : Number.isFinite(value)) return value + 0;
      throw refusal('invalid-value', name, `${name} is of type ${kind}, ${JSON.stringify(text)} is not`);
    }
  }
}

function readRange(
  plan: ViewPlan,
  from: string | undefined,
  to: string | undefined,
): Pick<RowSelection, 'fromWindow' | 'toWindow'> {
  const firstAtOrAfter = (timeMs: number): WindowNumber => Math.ceil(timeMs / widthOf(plan.definition.window)) + 0;
  const fromMs = from === undefined ? null : readTime('from', from);
  const toMs = to === undefined ? null : readTime('to', to);
  if (fromMs !== null && toMs !== null && fromMs > toMs)
    throw refusal('invalid-range', 'from', `from (${from}) is after to (${to})`);
  return {
    fromWindow: fromMs === null ? null : firstAtOrAfter(fromMs),
    toWindow: toMs === null ? null : firstAtOrAfter(toMs),
  };
}

/** ISO 8601: a date (its UTC midnight), or a date and time with zone. */
function readTime(name: string, text: string): number {
  const time = parseTimestamp(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  if (time !== null) return time;
  const code = name === 'from' || name === 'to' ? 'invalid-range' : 'invalid-value';
  throw refusal(
    code,
    name,
    `${name} is an ISO 8601 date, or date and time with zone, such as 2001-03-01 or 2001-03-01T00:00:00Z; ${JSON.stringify(text)} is not`,
  );
}

function readOrder(plan: ViewPlan, text: string | undefined): RowOrder {
  if (text === undefined) return { by: { kind: 'window' }, descending: false };
  const descending = text.startsWith('-');
  const name = descending ? text.slice(1) : text;
  if (name === 'window') return { by: { kind: 'window' }, descending };
  const dimension = plan.dimensions.findIndex((candidate) => candidate.name === name);
  if (dimension >= 0) return { by: { kind: 'dimension', index: dimension }, descending };
  const measure = plan.measures.findIndex((candidate) => candidate.name === name);
  if (measure >= 0) return { by: { kind: 'measure', index: measure }, descending };
  const known = ['window', ...plan.dimensions.map((d) => d.name), ...plan.measures.map((m) => m.name)].join(', ');
  throw refusal(
    'unknown-measure',
    'orderBy',
    `view ${plan.id.name} has nothing named ${JSON.stringify(name)} to order by; there are: ${known}`,
  );
}

function readWhole(name: string, text: string | undefined, least: number, most: number): number | null {
  if (text === undefined) return null;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw refusal(
    'invalid-value',
    name,
    `${name} is a whole number from ${least} to ${most}, ${JSON.stringify(text)} is not`,
  );
}

const refusal = (code: ErrorCode, parameter: string, message: string): TwofoldError =>
  new TwofoldError(code, message, `/${parameter.replaceAll('~', '~0').replaceAll('/', '~1')}`);
