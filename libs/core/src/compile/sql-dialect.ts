import type { StorageKind } from '../events/data-type.js';

/** What differs between the SQL of engines. Text only: whoever runs it is elsewhere. */
export type SqlDialect = {
  readonly name: 'duckdb';
  quoteIdentifier(name: string): string;
  quoteText(text: string): string;
  /** Name of the column type for a value of this kind. */
  typeOf(kind: StorageKind): string;
};

export const duckDb: SqlDialect = {
  name: 'duckdb',
  quoteIdentifier: (name) => `"${name.replaceAll('"', '""')}"`,
  quoteText: (text) => `'${text.replaceAll("'", "''")}'`,
  typeOf: (kind) => ({ text: 'VARCHAR', integer: 'BIGINT', double: 'DOUBLE', boolean: 'BOOLEAN' })[kind],
};
