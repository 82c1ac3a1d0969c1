import {
  TwofoldError,
  rolledPlan,
  rowKeyOf,
  type OffsetVector,
  type RollUp,
  type RowSelection,
  type StreamDefinition,
  type ViewId,
  type ViewPlan,
  type ViewRow,
  type WindowSpan,
} from '@twofold/core';
import { reachingStore, type Metadata } from '@twofold/metadata';
import type { BatchViewStore, BuildSummary, Generation, CombinedRows, RowsRead } from '@twofold/ports';
import { combinedRows } from './combined-rows.js';
import { emptyGeneration, generationOf } from './generation-of.js';
import { GenerationTables } from './generation-tables.js';
import { inTransaction } from './in-transaction.js';
import { loadGeneration } from './load-generation.js';
import { fixStream, registerView } from './register-view.js';
import { queryRows } from './row-reader.js';
import { runStatement } from './run-statement.js';
import { scanRows } from './scan-rows.js';
import { DROP_WAIT_MS, LOCK_NOT_AVAILABLE, UNDEFINED_TABLE, sqlStateOf } from './sql-state.js';
import { dropTables } from './sql/generation-table.js';
import {
  markDropped,
  movePointer,
  selectPublished,
  type GenerationRecord,
  type UnpublishedRecord,
} from './sql/metadata-statements.js';
import type { Statement } from './sql/parameters.js';
import { selectInOrder } from './sql/select-in-order.js';
import { selectKeys } from './sql/select-keys.js';
import { selectRolledUp } from './sql/select-rolled-up.js';
import { selectRows } from './sql/select-rows.js';
import { stagedTables } from './staged-tables.js';

/** Keys of one call, as the port has it: some MB of parameters. */
const MAX_KEYS = 10_000;

/**
 * Generations in Postgres: metadata by Prisma, rows in a table per generation. A load is one transaction, so a killed
 * one leaves nothing. The metadata is the caller's: `close` leaves it open.
 */
export class PostgresBatchViewStore implements BatchViewStore {
  private readonly tables: GenerationTables;

  constructor(private readonly metadata: Metadata) {
    this.tables = new GenerationTables(metadata);
  }

  register(plan: ViewPlan, partitionCounts: Readonly<Record<string, number>>): Promise<void> {
    return reachingStore(() => registerView(this.metadata, plan, partitionCounts));
  }

  fixStream(stream: StreamDefinition): Promise<void> {
    return reachingStore(() => fixStream(this.metadata, stream));
  }

  published(view: ViewId): Promise<Generation | null> {
    return reachingStore(async () => {
      type Published = GenerationRecord | UnpublishedRecord;
      const [record] = (await runStatement<Published>(this.metadata.pool, selectPublished(view))).rows;
      if (record === undefined) return null;
      return record.number === null ? emptyGeneration(view, record) : generationOf(record);
    });
  }

  history({ name, version }: ViewId, limit: number): Promise<readonly Generation[]> {
    return reachingStore(async () => {
      const records = await this.metadata.prisma.generation.findMany({
        where: { viewName: name, viewVersion: version },
        orderBy: { number: 'desc' },
        take: limit,
      });
      return records.map(generationOf);
    });
  }

  /** Killed anywhere: see {@link loadGeneration}. */
  load(
    plan: ViewPlan,
    number: number,
    cut: OffsetVector,
    rows: AsyncIterable<readonly ViewRow[]>,
    summary: BuildSummary,
  ): Promise<Generation> {
    return reachingStore(() => loadGeneration(this.metadata, plan, number, cut, rows, summary));
  }

  /** By a connection of its own: a load writes meanwhile. */
  combined(plan: ViewPlan, from: CombinedRows): AsyncIterable<readonly ViewRow[]> {
    return combinedRows(plan, this.scanTables(plan, from));
  }

  publish(view: ViewId, number: number): Promise<boolean> {
    return reachingStore(
      async () => (await runStatement(this.metadata.pool, movePointer(view, number))).rowCount === 1,
    );
  }

  dropSuperseded(view: ViewId, graceMs: number, keep: readonly number[]): Promise<number> {
    return reachingStore(async () => {
      try {
        return await inTransaction(this.metadata.pool, { lockTimeoutMs: DROP_WAIT_MS }, async (client) => {
          const { rows } = await runStatement<TableRow>(client, markDropped(view, graceMs, keep));
          const tables = rows.map(({ tableName }) => tableName);
          if (tables.length > 0) await client.query(dropTables(tables));
          return tables.length;
        });
      } catch (error) {
        // Readers are still in it: nothing is dropped this time.
        if (sqlStateOf(error) === LOCK_NOT_AVAILABLE) return 0;
        throw error;
      }
    });
  }

  read(plan: ViewPlan, generation: number, read: RowsRead): Promise<readonly ViewRow[] | null> {
    return this.readTable(plan, generation, plan, (table) => selectRows(plan, table, read));
  }

  async *scan(plan: ViewPlan, generation: number): AsyncGenerator<readonly ViewRow[]> {
    yield* this.scanTables(plan, { generation, except: null, builds: [] });
  }

  async rollUp(
    plan: ViewPlan,
    generation: number,
    selection: RowSelection,
    rollUp: RollUp,
    maxRows: number,
  ): Promise<readonly ViewRow[] | null> {
    const rows = await this.readTable(plan, generation, rolledPlan(plan, rollUp), (table) =>
      selectRolledUp(plan, table, selection, rollUp, maxRows + 1),
    );
    if (rows === null || rows.length <= maxRows) return rows;
    throw new TwofoldError('answer-too-large', `the answer has more than ${maxRows} rows`);
  }

  async readKeys(
    plan: ViewPlan,
    generation: number,
    keys: readonly Pick<ViewRow, 'dimensions' | 'window'>[],
  ): Promise<readonly ViewRow[] | null> {
    if (keys.length > MAX_KEYS) {
      throw new TwofoldError('answer-too-large', `${keys.length} keys at once, at most ${MAX_KEYS}`);
    }
    const wanted = [...new Map(keys.map((key) => [rowKeyOf(key), key])).values()];
    return wanted.length === 0
      ? []
      : this.readTable(plan, generation, plan, (table) => selectKeys(plan, table, wanted));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** null: the table is not there, whether that was known before or shows now. */
  private readTable(
    plan: ViewPlan,
    generation: number,
    /** Whose rows the statement gives. */
    rowsOf: ViewPlan,
    statementOn: (table: string) => Statement,
  ): Promise<readonly ViewRow[] | null> {
    return reachingStore(async () => {
      if (generation === 0) return [];
      const table = await this.tables.nameOf(plan.id, generation);
      if (table === null) return null;
      try {
        return await queryRows(this.metadata.pool, rowsOf, statementOn(table));
      } catch (error) {
        if (sqlStateOf(error) !== UNDEFINED_TABLE) throw error;
        this.tables.forget(plan.id, generation);
        return null;
      }
    });
  }

  /** All of these rows in the order of their keys. */
  private async *scanTables(
    plan: ViewPlan,
    { generation, except, builds }: CombinedRows,
  ): AsyncGenerator<readonly ViewRow[]> {
    const wasDropped = (): TwofoldError =>
      new TwofoldError(
        'conflict',
        `generation ${generation} of ${plan.id.name}@${plan.id.version}, or a stage, was dropped`,
      );
    const staged = await reachingStore(() => stagedTables(this.metadata, builds));
    const tables = staged.map((table) => ({ table, except: null as WindowSpan | null }));
    if (generation !== null && generation > 0) {
      // Asked anew: of a version that was removed and came again, another table has the number.
      this.tables.forget(plan.id, generation);
      const table = await reachingStore(() => this.tables.nameOf(plan.id, generation));
      if (table === null) throw wasDropped();
      tables.push({ table, except });
    }
    if (tables.length === 0) return;
    try {
      yield* scanRows(this.metadata.pool, plan, selectInOrder(plan, tables));
    } catch (error) {
      throw sqlStateOf(error) === UNDEFINED_TABLE ? wasDropped() : error;
    }
  }
}

type TableRow = { readonly tableName: string };
