import type { DuckDBValue } from '@duckdb/node-api';
import { duckDb, sqlTypeOf, type DataTypeName, type Scalar, type Value } from '@twofold/core';
import { plainOf } from './plain-of.js';

/** For tests: a value as a literal of a column's type. */
export function valueSql(value: Value, type: DataTypeName): string {
  const item = (of: Scalar): string => (typeof of === 'boolean' ? String(of) : duckDb.quoteText(String(of)));
  const text =
    value === null ? 'NULL' : Array.isArray(value) ? `[${value.map(item).join(', ')}]` : item(value as Scalar);
  return `CAST(${text} AS ${sqlTypeOf(type, duckDb)})`;
}

/** For tests: what DuckDB gave, as views have values. */
export function valueOf(given: DuckDBValue | undefined): unknown {
  const value = given === undefined ? undefined : plainOf(given);
  const plain = (one: unknown): unknown =>
    typeof one === 'bigint' && Number.isSafeInteger(Number(one)) ? Number(one) : one;
  return Array.isArray(value) ? value.map(plain) : plain(value);
}
