import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { TwofoldError, compileSql, duckDb, type ViewPlan, type ViewRow } from '@twofold/core';
import type { ArchiveFile, BatchEngine, EventRange, MasterDataset } from '@twofold/ports';
import { failureOf } from './duckdb-failure.js';
import { relationsWithin } from './relations-within.js';
import { rowsOfChunk } from './rows-of-chunk.js';

/** Times that a directory still being written to is tried to be removed, each a pause longer: 5.5 s in all. */
const RM_RETRIES = 10;
const RM_PAUSE_MS = 100;

export type DuckDbBatchEngineOptions = {
  /** Whose files are read. The caller's: `close` leaves it open. */
  readonly masterDataset: Pick<MasterDataset, 'filesBelow'>;
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
  readonly givesEachRowOnce = true;
  private readonly running = new Set<DuckDBConnection>();
  private isClosed = false;

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly spillDirectory: string,
    private readonly masterDataset: Pick<MasterDataset, 'filesBelow'>,
  ) {}

  static async open({
    masterDataset,
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
    return new DuckDbBatchEngine(instance, spillDirectory, masterDataset);
  }

  /** Chunks of at most 2,048 rows. Also rejects with `store-unavailable` where a file, the disk or the memory fails. */
  async *compute(
    plan: ViewPlan,
    range: EventRange,
    stop: AbortSignal,
  ): AsyncGenerator<readonly ViewRow[], void, undefined> {
    const relations = relationsWithin(plan, range, await this.filesOf(plan, range));
    if (relations.length === 0) return;
    const connection = await this.instance.connect();
    const interrupt = (): void => connection.interrupt();
    stop.addEventListener('abort', interrupt);
    this.running.add(connection);
    try {
      mustGoOn(stop, plan.id.name);
      const result = await connection.stream(compileSql(plan, relations, duckDb, range.windows));
      for (;;) {
        mustGoOn(stop, plan.id.name);
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        yield rowsOfChunk(plan, chunk);
      }
    } catch (error) {
      // What a computation meets when its files go away under it is not what happened to it.
      if (this.isClosed) throw interrupted(plan.id.name, error);
      mustGoOn(stop, plan.id.name);
      throw failureOf(error, plan.id.name);
    } finally {
      stop.removeEventListener('abort', interrupt);
      this.running.delete(connection);
      connection.closeSync();
    }
  }

  private async filesOf({ sources }: ViewPlan, { to }: EventRange): Promise<readonly ArchiveFile[]> {
    const files = sources.map(({ event }) => this.masterDataset.filesBelow(to, event.type));
    return (await Promise.all(files)).flat();
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

function mustGoOn(stop: AbortSignal, view: string): void {
  if (stop.aborted) throw new TwofoldError('conflict', `the computation of ${view} was stopped`);
}

const interrupted = (view: string, cause: unknown): TwofoldError =>
  new TwofoldError('store-unavailable', `the computation of ${view} was interrupted: its engine is closed`, undefined, {
    cause,
  });
