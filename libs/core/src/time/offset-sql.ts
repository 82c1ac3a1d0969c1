import { numberSql, pieceSql } from './time-sql.js';
import { offsetsOf } from './zone-offsets.js';

/** A zone's local time − UTC at a time, ms. Not null at a null time. Integer SQL as DuckDB and Postgres both read it. */
export const offsetSql = (timeZone: string, timeSql: string): string =>
  `(${pieceSql(
    offsetsOf(timeZone).map(({ fromMs, offsetMs }) => ({ fromMs, value: offsetMs })),
    timeSql,
    numberSql,
  )})`;
