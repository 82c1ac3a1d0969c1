import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { TwofoldError, compileSql, duckDb, type OffsetVector, type ViewPlan, type ViewRow } from '@twofold/core';
import type { ArchiveFile, BatchEngine } from '@twofold/ports';
import { failureOf } from './duckdb-failure.js';
import { relationsBelow } from './relations-below.js';
import { rowsOfChunk } from './rows-of-chunk.js';

/** Times that a directory still being written to is tried to be removed, each a pause longer: 5.5 s in all. */
const RM_RETRIES = 10;
const RM_PAUSE_MS = 100;

export type DuckDbBatchEngineOptions = {
  /** An existing directory. What does not fit into memory is spilled to a new one in it, which `close` removes. */
  readonly tempDirectory: string;
  /** What all computations under way may hold in memory before they spill, MiB. Default 1024. */
  readonly memoryLimitMiB?: number;
  /** Default: the machine's cores. */
  readonly threads?: number;
};

/** Some ten million rows of a view. The process's own memory comes on top. */
const DEFAULT_MEMORY_LIMIT_MIB = 1024;

/** The view's SQL over the archive's Parquet files, in this process. Computations may run side by side. */
export class DuckDbBatchEngine implements BatchEngine {
  readonly name = 'duckdb';
  private readonly running = new Set<DuckDBConnection>();
  private isClosed = false;

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly spillDirectory: string,
  ) {}

  static async open({
    tempDirectory,
    memoryLimitMiB = DEFAULT_MEMORY_LIMIT_MIB,
    threads = availableParallelism(),
  }: DuckDbBatchEngineOptions): Promise<DuckDbBatchEngine> {
    const spillDirectory = await mkdtemp(join(tempDirectory, 'twofold-duckdb-'));
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(threads),
      memory_limit: `${memoryLimitMiB}MiB`,
      temp_directory: spillDirectory,
      preserve_insertion_order: 'false', // rows have no order; keeping one costs memory
      autoinstall_known_extensions: 'false',
    });
    return new DuckDbBatchEngine(instance, spillDirectory);
  }

  /** Chunks of at most 2,048 rows. Also rejects with `store-unavailable` where a file, the disk or the memory fails. */
  async *compute(
    plan: ViewPlan,
    cut: OffsetVector,
    files: readonly ArchiveFile[],
  ): AsyncGenerator<readonly ViewRow[], void, undefined> {
    const relations = relationsBelow(plan, cut, files);
    if (relations.length === 0) return;
    const connection = await this.instance.connect();
    this.running.add(connection);
    try {
      const result = await connection.stream(compileSql(plan, relations, duckDb));
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        yield rowsOfChunk(plan, chunk);
      }
    } catch (error) {
      // What a computation meets when its files go away under it is not what happened to it.
      if (this.isClosed) throw interrupted(plan.id.name, error);
      throw failureOf(error, plan.id.name);
    } finally {
      this.running.delete(connection);
      connection.closeSync();
    }
  }

  /** Computations under way are interrupted, and reject with `store-unavailable`. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const connection of this.running) connection.interrupt();
    this.instance.closeSync();
    // What is interrupted may write for another moment: the directory is full again while it is emptied.
    await rm(this.spillDirectory, { recursive: true, force: true, maxRetries: RM_RETRIES, retryDelay: RM_PAUSE_MS });
  }
}

const interrupted = (view: string, cause: unknown): TwofoldError =>
  new TwofoldError('store-unavailable', `the computation of ${view} was interrupted: its engine is closed`, undefined, {
    cause,
  });
