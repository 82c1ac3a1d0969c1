import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  INTEGER,
  LIST,
  VARCHAR,
  listValue,
  type DuckDBListValue,
  type DuckDBType,
} from '@duckdb/node-api';
import {
  columnOfField,
  itemTypeOf,
  leavesOf,
  storageOf,
  type DataTypeName,
  type EventType,
  type Partition,
  type Scalar,
  type ScalarTypeName,
  type StorageKind,
  type Value,
} from '@twofold/core';
import type { PlacedEvent } from './range-part.js';

/** What a column holds: INTEGER and DOUBLE take numbers, BIGINT bigints. */
export type Cell = string | number | bigint | boolean | DuckDBListValue | null;

/** One column of a file of the archive. The types are those that every engine reads alike (no HUGEINT, no timestamps). */
export type ArchiveColumn = {
  readonly name: string;
  readonly type: DuckDBType;
  readonly cellOf: (event: PlacedEvent) => Cell;
};

/** The columns of a file that holds this version of an event type; null: records that are no event of a known type. */
export const archiveColumns = (partition: Partition, version: EventType | null): readonly ArchiveColumn[] => [
  ...recordColumns(partition),
  ...(version === null ? [] : leafColumns(version)),
];

const recordColumns = ({ stream, partition }: Partition): readonly ArchiveColumn[] => [
  { name: 'stream', type: VARCHAR, cellOf: () => stream },
  { name: 'partition', type: INTEGER, cellOf: () => partition },
  { name: 'offset', type: BIGINT, cellOf: ({ offset }) => BigInt(offset) },
  { name: 'applied_offset', type: BIGINT, cellOf: ({ appliedOffset }) => BigInt(appliedOffset) },
  { name: 'place', type: INTEGER, cellOf: ({ place }) => place },
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

const reasonOf = (verdict: PlacedEvent['verdict']): string | null =>
  verdict.kind === 'dead' ? `${verdict.code}: ${verdict.reason}` : null;

const leafColumns = (version: EventType): readonly ArchiveColumn[] =>
  leavesOf(version).map(({ path, type }, index) => {
    const toCell = cellReader(type);
    return {
      name: columnOfField(path),
      type: columnTypeOf(type),
      cellOf: ({ values }) => toCell(values[index] ?? null),
    };
  });

const COLUMN_TYPES: Readonly<Record<StorageKind, DuckDBType>> = {
  text: VARCHAR,
  integer: BIGINT,
  double: DOUBLE,
  boolean: BOOLEAN,
};

function columnTypeOf(type: DataTypeName): DuckDBType {
  const item = itemTypeOf(type);
  return item === null ? COLUMN_TYPES[storageOf(type as ScalarTypeName)] : LIST(COLUMN_TYPES[storageOf(item)]);
}

function cellReader(type: DataTypeName): (value: Value) => Cell {
  const item = itemTypeOf(type);
  if (item !== null) {
    const toItem = scalarReader(item);
    return (value) => (value === null ? null : listValue((value as readonly Scalar[]).map(toItem)));
  }
  const toCell = scalarReader(type as ScalarTypeName);
  return (value) => toCell(value as Scalar);
}

/** BIGINT takes bigints. */
const scalarReader = (type: ScalarTypeName): ((value: Scalar) => Scalar) =>
  storageOf(type) === 'integer' ? (value) => (typeof value === 'number' ? BigInt(value) : value) : (value) => value;
