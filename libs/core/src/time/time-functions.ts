import { impossible } from '../errors/twofold-error.js';
import type { Scalar } from '../events/data-type.js';
import type { LiteralValue } from '../views/expression.js';
import { DAY_PARTS, dayPartOf, type DayPart } from './civil-date.js';
import { offsetSql } from './offset-sql.js';
import { dayOfTimeSql, withTimeSql, type TimeDialect } from './time-sql.js';
import { windowStartSql } from './window-sql.js';
import { windowStartAt, type TruncateUnit } from './window.js';
import { offsetsOf, segmentAt } from './zone-offsets.js';

export { TRUNCATE_UNITS, type TruncateUnit } from './window.js';

const MS_PER_DAY = 86_400_000;
const MS_PER_HOUR = 3_600_000;
const MS_PER_MINUTE = 60_000;

/** Parts of a date and a time. The last two are of timestamps only. */
export const TIME_PARTS = [...DAY_PARTS, 'hour', 'minute'] as const;
export type TimePart = (typeof TIME_PARTS)[number];

/** One function of expressions, in JavaScript and in SQL. */
export type TimeFunction = {
  /** Null where an operand is. */
  javaScript(...operands: readonly Scalar[]): Scalar;
  /** `operands` are SQL; `literals` the values of those that are literals. */
  sql(operands: readonly string[], literals: readonly (LiteralValue | undefined)[], dialect: TimeDialect): string;
};

/**
 * The functions of times. Their operands:
 *
 * - datePart(date, part) or datePart(timestamp, part, zone): a number, by the zone's calendar and clocks (see
 *   {@link dayPartOf}; hour 0 to 23, minute 0 to 59)
 * - truncate(timestamp, unit, zone): the start of the window of that unit which holds it (see {@link windowStartAt}), a timestamp
 * - dateOf(timestamp, zone): the date that the zone's calendars show, days since 1970
 */
export const timeFunctions: Readonly<Record<'datePart' | 'truncate' | 'dateOf', TimeFunction>> = {
  datePart: {
    javaScript(of = null, part = null, zone) {
      if (of === null || part === null) return null;
      return zone === undefined
        ? dayPartOf(part as DayPart, Number(of))
        : zone === null
          ? null
          : timePartOf(part as TimePart, localOf(Number(of), String(zone)));
    },
    sql([of = ''], [, part, zone], dialect) {
      const timestamp = (local: string): string => `${sqlNameOf(part as TimePart, dialect)}(epoch_ms(${local}))`;
      if (zone === undefined) return timestamp(`${of} * ${MS_PER_DAY}`);
      return withTimeSql(of, dialect, (ms) => timestamp(`${ms} + ${offsetSql(String(zone), ms)}`));
    },
  },
  truncate: {
    javaScript: (of = null, unit = null, zone = null) =>
      of === null || unit === null || zone === null
        ? null
        : windowStartAt({ kind: 'tumbling', unit: unit as TruncateUnit, timeZone: String(zone) }, Number(of)),
    sql: ([of = ''], [, unit, zone], dialect) =>
      windowStartSql({ kind: 'tumbling', unit: unit as TruncateUnit, timeZone: String(zone) }, of, dialect),
  },
  dateOf: {
    javaScript: (of = null, zone = null) =>
      of === null || zone === null ? null : Math.floor(localOf(Number(of), String(zone)) / MS_PER_DAY),
    sql: ([of = ''], [, zone], dialect) =>
      withTimeSql(of, dialect, (ms) => dayOfTimeSql(ms, offsetSql(String(zone), ms), dialect)),
  },
};

/** What a zone's clocks show, ms as if it were UTC. */
const localOf = (timeMs: number, timeZone: string): number => timeMs + segmentAt(offsetsOf(timeZone), timeMs).offsetMs;

function timePartOf(part: TimePart, localMs: number): number {
  const day = Math.floor(localMs / MS_PER_DAY);
  if (part === 'hour') return Math.floor((localMs - day * MS_PER_DAY) / MS_PER_HOUR);
  if (part === 'minute') return Math.floor((localMs - day * MS_PER_DAY) / MS_PER_MINUTE) % 60;
  return dayPartOf(part, day);
}

/** DuckDB counts years and weeks as ISO 8601 and this module do, those before 1 too. */
const DUCKDB_NAMES: Readonly<Record<TimePart, string>> = {
  year: 'year',
  quarter: 'quarter',
  month: 'month',
  dayOfMonth: 'day',
  dayOfYear: 'dayofyear',
  dayOfWeek: 'isodow',
  isoWeek: 'week',
  isoYear: 'isoyear',
  hour: 'hour',
  minute: 'minute',
};

const sqlNameOf = (part: TimePart, { name }: TimeDialect): string =>
  name === 'duckdb' ? DUCKDB_NAMES[part] : impossible(`parts of times in the SQL of ${name}`);
