import { impossible } from '../errors/twofold-error.js';

/** As much of a SQL dialect as times need. */
export type TimeDialect = { readonly name: 'duckdb' | 'postgres' };

const MS_PER_DAY = 86_400_000;
/**
 * Added to a time it makes it positive, so that division, which SQL rounds towards zero, rounds down. A multiple of
 * weeks and of 400 years; beyond ±8.64·10¹⁵ ms, the times that JavaScript has, and far within 64 bits.
 */
const SHIFT_DAYS = 146_097 * 700;
const SHIFT_MS = SHIFT_DAYS * MS_PER_DAY;

/** A number, such that no minus before it begins a comment. */
export const numberSql = (value: number): string => (value < 0 ? `(${value})` : `${value}`);

/** A time less a remainder: the last time up to it that is a multiple of `widthMs`, seen from `originMs`. */
export const roundDownSql = (timeSql: string, widthMs: number, originMs: number): string =>
  `${timeSql} - (${timeSql} + ${SHIFT_MS + modulo(-originMs, widthMs)}) % ${widthMs}`;

/** The date of a time in a zone that is off from UTC by `offsetSql`: days since 1970. */
export const dayOfTimeSql = (timeSql: string, offsetSql: string, dialect: TimeDialect): string =>
  `((${timeSql} + ${offsetSql} + ${SHIFT_MS}) ${divideOf(dialect)} ${MS_PER_DAY} - ${SHIFT_DAYS})`;

/** The start of the month, quarter or year that holds a time, as local times (ms, as if they were UTC). */
export function firstOfSql(unit: 'month' | 'quarter' | 'year', localSql: string, dialect: TimeDialect): string {
  if (dialect.name === 'duckdb') return `epoch_ms(date_trunc('${unit}', epoch_ms(${localSql})))`;
  const date = `(DATE '1970-01-01' + CAST(${dayOfTimeSql(localSql, '0', dialect)} AS INTEGER))`;
  const first = `CAST(date_trunc('${unit}', CAST(${date} AS TIMESTAMP)) AS DATE)`;
  return `CAST(${first} - DATE '1970-01-01' AS BIGINT) * ${MS_PER_DAY}`;
}

/** What holds from an instant on, to that of the next. */
export type Piece<T> = { readonly fromMs: number; readonly value: T };

/**
 * What holds at a time, as CASE nested in balance: a few comparisons a row for hundreds of pieces. The first piece is that of
 * everything before, too. At a null time it is the last piece.
 */
export function pieceSql<T>(pieces: readonly Piece<T>[], timeSql: string, sqlOf: (value: T) => string): string {
  const [only] = pieces;
  if (only === undefined) return impossible('a table of times without pieces');
  if (pieces.length === 1) return sqlOf(only.value);
  const middle = pieces.length >> 1;
  const boundary = pieces[middle]?.fromMs ?? impossible('a boundary beyond the pieces');
  const before = pieceSql(pieces.slice(0, middle), timeSql, sqlOf);
  const after = pieceSql(pieces.slice(middle), timeSql, sqlOf);
  return `CASE WHEN ${timeSql} < ${numberSql(boundary)} THEN ${before} ELSE ${after} END`;
}

/** SQL that names a time often, over one that may be long text: it is computed once, and its text stands once. */
export function withTimeSql(timeSql: string, dialect: TimeDialect, sqlOf: (timeSql: string) => string): string {
  const isShort = timeSql.length <= LONGEST_REPEATED;
  if (isShort || dialect.name !== 'duckdb') return sqlOf(timeSql);
  return `list_transform([${timeSql}], lambda ms: ${sqlOf('ms')})[1]`;
}

/** A column's name is shorter. */
const LONGEST_REPEATED = 80;

const divideOf = ({ name }: TimeDialect): string => (name === 'duckdb' ? '//' : '/');

/** The remainder that is never negative. */
export const modulo = (value: number, width: number): number => value - Math.floor(value / width) * width;
