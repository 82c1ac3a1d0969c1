import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { identityOf, startOf, type ViewPlan, type ViewRow } from '@twofold/core';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import { BreakableProxy, changedView, eventually, testDatabase, thingsView, uniqueWord } from '@twofold/testkit';
import { PostgresBatchViewStore } from './postgres-batch-view-store.js';
import { PostgresBoundaries } from './postgres-boundaries.js';
import { PostgresBuildStage } from './postgres-build-stage.js';
import { PostgresViewVersions } from './postgres-view-versions.js';

const POSTGRES_PORT = 5432;
const SUMMARY = { deadLetters: 0, duplicates: 0, held: 0, appliedAtMs: null, madeBy: 'naive' };
const NOTHING = { generation: null, except: null, builds: [] };
const PARTITIONS = 1;

describe('versions and builds in Postgres, and faults', () => {
  const database = testDatabase();
  let proxy: BreakableProxy;
  /** Two processes on one database; the first one's way to it can be broken. */
  let breakable: Process;
  let other: Process;
  /** One that serves, and one that it was changed to. */
  let plan: ViewPlan;
  let changed: ViewPlan;
  let stream: string;

  beforeAll(async () => {
    await migrate(database.url);
    proxy = await BreakableProxy.to(database.url, POSTGRES_PORT);
    [breakable, other] = [await start(proxy.url), await start(database.url)];
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
    changed = changedView(plan);
    [stream = ''] = plan.streams;
    for (const each of [plan, changed]) await other.store.register(each, { [stream]: PARTITIONS });
  });

  const tablesOf = async ({ id }: ViewPlan): Promise<readonly string[]> => {
    const like = `%${id.version}%`;
    const { rows } = await other.metadata.pool.query('SELECT tablename FROM pg_tables WHERE tablename LIKE $1', [like]);
    return rows.map(({ tablename }) => String(tablename));
  };
  const opened = async (): Promise<string> => {
    const build = uniqueWord();
    await other.stage.open(plan, build, { [stream]: [0] }, { [stream]: [10] });
    return build;
  };
  const step = (from: number, to: number) => ({ stream, partition: 0, from, to, busyMs: () => 1 });

  it('are forgotten when the last reader has left their tables, and stay as they are until then', async () => {
    const { versions, store } = other;
    await versions.found(changed.id, { [stream]: [5] });
    await store.load(changed, 1, { [stream]: [5] }, chunksOf(3), SUMMARY);
    await store.publish(changed.id, 1);
    await versions.remove(changed.id);
    const scan = breakable.store.scan(changed, 1);
    try {
      expect((await scan.next()).value).toHaveLength(3);
      await expect(versions.forget(changed.id)).rejects.toMatchObject({ code: 'store-unavailable' });
      expect(await store.history(changed.id, 9)).toHaveLength(1);
      expect(await tablesOf(changed)).toHaveLength(1);
    } finally {
      await scan.return(undefined);
    }
    await versions.forget(changed.id);
    expect(await store.history(changed.id, 9)).toEqual([]);
    expect(await tablesOf(changed)).toEqual([]);
  });

  it.each([
    ['a boundary', () => other.boundaries.propose(changed.id, 2, { stream, partition: 0 }, 9)],
    ['a cut', () => other.boundaries.requestCut(changed.id)],
  ])('get nothing written of them, not even %s that is on its way while they are removed', async (_, write) => {
    await other.versions.found(changed.id, { [stream]: [5] });
    const client = await breakable.metadata.pool.connect();
    try {
      await client.query('BEGIN');
      const remove = `UPDATE view_version SET state = 'removing' WHERE name = $1 AND version = $2`;
      await client.query(remove, [changed.id.name, changed.id.version]);
      const isRefused = expect(write()).rejects.toMatchObject({ code: 'unknown-view' });
      await eventually('it waits for the one who removes', async () => {
        const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        return (await client.query(waiting)).rows.length > 0;
      });
      await client.query('COMMIT');
      await isRefused;
    } finally {
      client.release();
    }
    expect(await other.boundaries.ofPartition(changed.id, { stream, partition: 0 }, 5)).toEqual([]);
  });

  it('get their event types where they were registered before these were kept', async () => {
    const before = `UPDATE view_version SET definition = json_build_object('view', definition -> 'view', 'events', '[]'::json) WHERE name = $1`;
    await other.metadata.pool.query(before, [plan.id.name]);
    const eventsKept = async () => (await other.versions.list([plan.id.name])).map(({ events }) => events.length);
    expect(await eventsKept()).toEqual([0, 0]);
    await other.store.register(plan, { [stream]: PARTITIONS });
    expect(await eventsKept()).toEqual([1, 0]);
  });

  describe('a step', () => {
    it('whose process is gone in the middle leaves nothing, and the next one stands', async () => {
      const build = await opened();
      const lost = breakable.stage.add(
        plan,
        build,
        step(0, 4),
        interrupted(() => proxy.break()),
      );
      await expect(lost).rejects.toMatchObject({ code: 'store-unavailable' });
      expect(await other.stage.progress(build)).toMatchObject([{ done: 0 }]);
      expect(await other.stage.add(plan, build, step(0, 10), chunksOf(3))).toBe(true);
      const cut = { [stream]: [1] };
      await other.boundaries.propose(plan.id, 1, { stream, partition: 0 }, 1);
      const merged = await other.store.load(
        plan,
        1,
        cut,
        other.store.combined(plan, { ...NOTHING, builds: [build] }),
        SUMMARY,
      );
      expect(merged).toMatchObject({ rowCount: 3 });
    });

    it('under way keeps its stage from being dropped until it has ended', async () => {
      const build = await opened();
      let goOn: () => void = () => undefined;
      const still = new Promise<void>((resolve) => (goOn = resolve));
      const adding = other.stage.add(
        plan,
        build,
        step(0, 4),
        interrupted(() => still),
      );
      await eventually('the step holds its table', async () => {
        const { rows } = await other.metadata.pool.query(
          `SELECT FROM pg_locks WHERE mode = 'RowExclusiveLock' AND relation = to_regclass($1)`,
          [(await tablesOf(plan))[0]],
        );
        return rows.length > 0;
      });
      const isRefused = expect(breakable.stage.drop(build)).rejects.toMatchObject({ code: 'store-unavailable' });
      await isRefused.finally(goOn);
      expect(await adding).toBe(true);
      await breakable.stage.drop(build);
      expect(await tablesOf(plan)).toEqual([]);
      expect(await other.metadata.prisma.stagedPartition.count({ where: { build } })).toBe(0);
    });
  });

  it('that are merged by a process that is gone in the middle leave no table, and the next merge stands', async () => {
    const { store, boundaries } = other;
    for (const cut of [1, 2]) await boundaries.propose(plan.id, cut, { stream, partition: 0 }, cut);
    await store.load(plan, 1, { [stream]: [1] }, chunksOf(3), SUMMARY);
    const from = { ...NOTHING, generation: 1 };
    const [table = ''] = await tablesOf(plan);
    const client = await other.metadata.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(`LOCK TABLE ${client.escapeIdentifier(table)} IN ACCESS EXCLUSIVE MODE`);
      const lost = breakable.store.load(plan, 2, { [stream]: [2] }, breakable.store.combined(plan, from), SUMMARY);
      const isLost = expect(lost).rejects.toMatchObject({ code: 'store-unavailable' });
      await eventually('it waits for the rows of the generation', async () => {
        const waiting = 'SELECT FROM pg_locks WHERE NOT granted AND relation = to_regclass($1)';
        return (await client.query(waiting, [table])).rows.length > 0;
      });
      proxy.break();
      await isLost;
    } finally {
      client.release(true);
    }
    expect(await store.load(plan, 2, { [stream]: [2] }, store.combined(plan, from), SUMMARY)).toMatchObject({
      rowCount: 3,
    });
    await eventually('the lost table is gone', async () => (await tablesOf(plan)).length === 2);
  });

  it('say store-unavailable while the server is away, and go on when it is back', async () => {
    const { versions, stage, store } = breakable;
    const at = startOf({ [stream]: PARTITIONS });
    const build = await opened();
    const calls = [
      () => versions.list([plan.id.name]),
      () => versions.serving(plan.id.name),
      () => versions.found(changed.id, at),
      () => versions.promote(changed.id, plan.id.version, 0),
      () => versions.remove(changed.id),
      () => versions.forget(changed.id),
      () => stage.open(plan, build, at, { [stream]: [10] }),
      () => stage.add(plan, build, step(0, 4), chunksOf(1)),
      () => stage.progress(build),
      () => stage.drop(build),
      () => stage.builds(),
      () => store.load(plan, 1, at, store.combined(plan, NOTHING), SUMMARY),
    ];
    await versions.serving(plan.id.name);
    proxy.break();
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'store-unavailable' });
    proxy.mend();
    expect(await versions.serving(plan.id.name)).toBe(plan.id.version);
    expect(await stage.progress(build)).toMatchObject([{ done: 0 }]);
  });
});

type Process = {
  readonly metadata: Metadata;
  readonly versions: PostgresViewVersions;
  readonly store: PostgresBatchViewStore;
  readonly boundaries: PostgresBoundaries;
  readonly stage: PostgresBuildStage;
};

async function start(url: string): Promise<Process> {
  const metadata = await openMetadata(url);
  return {
    ...{ metadata, versions: new PostgresViewVersions(metadata), store: new PostgresBatchViewStore(metadata) },
    ...{ boundaries: new PostgresBoundaries(metadata), stage: new PostgresBuildStage(metadata) },
  };
}

/** The form of every things view: they differ in names only. */
const THINGS = thingsView();

const rowOf = (size: number): ViewRow => ({
  dimensions: ['a thing', size, null, null, null, null],
  window: 0,
  parts: THINGS.parts.map(identityOf),
});

async function* chunksOf(count: number): AsyncGenerator<readonly ViewRow[]> {
  yield Array.from({ length: count }, (_, index) => rowOf(index));
}

/** Together more text than any buffer between here and the server takes. */
const CHUNKS = 20;

/** Rows, then what happens, then as many rows again. */
async function* interrupted(happening: () => Promise<void> | void): AsyncGenerator<readonly ViewRow[]> {
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    if (chunk === CHUNKS / 2) await happening();
    yield Array.from({ length: 1_000 }, (_, index) => rowOf(chunk * 1_000 + index));
  }
}
