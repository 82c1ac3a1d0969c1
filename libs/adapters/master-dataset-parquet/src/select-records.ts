import type { DuckDBDataChunk } from '@duckdb/node-api';
import { duckDb, type ArchivedRecord, type Offset } from '@twofold/core';

const { quoteIdentifier: q, quoteText } = duckDb;

/** Columns that old files do not have. */
const NEWER_COLUMNS = 'SELECT NULL::BIGINT AS applied_offset, NULL::INTEGER AS place WHERE FALSE';

/** The events that apply in [from, below), in the order in which they count. Its columns are those that {@link recordsOfChunk} reads. */
export function selectRecords(paths: readonly string[], from: Offset, below: Offset): string {
  const offset = q('offset');
  const rows = `(FROM read_parquet([${paths.map(quoteText).join(', ')}], union_by_name = true) UNION ALL BY NAME ${NEWER_COLUMNS})`;
  return `SELECT ${offset}, coalesce(applied_offset, ${offset}) AS applied, subject, type, version, event_time, data
    FROM ${rows} WHERE applied >= ${from} AND applied < ${below}
    ORDER BY applied, place, ${offset} <> applied, ${offset}`;
}

export function recordsOfChunk(chunk: DuckDBDataChunk): readonly ArchivedRecord[] {
  const [offsets, applied, subjects, types, versions, times, texts] = chunk.getColumns();
  return Array.from({ length: chunk.rowCount }, (_, row) => ({
    offset: Number(offsets?.[row]),
    appliedOffset: Number(applied?.[row]),
    subject: textOf(subjects?.[row]),
    type: String(types?.[row]),
    version: Number(versions?.[row]),
    timeMs: Number(times?.[row]),
    dataText: textOf(texts?.[row]),
  }));
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
