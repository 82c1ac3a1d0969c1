import {
  TwofoldError,
  columnOfField,
  duckDb,
  impossible,
  leavesOf,
  overflowSqlOf,
  sqlOf,
  upcastFrom,
  type Source,
} from '@twofold/core';
import type { ArchiveFile } from '@twofold/ports';

const { quoteIdentifier: q, quoteText } = duckDb;

/** Of the record itself, as far as views read them. */
const RECORD_COLUMNS = ['stream', 'partition', 'offset', 'type', 'event_time'].map(q);
/** Old files do not have the column: in them it is the offset. */
const APPLIED_OFFSET = q('applied_offset');
const NO_APPLIED_OFFSET = `SELECT NULL::BIGINT AS ${APPLIED_OFFSET} WHERE FALSE`;

/**
 * The files of a source as one relation, text for FROM: the columns of the record, and `d_<path>` for each leaf of the newest version,
 * to which older ones are brought up. Where an upcast can overflow there is a column `upcast_overflow`, which says whether
 * one did. `isDivided`: of some rows only, by their column `applied_offset`. At least one file. @throws TwofoldError `unknown-event-version` where a file's version is not in the catalog any more
 */
export function archiveRelation(
  { event, versions }: Source,
  files: readonly ArchiveFile[],
  isDivided: boolean,
): string {
  const canOverflow = versions.some(({ upcast }) => overflowSqlOf(Object.values(upcast ?? {}), duckDb) !== null);
  const selects = [...Map.groupBy(files, ({ eventVersion }) => eventVersion)].map(([version, ofVersion]) => {
    if (version === null) return impossible(`a file of ${event.type} without its version`);
    if (!versions.some((known) => known.version === version))
      throw new TwofoldError(
        'unknown-event-version',
        `the archive holds ${event.type} version ${version}, which the catalog does not: a version stays in it as long as its events do`,
      );
    const nodes = upcastFrom(versions, version);
    const leaves = leavesOf(event).map(({ path }, index) => {
      const node = nodes[index] ?? impossible(`no upcast of ${path}`);
      return `${sqlOf(node, duckDb)} AS ${q(columnOfField(path))}`;
    });
    const overflow = canOverflow ? [`${overflowSqlOf(nodes, duckDb) ?? 'FALSE'} AS ${q('upcast_overflow')}`] : [];
    const paths = ofVersion.map(({ location }) => quoteText(location)).join(', ');
    const columns = [...RECORD_COLUMNS, ...leaves, ...overflow].join(', ');
    if (!isDivided) return `SELECT ${columns} FROM read_parquet([${paths}])`;
    const rows = `(FROM read_parquet([${paths}], union_by_name = true) UNION ALL BY NAME ${NO_APPLIED_OFFSET})`;
    return `SELECT ${columns}, coalesce(${APPLIED_OFFSET}, ${q('offset')}) AS ${APPLIED_OFFSET} FROM ${rows}`;
  });
  return `(${selects.join(' UNION ALL ')})`;
}
