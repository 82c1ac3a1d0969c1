import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  identityOf,
  replayEvent,
  type OffsetVector,
  type RowOrder,
  type RowSelection,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import { BreakableProxy, eventually, testDatabase, thingsView } from '@twofold/testkit';
import { PostgresAuditLedger } from './postgres-audit-ledger.js';
import { PostgresBatchViewStore } from './postgres-batch-view-store.js';
import { PostgresBoundaries } from './postgres-boundaries.js';
import { PostgresReplayJournal } from './postgres-replay-journal.js';
import { PostgresReplayLedger } from './postgres-replay-ledger.js';

const POSTGRES_PORT = 5432;
const EVERYTHING: RowSelection = { dimensions: [], fromWindow: null, toWindow: null };
const BY_WINDOW: RowOrder = { by: { kind: 'window' }, descending: false };
const SUMMARY = { deadLetters: 0, duplicates: 0, held: 0, appliedAtMs: null, madeBy: 'naive' };

type Process = {
  readonly metadata: Metadata;
  readonly store: PostgresBatchViewStore;
  readonly boundaries: PostgresBoundaries;
};

describe('Postgres and its faults', () => {
  const database = testDatabase();
  let proxy: BreakableProxy;
  /** Two processes on one database; the first one's way to it can be broken. */
  let breakable: Process;
  let other: Process;
  let plan: ViewPlan;
  let cut: OffsetVector;

  beforeAll(async () => {
    await migrate(database.url);
    proxy = await BreakableProxy.to(database.url, POSTGRES_PORT);
    breakable = await start(proxy.url);
    other = await start(database.url);
  });
  afterAll(async () => {
    await breakable.metadata.close();
    await other.metadata.close();
    await proxy.close();
    await database.drop();
  });
  beforeEach(async () => {
    proxy.mend();
    plan = thingsView();
    await other.store.register(plan, { [streamOf(plan)]: 1 });
    cut = await recordCut(1);
  });

  const recordCut = async (number: number): Promise<OffsetVector> => {
    await other.boundaries.propose(plan.id, number, { stream: streamOf(plan), partition: 0 }, number);
    return { [streamOf(plan)]: [number] };
  };
  const publish = async (number: number): Promise<void> => {
    await other.store.load(plan, number, await recordCut(number), chunksOf(3), SUMMARY);
    expect(await other.store.publish(plan.id, number)).toBe(true);
  };
  const read = ({ store }: Process, generation: number) =>
    store.read(plan, generation, {
      selection: EVERYTHING,
      having: [],
      order: BY_WINDOW,
      limit: 1_000,
      after: null,
    });
  const tablesOfPlan = async (): Promise<number> => {
    const { rows } = await other.metadata.pool.query('SELECT FROM pg_tables WHERE tablename LIKE $1', [
      `gen%${plan.id.version}%`,
    ]);
    return rows.length;
  };

  describe('a load', () => {
    it('that its engine breaks off leaves no table behind', async () => {
      const broken = breakable.store.load(
        plan,
        1,
        cut,
        interrupted(() => Promise.reject(new Error('the engine broke'))),
        SUMMARY,
      );
      await expect(broken).rejects.toThrow('the engine broke');
      expect(await tablesOfPlan()).toBe(0);
    });

    it('whose process is gone in the middle leaves no table behind, and the next one stands', async () => {
      const lost = breakable.store.load(
        plan,
        1,
        cut,
        interrupted(() => Promise.resolve(proxy.break())),
        SUMMARY,
      );
      await expect(lost).rejects.toMatchObject({ code: 'store-unavailable' });
      expect(await other.store.history(plan.id, 1)).toEqual([]);

      expect(await other.store.load(plan, 1, cut, chunksOf(3), SUMMARY)).toMatchObject({ rowCount: 3 });
      expect(await read(other, 1)).toHaveLength(3);
      await eventually('the lost table is gone', async () => (await tablesOfPlan()) === 1);
    });

    it('that the server ends in the middle rejects, ends its source and keeps no connection', async () => {
      let isSourceEnded = false;
      const ended = breakable.store.load(
        plan,
        1,
        cut,
        interrupted(endOtherSessions, () => (isSourceEnded = true)),
        SUMMARY,
      );
      await expect(ended).rejects.toMatchObject({ code: 'store-unavailable' });
      await eventually('the source is ended', () => isSourceEnded);
      expect(await tablesOfPlan()).toBe(0);
      expect(await breakable.store.load(plan, 1, cut, chunksOf(3), SUMMARY)).toMatchObject({ rowCount: 3 });
    });

    it('does not wait for one that stands still, and that one then takes what is registered', async () => {
      let goOn: () => void = () => undefined;
      const still = new Promise<void>((resolve) => (goOn = resolve));
      const slow = breakable.store.load(
        plan,
        1,
        cut,
        interrupted(() => still),
        SUMMARY,
      );
      const quick = await other.store.load(plan, 1, cut, chunksOf(3), SUMMARY);
      goOn();
      expect(await slow).toEqual(quick);
      expect(await tablesOfPlan()).toBe(1);
      expect(await read(breakable, 1)).toHaveLength(3);
    });

    it('is refused at another cut than the recorded one', async () => {
      const elsewhere = { [streamOf(plan)]: [2] };
      await expect(other.store.load(plan, 1, elsewhere, chunksOf(1), SUMMARY)).rejects.toMatchObject({
        code: 'conflict',
      });
      await expect(other.store.load(plan, 2, elsewhere, chunksOf(1), SUMMARY)).rejects.toMatchObject({
        code: 'conflict',
      });
    });
  });

  describe('two processes', () => {
    it('see what the other wrote as soon as it resolved', async () => {
      expect(await other.boundaries.requestCut(plan.id)).toBe(1);
      expect(await breakable.boundaries.requestedCut(plan.id)).toBe(1);
      expect(await breakable.boundaries.vectorOf(plan.id, 1)).toEqual(cut);
      await publish(1);
      expect(await breakable.store.published(plan.id)).toMatchObject({ number: 1 });
    });

    it('that propose at once hear of one boundary', async () => {
      const partition = { stream: streamOf(plan), partition: 0 };
      const proposals = Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? breakable : other).boundaries.propose(plan.id, 2, partition, 10 + index),
      );
      expect(new Set(await Promise.all(proposals)).size).toBe(1);
    });

    it('that publish at once do so once', async () => {
      await other.store.load(plan, 1, cut, chunksOf(3), SUMMARY);
      const tries = [breakable, other, breakable, other].map(({ store }) => store.publish(plan.id, 1));
      expect((await Promise.all(tries)).filter((moved) => moved)).toHaveLength(1);
    });

    it('start again when the other dropped what they read', async () => {
      for (const number of [1, 2, 3]) await publish(number);
      expect(await read(breakable, 1)).toHaveLength(3);
      expect(await other.store.dropSuperseded(plan.id, 0, [])).toBe(1);
      expect(await read(breakable, 1)).toBeNull();
      expect(await breakable.store.readKeys(plan, 1, [rowOf(0)])).toBeNull();
      expect(await tablesOfPlan()).toBe(2);
    });

    it('do not drop a table that a reader is in', async () => {
      for (const number of [1, 2, 3]) await publish(number);
      const reader = await breakable.metadata.pool.connect();
      const { rows } = await other.metadata.pool.query<{ table_name: string }>(
        'SELECT table_name FROM generation WHERE view_name = $1 AND number = 1',
        [plan.id.name],
      );
      await reader.query('BEGIN');
      await reader.query(`SELECT FROM ${reader.escapeIdentifier(rows[0]?.table_name ?? '')}`);
      expect(await other.store.dropSuperseded(plan.id, 0, [])).toBe(0);
      await reader.query('COMMIT');
      reader.release();
      expect(await read(breakable, 1)).toHaveLength(3);
      expect(await other.store.dropSuperseded(plan.id, 0, [])).toBe(1);
    });
  });

  it('orders text by code point in a database that orders it otherwise', async () => {
    const english = testDatabase();
    const name = new URL(english.url).pathname.slice(1);
    const locale = `ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en' LC_COLLATE 'C' LC_CTYPE 'C'`;
    await other.metadata.pool.query(`CREATE DATABASE "${name}" TEMPLATE template0 ${locale}`);
    await migrate(english.url);
    const { metadata, store, boundaries } = await start(english.url);
    await store.register(plan, { [streamOf(plan)]: 1 });
    await boundaries.propose(plan.id, 1, { stream: streamOf(plan), partition: 0 }, 1);
    const texts = ['B', 'a', 'ä', '\u{ffff}', '\u{10000}'];
    async function* rows(): AsyncGenerator<readonly ViewRow[]> {
      yield [...texts].reverse().map((text) => ({ ...rowOf(0), dimensions: [text, 0, null, null, null, null] }));
    }
    await store.load(plan, 1, cut, rows(), SUMMARY);
    const found = await store.read(plan, 1, {
      selection: EVERYTHING,
      having: [],
      order: { by: { kind: 'dimension', index: 0 }, descending: false },
      limit: 100,
      after: null,
    });
    expect(found?.map(({ dimensions }) => dimensions[0])).toEqual(texts);
    await metadata.close();
    await english.drop();
  });

  it('breaks off a scan whose connection is lost, and keeps none', async () => {
    await other.store.load(plan, 1, cut, chunksOf(300), SUMMARY);
    for (let scans = 0; scans < 12; scans++) {
      proxy.mend();
      const scan = breakable.store.scan(plan, 1);
      expect((await scan.next()).value).not.toHaveLength(0);
      proxy.break();
      await expect(scan.next()).rejects.toMatchObject({ code: 'store-unavailable' });
    }
    proxy.mend();
    expect(await read(breakable, 1)).toHaveLength(300);
  });

  it('says store-unavailable while the server is away, and goes on when it is back', async () => {
    await publish(1);
    const { store, boundaries, metadata } = breakable;
    const ledger = new PostgresReplayLedger(metadata);
    const audits = new PostgresAuditLedger(metadata);
    const journal = new PostgresReplayJournal(metadata);
    const calls = [
      () => store.published(plan.id),
      () => store.history(plan.id, 1),
      () => store.register(plan, { [streamOf(plan)]: 1 }),
      () => store.load(plan, 2, cut, chunksOf(1), SUMMARY),
      () => store.publish(plan.id, 2),
      () => store.dropSuperseded(plan.id, 0, []),
      () => read(breakable, 1),
      () => store.readKeys(plan, 1, [rowOf(0)]),
      () => store.scan(plan, 1).next(),
      () => store.rollUp(plan, 1, EVERYTHING, { window: null, dimensions: [] }, 10),
      () => boundaries.requestCut(plan.id),
      () => boundaries.requestedCut(plan.id),
      () => boundaries.propose(plan.id, 2, { stream: streamOf(plan), partition: 0 }, 5),
      () => boundaries.vectorOf(plan.id, 1),
      () => ledger.list(1),
      () => audits.list(plan.id, 1),
      () => journal.get('r1'),
      () => journal.events('r1', 0, 1),
      () => journal.append('r1', 0, [REQUESTED]),
      () => journal.list(1, null),
      () => journal.unfinished(),
    ];
    await read(breakable, 1);
    proxy.break();
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'store-unavailable' });
    proxy.mend();
    expect(await store.published(plan.id)).toMatchObject({ number: 1 });
    expect(await read(breakable, 1)).toHaveLength(3);
  });

  /** As an operator, or a restart of the server, would. */
  const endOtherSessions = async (): Promise<void> => {
    await other.metadata.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'COPY %'`,
    );
  };
});

async function start(url: string): Promise<Process> {
  const metadata = await openMetadata(url);
  return { metadata, store: new PostgresBatchViewStore(metadata), boundaries: new PostgresBoundaries(metadata) };
}

const REQUESTED = replayEvent(
  'replay.requested',
  {
    ...{ replayId: 'r1', view: 'things', version: 'new', before: 'old', windows: null, engine: 'duckdb' },
    ...{ eventsPerSecond: null, promoteWithin: null },
  },
  { by: 'ann', atMs: 1, note: null },
);

/** The form of every things view: they differ in names only. */
const THINGS = thingsView();

const rowOf = (size: number): ViewRow => ({
  dimensions: ['a thing', size, null, null, null, null],
  window: 0,
  parts: THINGS.parts.map(identityOf),
});

const streamOf = ({ streams }: ViewPlan): string => streams[0] ?? '';

const CHUNK_ROWS = 1_000;
/** Together some MB of text, more than any buffer between here and the server. */
const CHUNKS = 200;

async function* chunksOf(count: number): AsyncGenerator<readonly ViewRow[]> {
  yield Array.from({ length: count }, (_, index) => rowOf(index));
}

/** Rows, then what happens, then as many rows again. */
async function* interrupted(happening: () => Promise<void>, ended?: () => void): AsyncGenerator<readonly ViewRow[]> {
  try {
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      if (chunk === CHUNKS / 2) await happening();
      yield Array.from({ length: CHUNK_ROWS }, (_, index) => rowOf(chunk * CHUNK_ROWS + index));
    }
  } finally {
    ended?.();
  }
}
