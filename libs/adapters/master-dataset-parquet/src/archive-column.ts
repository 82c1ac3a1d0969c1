import { BIGINT, BOOLEAN, DOUBLE, INTEGER, VARCHAR, type DuckDBType } from '@duckdb/node-api';
import {
  TwofoldError,
  columnOfField,
  type ArchivedEvent,
  type DataTypeKind,
  type EventType,
  type Partition,
} from '@twofold/core';

/** What a column holds: INTEGER and DOUBLE take numbers, BIGINT bigints. */
export type Cell = string | number | bigint | boolean | null;

/** One column of a file of the archive. The types are those that every engine reads alike (no HUGEINT, no timestamps). */
export type ArchiveColumn = {
  readonly name: string;
  readonly type: DuckDBType;
  readonly cellOf: (event: ArchivedEvent) => Cell;
};

/** The columns of a file that holds these versions of one event type; no version: records that are no event of a known type. */
export const archiveColumns = (partition: Partition, versions: readonly EventType[]): readonly ArchiveColumn[] => [
  ...recordColumns(partition),
  ...typedColumns(versions),
];

const recordColumns = ({ stream, partition }: Partition): readonly ArchiveColumn[] => [
  { name: 'stream', type: VARCHAR, cellOf: () => stream },
  { name: 'partition', type: INTEGER, cellOf: () => partition },
  { name: 'offset', type: BIGINT, cellOf: ({ offset }) => BigInt(offset) },
  { name: 'appended_at', type: BIGINT, cellOf: ({ appendedAtMs }) => BigInt(appendedAtMs) },
  { name: 'verdict', type: VARCHAR, cellOf: ({ verdict }) => verdict.kind },
  { name: 'reason', type: VARCHAR, cellOf: ({ verdict }) => reasonOf(verdict) },
  { name: 'id', type: VARCHAR, cellOf: ({ id }) => id },
  { name: 'source', type: VARCHAR, cellOf: ({ source }) => source },
  { name: 'subject', type: VARCHAR, cellOf: ({ subject }) => subject },
  { name: 'type', type: VARCHAR, cellOf: ({ type }) => type },
  { name: 'version', type: INTEGER, cellOf: ({ version }) => version },
  { name: 'event_time', type: BIGINT, cellOf: ({ timeMs }) => BigInt(timeMs) },
  { name: 'data', type: VARCHAR, cellOf: ({ dataText }) => dataText },
];

const reasonOf = (verdict: ArchivedEvent['verdict']): string | null =>
  verdict.kind === 'dead' ? `${verdict.code}: ${verdict.reason}` : null;

/** A column per field of any version; null in the rows of versions without it. */
function typedColumns(versions: readonly EventType[]): readonly ArchiveColumn[] {
  const kinds = new Map<string, DataTypeKind>();
  for (const { type, fields } of versions) {
    for (const [name, { kind }] of Object.entries(fields)) {
      const known = kinds.get(name) ?? kind;
      if (known !== kind) {
        const message = `event ${type}: ${name} is ${known} in one version and ${kind} in another: the archive has one column for it`;
        throw new TwofoldError('invalid-event-definition', message, `/data/${name}`);
      }
      kinds.set(name, kind);
    }
  }
  return [...kinds].map(([name, kind]) => ({
    name: columnOfField(name),
    type: COLUMN_TYPES[kind],
    cellOf: fieldReader(name, kind, versions),
  }));
}

const COLUMN_TYPES: Readonly<Record<DataTypeKind, DuckDBType>> = {
  string: VARCHAR,
  int: BIGINT,
  double: DOUBLE,
  boolean: BOOLEAN,
  timestamp: BIGINT,
};

function fieldReader(name: string, kind: DataTypeKind, versions: readonly EventType[]): ArchiveColumn['cellOf'] {
  const places = new Map(versions.map(({ version, fields }) => [version, Object.keys(fields).indexOf(name)]));
  const valueOf = ({ version, values }: ArchivedEvent): Cell => values[places.get(version) ?? -1] ?? null;
  if (COLUMN_TYPES[kind] !== BIGINT) return valueOf;
  return (event) => {
    const value = valueOf(event);
    return typeof value === 'number' ? BigInt(value) : value;
  };
}
