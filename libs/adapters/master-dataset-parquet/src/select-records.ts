import type { DuckDBDataChunk } from '@duckdb/node-api';
import { duckDb, impossible, type ArchivedRecord, type Offset } from '@twofold/core';

const { quoteIdentifier: q, quoteText } = duckDb;

/** Columns that old files do not have. */
const NEWER_COLUMNS = 'SELECT NULL::BIGINT AS applied_offset, NULL::INTEGER AS place WHERE FALSE';

/** All columns of the files' rows, `applied_offset` and `place` among them. At least one file. */
export const rowsOf = (paths: readonly string[]): string =>
  `(FROM read_parquet([${paths.map(quoteText).join(', ')}], union_by_name = true) UNION ALL BY NAME ${NEWER_COLUMNS})`;

/** That a row applies in [from, below). What is said of single columns, which follows from it, lets the reader pass over row groups. */
export const isWithinOffsets = (from: Offset, below: Offset): string =>
  `coalesce(applied_offset, ${q('offset')}) >= ${from} AND coalesce(applied_offset, ${q('offset')}) < ${below}
    AND ${q('offset')} < ${below} AND (applied_offset IS NULL OR applied_offset >= ${from})`;

/** The order in which rows count, by the column that says from which offset on they do. */
export const inOrder = (applied: string): string => `${applied}, place, ${q('offset')} <> ${applied}, ${q('offset')}`;

/** The events that apply in [from, below), in the order in which they count. Its columns are those that {@link recordsOfChunk} reads. */
export function selectRecords(paths: readonly string[], from: Offset, below: Offset, types: readonly string[]): string {
  const offset = q('offset');
  // As numbers, and the type as its place in the list: bigints and texts cost a fold more than it has to do.
  return `SELECT ${offset}::DOUBLE, applied::DOUBLE, subject, list_position([${types.map(quoteText).join(', ')}], type), version,
      event_time::DOUBLE, data
    FROM (SELECT *, coalesce(applied_offset, ${offset}) AS applied FROM ${rowsOf(paths)} WHERE ${isWithinOffsets(from, below)})
    ORDER BY ${inOrder('applied')}`;
}

export function recordsOfChunk(chunk: DuckDBDataChunk, types: readonly string[]): readonly ArchivedRecord[] {
  const [offsets, applied, subjects, places, versions, times, texts] = chunk.getColumns();
  return Array.from({ length: chunk.rowCount }, (_, row) => ({
    offset: Number(offsets?.[row]),
    appliedOffset: Number(applied?.[row]),
    subject: textOf(subjects?.[row]),
    type: types[Number(places?.[row]) - 1] ?? impossible('an event of a type that was not asked for'),
    version: Number(versions?.[row]),
    timeMs: Number(times?.[row]),
    dataText: textOf(texts?.[row]),
  }));
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
