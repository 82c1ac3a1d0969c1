import {
  TwofoldError,
  impossible,
  isAtLeast,
  rolledPlan,
  rowKeyOf,
  type OffsetVector,
  type RollUp,
  type RowSelection,
  type ViewId,
  type ViewPlan,
  type ViewRow,
  type StreamDefinition,
} from '@twofold/core';
import { reachingStore, type Metadata } from '@twofold/metadata';
import type { BatchViewStore, BuildSummary, Generation, RowsRead } from '@twofold/ports';
import type pg from 'pg';
import { randomBytes } from 'node:crypto';
import { emptyGeneration, generationOf } from './generation-of.js';
import { inTransaction } from './in-transaction.js';
import { loadTable } from './load-table.js';
import { recordedVector } from './recorded-vector.js';
import { fixStream, registerView } from './register-view.js';
import { queryRows } from './row-reader.js';
import { scanTable } from './scan-table.js';
import { dropTables } from './sql/generation-table.js';
import { generationTableName } from './sql/identifier.js';
import {
  insertGeneration,
  markDropped,
  movePointer,
  selectPublished,
  type GenerationRecord,
} from './sql/metadata-statements.js';
import type { Statement } from './sql/parameters.js';
import { selectKeys } from './sql/select-keys.js';
import { selectRolledUp } from './sql/select-rolled-up.js';
import { selectRows } from './sql/select-rows.js';

/** Keys of one call, as the port has it: some MB of parameters. */
const MAX_KEYS = 10_000;
/** Longest single step of a load, ms: a builder that stands still for longer holds back vacuum, and has lost. */
const LOAD_TIMEOUT_MS = 3_600_000;
/** Longest wait for readers to leave a table that is to be dropped, ms: new readers queue behind it. */
const DROP_WAIT_MS = 2_000;
/** Generations whose table's name is remembered: more than are in use by all views of an installation. */
const MAX_REMEMBERED_TABLES = 1_000;
/** SQLSTATEs: the table is not there (any more); a lock was not to be had in time. */
const UNDEFINED_TABLE = '42P01';
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Generations in Postgres: metadata by Prisma, rows in a table per generation. A load is one transaction, so a killed
 * one leaves nothing. The metadata is the caller's: `close` leaves it open.
 */
export class PostgresBatchViewStore implements BatchViewStore {
  /** A registered generation's table never changes. */
  private readonly tables = new Map<string, string>();

  constructor(private readonly metadata: Metadata) {}

  register(plan: ViewPlan, partitionCounts: Readonly<Record<string, number>>): Promise<void> {
    return reachingStore(() => registerView(this.metadata, plan, partitionCounts));
  }

  fixStream(stream: StreamDefinition): Promise<void> {
    return reachingStore(() => fixStream(this.metadata, stream));
  }

  published(view: ViewId): Promise<Generation | null> {
    return reachingStore(async () => {
      type Published = GenerationRecord & { readonly partitionCounts: Record<string, number> };
      const { name, text, values } = selectPublished(view);
      const { rows } = await this.metadata.pool.query<Published>({ name, text, values: [...values] });
      const [record] = rows;
      if (record === undefined) return null;
      return record.number === null ? emptyGeneration(view, record.partitionCounts) : generationOf(record);
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

  load(
    plan: ViewPlan,
    number: number,
    cut: OffsetVector,
    rows: AsyncIterable<readonly ViewRow[]>,
    summary: BuildSummary,
  ): Promise<Generation> {
    return reachingStore(async () => {
      const standing = await this.registered(plan.id, number);
      if (standing !== null) return standing;
      await this.mustBeRecorded(plan.id, number, cut);
      const table = generationTableName(plan.id, number, randomBytes(4).toString('hex'));
      await inTransaction(this.metadata.pool, { statementTimeoutMs: LOAD_TIMEOUT_MS }, async (client) => {
        const rowCount = await loadTable(client, plan, table, rows);
        const { rowCount: registered } = await run(
          client,
          insertGeneration(plan.id, number, cut, table, rowCount, summary),
        );
        // Another builder registered the number meanwhile, with the same rows: this table is not needed.
        if (registered === 0) await client.query(dropTables([table]));
      });
      return (await this.registered(plan.id, number)) ?? impossible(`generation ${number} of ${plan.id.name} was lost`);
    });
  }

  publish(view: ViewId, number: number): Promise<boolean> {
    return reachingStore(async () => (await run(this.metadata.pool, movePointer(view, number))).rowCount === 1);
  }

  dropSuperseded(view: ViewId, graceMs: number): Promise<number> {
    return reachingStore(async () => {
      try {
        return await inTransaction(this.metadata.pool, { lockTimeoutMs: DROP_WAIT_MS }, async (client) => {
          const { rows } = await run(client, markDropped(view, graceMs));
          const tables = rows.map(({ tableName }) => String(tableName));
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
    if (generation === 0) return;
    const table = await reachingStore(() => this.tableOf(plan.id, generation));
    if (table === null) throw dropped(plan, generation);
    try {
      yield* scanTable(this.metadata.pool, plan, table);
    } catch (error) {
      throw sqlStateOf(error) === UNDEFINED_TABLE ? dropped(plan, generation) : error;
    }
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
      const table = await this.tableOf(plan.id, generation);
      if (table === null) return null;
      try {
        return await queryRows(this.metadata.pool, rowsOf, statementOn(table));
      } catch (error) {
        if (sqlStateOf(error) === UNDEFINED_TABLE) return null;
        throw error;
      }
    });
  }

  private async tableOf({ name, version }: ViewId, number: number): Promise<string | null> {
    const key = `${name}/${version}/${number}`;
    const known = this.tables.get(key);
    if (known !== undefined) return known;
    const record = await this.metadata.prisma.generation.findUnique({
      where: { viewName_viewVersion_number: { viewName: name, viewVersion: version, number } },
      select: { tableName: true, droppedAt: true },
    });
    if (record === null || record.droppedAt !== null) return null;
    if (this.tables.size >= MAX_REMEMBERED_TABLES) this.tables.clear();
    this.tables.set(key, record.tableName);
    return record.tableName;
  }

  private async registered({ name, version }: ViewId, number: number): Promise<Generation | null> {
    const record = await this.metadata.prisma.generation.findUnique({
      where: { viewName_viewVersion_number: { viewName: name, viewVersion: version, number } },
    });
    return record === null ? null : generationOf(record);
  }

  /** Rule 6: all boundaries of a generation exist before it does. */
  private async mustBeRecorded(view: ViewId, number: number, cut: OffsetVector): Promise<void> {
    const recorded = await recordedVector(this.metadata, view, number);
    if (recorded !== null && isAtLeast(recorded, cut) && isAtLeast(cut, recorded)) return;
    throw new TwofoldError(
      'conflict',
      `cut ${number} of ${view.name} is recorded at ${JSON.stringify(recorded)}, not at ${JSON.stringify(cut)}`,
    );
  }
}

const run = (client: pg.Pool | pg.ClientBase, { text, values }: Statement): Promise<pg.QueryResult> =>
  client.query(text, [...values]);

const dropped = ({ id }: ViewPlan, generation: number): TwofoldError =>
  new TwofoldError('conflict', `generation ${generation} of ${id.name} was dropped`);

const sqlStateOf = (error: unknown): unknown => (error as { readonly code?: unknown } | null)?.code;
