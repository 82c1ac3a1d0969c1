import { DuckDBListValue, DuckDBMapValue, DuckDBStructValue, type DuckDBValue } from '@duckdb/node-api';
import { impossible, type SqlValue } from '@twofold/core';

/** Lists as arrays, structs as objects, maps as arrays of their entries. */
export function plainOf(value: DuckDBValue): SqlValue {
  if (value instanceof DuckDBListValue) return value.items.map(plainOf);
  if (value instanceof DuckDBMapValue)
    return value.entries.map((entry) => ({ key: plainOf(entry.key), value: plainOf(entry.value) }));
  if (value instanceof DuckDBStructValue)
    return Object.fromEntries(Object.entries(value.entries).map(([name, member]) => [name, plainOf(member)]));
  if (value === null || typeof value !== 'object') return value;
  return impossible(`${String(value)} in a part`);
}
