import {
  TwofoldError,
  mergeRows,
  offsetAt,
  rowKeyOf,
  type OffsetVector,
  type Partition,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import { reachingStore, type Metadata } from '@twofold/metadata';
import type { BuildStage, StagedPartition, StagedStep } from '@twofold/ports';
import type pg from 'pg';
import { randomBytes } from 'node:crypto';
import { inTransaction } from './in-transaction.js';
import { LOAD_TIMEOUT_MS } from './load-generation.js';
import { copyRows } from './load-table.js';
import { queryRows } from './row-reader.js';
import { runStatement } from './run-statement.js';
import { DROP_WAIT_MS, UNDEFINED_TABLE, sqlStateOf } from './sql-state.js';
import { copyIntoTable, createStageIndex, createStageTable, dropTables } from './sql/generation-table.js';
import { stageTableName } from './sql/identifier.js';
import { selectKeys } from './sql/select-keys.js';
import { deleteStage, insertStage, insertStagedPartitions, moveDone } from './sql/stage-statements.js';

/** The table of the stage was dropped, or another builder's step came first: what was added is undone. */
class NotAdded extends Error {}

/** Builds under way: rows in a table per build, how far they are in rows of the metadata, which is the caller's. */
export class PostgresBuildStage implements BuildStage {
  constructor(private readonly metadata: Metadata) {}

  /** One transaction; of two at once, the second finds what the first made. */
  open(plan: ViewPlan, build: string, from: OffsetVector, to: OffsetVector): Promise<readonly StagedPartition[]> {
    return reachingStore(async () => {
      const table = stageTableName(plan.id, randomBytes(4).toString('hex'));
      await inTransaction(this.metadata.pool, {}, async (client) => {
        if ((await runStatement(client, insertStage(build, table))).rowCount === 0) return;
        await client.query(createStageTable(table, plan));
        if (plan.projection !== null) await client.query(createStageIndex(table, plan));
        await runStatement(client, insertStagedPartitions(build, from, to));
      });
      const progress = (await this.partitionsOf(build)) ?? [];
      if (isOfRange(progress, from, to)) return progress;
      throw new TwofoldError('conflict', `build ${build} is under way over another range: ${JSON.stringify(progress)}`);
    });
  }

  /** The rows first, then the move: so a builder that stands still locks no other's step. One transaction. */
  add(plan: ViewPlan, build: string, step: StagedStep, rows: AsyncIterable<readonly ViewRow[]>): Promise<boolean> {
    return reachingStore(async () => {
      const stage = await this.metadata.prisma.buildStage.findUnique({
        where: { build },
        include: { partitions: { where: { stream: step.stream, partition: step.partition } } },
      });
      if (stage === null || stage.partitions[0]?.doneOffset !== BigInt(step.from)) return false;
      try {
        await inTransaction(this.metadata.pool, { statementTimeoutMs: LOAD_TIMEOUT_MS }, async (client) => {
          await copyRows(client, copyIntoTable(stage.tableName), rows, () => []);
          if ((await runStatement(client, moveDone(build, step))).rowCount === 0) throw new NotAdded();
        });
        return true;
      } catch (error) {
        if (error instanceof NotAdded || sqlStateOf(error) === UNDEFINED_TABLE) return false;
        throw error;
      }
    });
  }

  readKeys(
    plan: ViewPlan,
    build: string,
    keys: readonly Pick<ViewRow, 'dimensions' | 'window'>[],
  ): Promise<readonly ViewRow[]> {
    return reachingStore(async () => {
      const stage = await this.metadata.prisma.buildStage.findUnique({ where: { build } });
      const wanted = [...new Map(keys.map((key) => [rowKeyOf(key), key])).values()];
      if (stage === null || wanted.length === 0) return [];
      try {
        return mergeRows(plan, await queryRows(this.metadata.pool, plan, selectKeys(plan, stage.tableName, wanted)));
      } catch (error) {
        if (sqlStateOf(error) === UNDEFINED_TABLE) return [];
        throw error;
      }
    });
  }

  progress(build: string): Promise<readonly StagedPartition[] | null> {
    return reachingStore(() => this.partitionsOf(build));
  }

  /** The table first, as whoever adds takes it first: so they wait for each other rather than deadlock. One transaction. */
  drop(build: string): Promise<void> {
    return reachingStore(async () => {
      const stage = await this.metadata.prisma.buildStage.findUnique({ where: { build } });
      if (stage === null) return;
      await inTransaction(this.metadata.pool, { lockTimeoutMs: DROP_WAIT_MS }, async (client: pg.ClientBase) => {
        await client.query(dropTables([stage.tableName]));
        await runStatement(client, deleteStage(build));
      });
    });
  }

  builds(): Promise<readonly string[]> {
    return reachingStore(async () => {
      const stages = await this.metadata.prisma.buildStage.findMany({ orderBy: { sequence: 'asc' } });
      return stages.map(({ build }) => build);
    });
  }

  private async partitionsOf(build: string): Promise<readonly StagedPartition[] | null> {
    const stage = await this.metadata.prisma.buildStage.findUnique({
      where: { build },
      include: { partitions: { orderBy: [{ stream: 'asc' }, { partition: 'asc' }] } },
    });
    if (stage === null) return null;
    return stage.partitions.map(({ stream, partition, fromOffset, doneOffset, toOffset, busyMs }) => ({
      ...{ stream, partition, from: Number(fromOffset), done: Number(doneOffset), to: Number(toOffset) },
      busyMs: Number(busyMs),
    }));
  }
}

/** The same partitions, from and to the same offsets. */
const isOfRange = (progress: readonly StagedPartition[], from: OffsetVector, to: OffsetVector): boolean =>
  progress.length === Object.values(to).flat().length &&
  progress.every((staged) => {
    const place: Partition = staged;
    return staged.from === offsetAt(from, place) && staged.to === offsetAt(to, place);
  });
