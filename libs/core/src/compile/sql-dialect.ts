import type { DataTypeKind } from '../events/data-type.js';

/** What differs between the SQL of engines. Text only: whoever runs it is elsewhere. */
export type SqlDialect = {
  readonly name: 'duckdb';
  quoteIdentifier(name: string): string;
  quoteText(text: string): string;
  /** Name of the column type for a value of this kind. Timestamps are milliseconds. */
  typeOf(kind: DataTypeKind): string;
  /** Exact 64-bit sum; an error beyond. */
  sum(expression: string): string;
};

export const duckDb: SqlDialect = {
  name: 'duckdb',
  quoteIdentifier: (name) => `"${name.replaceAll('"', '""')}"`,
  quoteText: (text) => `'${text.replaceAll("'", "''")}'`,
  typeOf: (kind) =>
    ({ string: 'VARCHAR', int: 'BIGINT', double: 'DOUBLE', boolean: 'BOOLEAN', timestamp: 'BIGINT' })[kind],
  // the sum of BIGINT is a HUGEINT: the cast refuses what does not fit
  sum: (expression) => `CAST(coalesce(sum(${expression}), 0) AS BIGINT)`,
};
