import { columnOfField, duckDb, type EventType } from '@twofold/core';
import type { ArchiveFile } from '@twofold/ports';

const { quoteIdentifier, quoteText, typeOf } = duckDb;

/**
 * The files as one relation, text for FROM. A column that some files lack is null in their rows; one that no file has
 * is there all the same, null and of its type, through a second, empty half. The optimizer sees through it.
 */
export function archiveRelation(event: EventType, files: readonly ArchiveFile[]): string {
  const paths = files.map(({ location }) => quoteText(location)).join(', ');
  const columns = Object.entries(event.fields).map(
    ([name, { kind }]) => `CAST(NULL AS ${typeOf(kind)}) AS ${quoteIdentifier(columnOfField(name))}`,
  );
  const empty = [`CAST(NULL AS BIGINT) AS ${quoteIdentifier('offset')}`, ...columns].join(', ');
  return `(SELECT * FROM read_parquet([${paths}], union_by_name = true) UNION ALL BY NAME SELECT ${empty} WHERE FALSE)`;
}
