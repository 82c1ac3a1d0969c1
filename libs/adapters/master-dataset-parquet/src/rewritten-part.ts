import {
  columnOfField,
  duckDb,
  impossible,
  leavesOf,
  overflowSqlOf,
  sqlOf,
  upcastFrom,
  type ArchiveLayout,
  type EventType,
  type Offset,
  type Partition,
} from '@twofold/core';
import { archiveColumns } from './archive-column.js';
import { isWithinOffsets, rowsOf } from './select-records.js';

const { quoteIdentifier: q } = duckDb;

/** A file as the manifest has it. */
export type StoredFile = {
  readonly location: string;
  readonly eventType: string | null;
  readonly eventVersion: number | null;
  readonly rowCount: number;
};

/** What becomes files of one version of one type, or of no known type: rows as they shall stand there, as text of SQL. */
export type RewrittenPart = Pick<StoredFile, 'eventType' | 'eventVersion'> & { readonly select: string };

/**
 * The rows of these files that apply in [from, to), as they shall stand in a layout. What is not upcast (because nobody wants it, because
 * the catalog does not know the type any more, or because the upcast of this event overflows) keeps the typed columns that it has.
 */
export function rewrittenParts(
  files: readonly StoredFile[],
  { partition, from, to }: { readonly partition: Partition; readonly from: Offset; readonly to: Offset },
  { upcast }: Pick<ArchiveLayout, 'upcast'>,
  types: readonly EventType[],
): readonly RewrittenPart[] {
  const within = isWithinOffsets(from, to);
  const parts = [...Map.groupBy(files, versionKey).values()].flatMap((ofVersion): readonly RewrittenPart[] => {
    const [{ eventType, eventVersion } = impossible('a version without files')] = ofVersion;
    const rows = rowsOf(ofVersion.map(({ location }) => location));
    const versions = types.filter(({ type }) => type === eventType).sort((a, b) => a.version - b.version);
    const newest = versions.at(-1);
    const asIs = `SELECT * REPLACE (coalesce(applied_offset, ${q('offset')}) AS applied_offset) FROM ${rows} WHERE ${within}`;
    const isOld = upcast && newest !== undefined && versions.some(({ version }) => version === eventVersion);
    if (!isOld || eventVersion === null || newest.version === eventVersion)
      return [{ eventType, eventVersion, select: asIs }];
    const nodes = upcastFrom(versions, eventVersion);
    const overflow = overflowSqlOf(nodes, duckDb);
    const broughtUp = `SELECT ${upcastColumns(partition, newest, nodes)} FROM ${rows} WHERE ${within}`;
    const isUpcast = { eventType, eventVersion: newest.version };
    if (overflow === null) return [{ ...isUpcast, select: broughtUp }];
    return [
      { ...isUpcast, select: `${broughtUp} AND NOT coalesce(${overflow}, FALSE)` },
      { eventType, eventVersion, select: `${asIs} AND coalesce(${overflow}, FALSE)` },
    ];
  });
  return [...Map.groupBy(parts, versionKey).values()].map((alike) => ({
    ...(alike[0] ?? impossible('a version without parts')),
    select: alike.map(({ select }) => `(${select})`).join(' UNION ALL BY NAME '),
  }));
}

export const versionKey = ({ eventType, eventVersion }: Pick<StoredFile, 'eventType' | 'eventVersion'>): string =>
  `${eventType}:${eventVersion}`;

function upcastColumns(partition: Partition, newest: EventType, nodes: ReturnType<typeof upcastFrom>): string {
  const bySql = new Map(
    leavesOf(newest).map(({ path }, index) => {
      const node = nodes[index] ?? impossible(`no upcast of ${path}`);
      return [columnOfField(path), sqlOf(node, duckDb)];
    }),
  );
  return archiveColumns(partition, newest)
    .map(({ name, type }) => {
      if (name === 'applied_offset') return `coalesce(applied_offset, ${q('offset')}) AS applied_offset`;
      const sql = bySql.get(name);
      return sql === undefined ? q(name) : `CAST(${sql} AS ${type}) AS ${q(name)}`;
    })
    .join(', ');
}
