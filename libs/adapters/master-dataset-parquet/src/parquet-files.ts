import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { DuckDBDataChunk, DuckDBInstance, DuckDBVector, type DuckDBConnection } from '@duckdb/node-api';
import {
  TwofoldError,
  duckDb,
  type ArchiveLayout,
  type ArchivedRecord,
  type Offset,
  type SetAside,
} from '@twofold/core';
import type { ArchivedIdentity } from '@twofold/ports';
import type { ArchiveColumn } from './archive-column.js';
import { parquetFormat } from './parquet-format.js';
import type { PlacedEvent } from './range-part.js';
import { recordsOfChunk, selectRecords } from './select-records.js';

/** What the rows of all files under way may take before they spill. A range of 50,000 flights takes some 20 MB. */
const MEMORY_LIMIT_MIB = 1024;
/** DuckDB's vectors have a fixed size. */
const CHUNK_ROWS = DuckDBVector.standardSize();

const { quoteIdentifier, quoteText } = duckDb;

/** What is set aside, and the newest append time, below an offset. */
export type Summary = SetAside & { readonly appliedAtMs: number | null };

/** Writes and reads single Parquet files through DuckDB. Errors are DuckDB's. */
export class ParquetFiles {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly spillDirectory: string,
  ) {}

  /** `threads`: of one statement. */
  static async open(threads = 1): Promise<ParquetFiles> {
    const spillDirectory = await mkdtemp(join(tmpdir(), 'twofold-archive-'));
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(threads),
      memory_limit: `${MEMORY_LIMIT_MIB}MiB`,
      temp_directory: spillDirectory,
      autoinstall_known_extensions: 'false',
    });
    return new ParquetFiles(instance, spillDirectory);
  }

  /** Writes the events in the order given. */
  async write(
    path: string,
    columns: readonly ArchiveColumn[],
    events: readonly PlacedEvent[],
    layout: ArchiveLayout,
  ): Promise<void> {
    await this.connected(async (connection) => {
      const declared = columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`);
      // a temporary table is its connection's own
      await connection.run(`CREATE TEMP TABLE archived (${declared.join(', ')})`);
      await fill(connection, columns, events);
      await connection.run(`COPY archived TO ${quoteText(path)} ${parquetFormat(layout)}`);
    });
  }

  /** What of the files' records below an offset is dead or a duplicate, and their newest append time. */
  async summaryBelow(paths: readonly string[], below: Offset): Promise<Summary> {
    return this.connected(async (connection) => {
      const reader = await connection.runAndReadAll(
        `SELECT count(*) FILTER (verdict = 'dead'), count(*) FILTER (verdict = 'duplicate'), max(appended_at)
         FROM read_parquet([${paths.map(quoteText).join(', ')}], union_by_name = true)
         WHERE ${quoteIdentifier('offset')} < ${below}`,
      );
      const [deadLetters, duplicates, newest] = reader.getRows()[0] ?? [];
      return {
        deadLetters: Number(deadLetters),
        duplicates: Number(duplicates),
        held: 0,
        appliedAtMs: typeof newest === 'bigint' ? Number(newest) : null,
      };
    });
  }

  /** Of the files' events in [from, below), in order. */
  async identities(paths: readonly string[], from: Offset, below: Offset): Promise<readonly ArchivedIdentity[]> {
    if (paths.length === 0) return [];
    const offset = quoteIdentifier('offset');
    return this.connected(async (connection) => {
      const reader = await connection.runAndReadAll(
        // once each: one that was held has another row where it was released
        `SELECT DISTINCT ${offset}, appended_at, source, id FROM read_parquet([${paths.map(quoteText).join(', ')}], union_by_name = true)
         WHERE ${offset} >= ${from} AND ${offset} < ${below} AND version > 0 AND verdict IN ('event', 'duplicate', 'held') ORDER BY ${offset}`,
      );
      return reader.getRows().map(([at, appendedAt, source, id]) => ({
        ...{ offset: Number(at), appendedAtMs: Number(appendedAt), source: String(source), id: String(id) },
      }));
    });
  }

  /** Of the files' events, all of these types, those that apply in [from, below), in the order in which they count. Sorted in memory: the caller bounds them. */
  async *records(
    paths: readonly string[],
    from: Offset,
    below: Offset,
    types: readonly string[],
  ): AsyncGenerator<readonly ArchivedRecord[], void, undefined> {
    const connection = await this.instance.connect();
    try {
      const result = await connection.stream(selectRecords(paths, from, below, types));
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        yield recordsOfChunk(chunk, types);
      }
    } finally {
      connection.closeSync();
    }
  }

  async close(): Promise<void> {
    this.instance.closeSync();
    await rm(this.spillDirectory, { recursive: true, force: true });
  }

  /** Work on a connection of its own. Rejects with `conflict` when `stop` is aborted first. */
  async connected<T>(work: (connection: DuckDBConnection) => Promise<T>, stop?: AbortSignal): Promise<T> {
    const connection = await this.instance.connect();
    const interrupt = (): void => connection.interrupt();
    stop?.addEventListener('abort', interrupt);
    try {
      if (stop?.aborted === true) throw new TwofoldError('conflict', 'work on the archive was stopped');
      return await work(connection);
    } catch (error) {
      if (stop?.aborted !== true) throw error;
      throw new TwofoldError('conflict', 'work on the archive was stopped', undefined, { cause: error });
    } finally {
      stop?.removeEventListener('abort', interrupt);
      connection.closeSync();
    }
  }
}

/** By columns, a chunk at a time: twice as fast as by rows. Others get their turn between chunks. */
async function fill(
  connection: DuckDBConnection,
  columns: readonly ArchiveColumn[],
  events: readonly PlacedEvent[],
): Promise<void> {
  const appender = await connection.createAppender('archived', 'main', 'temp');
  const types = columns.map(({ type }) => type);
  for (let start = 0; start < events.length; start += CHUNK_ROWS) {
    const some = events.slice(start, start + CHUNK_ROWS);
    const chunk = DuckDBDataChunk.create(types);
    chunk.setColumns(columns.map(({ cellOf }) => some.map(cellOf)));
    appender.appendDataChunk(chunk);
    await setImmediate();
  }
  appender.closeSync();
}
