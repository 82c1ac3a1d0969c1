import { describe, expect, it } from '@jest/globals';
import {
  TwofoldError,
  count,
  daily,
  dataSchemaOf,
  decideReplay,
  defineCatalog,
  defineEvent,
  defineView,
  ge,
  int,
  isAtLeast,
  naiveView,
  replayEvent,
  sum,
  viewNamed,
  type DifferenceBounds,
  type PlainEvent,
  type Replay,
  type ReplayCommand,
  type ViewPlan,
  type ViewRow,
  type WindowSpan,
} from '@twofold/core';
import {
  InMemoryAuditLedger,
  InMemoryBatchEngine,
  InMemoryBatchViewStore,
  InMemoryBoundaries,
  InMemoryBuildStage,
  InMemoryDeadLetters,
  InMemoryEventLog,
  InMemoryMasterDataset,
  InMemoryReplayJournal,
  InMemorySpeedViewStore,
  InMemoryViewVersions,
  virtualClock,
} from '@twofold/in-memory';
import type { BatchEngine, EventLogReader, Generation } from '@twofold/ports';
import {
  archiveEvents,
  buildGeneration,
  comparedGenerations,
  registerViews,
  runReplay,
  type Repair,
  type RunReplayPorts,
} from './index.js';

const sold = defineEvent({ type: 'thing.sold', stream: 'sales', data: { price: int() } });
const declared = { name: 'sales', from: sold, window: daily() } as const;
const before = defineCatalog({
  events: [sold],
  views: [defineView({ ...declared, measures: ({ price }) => ({ sales: count(), revenue: sum(price) }) })],
});
const after = defineCatalog({
  events: [sold],
  views: [
    defineView({
      ...declared,
      where: ({ price }) => ge(price, 0),
      measures: ({ price }) => ({ sales: count(), revenue: sum(price) }),
    }),
  ],
});
const [old, mended] = [before, after].map((catalog) => viewNamed(catalog, 'sales')) as [ViewPlan, ViewPlan];

const PARTITIONS = 2;
const EVENTS = 40;
const DAY_MS = 86_400_000;
/** Of even numbers a refund: counted by the version that serves. */
const priceOf = (number: number): number => (number % 4 === 0 ? -number : number);
const events: readonly PlainEvent[] = Array.from({ length: EVENTS }, (_, number) => ({
  ...{ stream: 'sales', partition: number % PARTITIONS, offset: Math.floor(number / PARTITIONS) },
  ...{ timeMs: (number % 3) * DAY_MS, type: sold.type, data: { price: priceOf(number) } },
}));
const CUT = { sales: [EVENTS / 2, EVENTS / 2] };
const KEEP_MS = 60_000;
const ID = 'r1';
const SUMMARY = { deadLetters: 0, duplicates: 0, held: 0, appliedAtMs: 1, madeBy: 'naive' };
async function* noRows(): AsyncGenerator<never> {}

class Killed extends Error {}

/** Both versions registered, all events archived, and a replay that was asked for. */
async function openWorld({
  promoteWithin = null,
  windows = null,
}: { readonly promoteWithin?: DifferenceBounds | null; readonly windows?: WindowSpan | null } = {}) {
  const clock = virtualClock();
  const log = new InMemoryEventLog(clock);
  const speedViews = new InMemorySpeedViewStore();
  const stage = new InMemoryBuildStage();
  const batchViews = new InMemoryBatchViewStore(() => clock.now(), stage);
  const boundaries = new InMemoryBoundaries(batchViews);
  const versions = new InMemoryViewVersions(batchViews, boundaries, new InMemoryAuditLedger());
  const deadLetters = new InMemoryDeadLetters();
  const masterDataset = new InMemoryMasterDataset(deadLetters);
  const journal = new InMemoryReplayJournal();
  await registerViews({ log, batchViews }, before, PARTITIONS);
  await registerViews({ log, batchViews }, after, PARTITIONS);
  for (const { partition, timeMs, data, offset } of events) {
    const headers = {
      ...{ ce_specversion: '1.0', ce_id: `${partition}-${offset}`, ce_source: 'urn:test', ce_type: sold.type },
      ...{ ce_dataschema: dataSchemaOf(sold), ce_time: new Date(timeMs).toISOString(), ce_subject: 'a' },
    };
    await log.appendTo({ stream: 'sales', partition }, [
      { key: 'a', headers: Object.entries(headers), value: JSON.stringify(data) } as never,
    ]);
  }
  const stop = new AbortController();
  const report = { archived: () => undefined, trouble: (_: unknown, error: unknown) => stop.abort(error) };
  const reader: EventLogReader = {
    // waits pass in the test's own time
    read: async (partition, options) => {
      const batch = await log.read(partition, { ...options, waitMs: 0 });
      if (batch.recordCount === 0) await clock.wait(options.waitMs ?? 0);
      return batch;
    },
    bounds: (stream) => log.bounds(stream),
    close: () => log.close(),
  };
  const archiving = {
    log: reader,
    masterDataset,
    deadLetters,
    deadLetterTopic: deadLetters,
    clock,
    wanted: () => Infinity,
    report,
  };
  const [stream] = after.streams;
  if (stream === undefined) throw new Error('no stream');
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const ending = new AbortController();
    const place = { stream: 'sales', partition };
    const archived = archiveEvents(archiving, { partition: place, events: after.events, stream }, ending.signal);
    while ((await masterDataset.archivedTo(place)) < EVENTS / PARTITIONS) await clock.wait(10);
    ending.abort();
    await archived;
  }
  const requested = {
    ...{ replayId: ID, view: 'sales', version: (windows === null ? mended : old).id.version, before: old.id.version },
    ...{ windows, engine: 'naive' },
    ...{ eventsPerSecond: null, promoteWithin },
  };
  await journal.append(ID, 0, [
    replayEvent('replay.requested', requested, { by: 'ops@example.org', atMs: 1, note: null }),
  ]);

  /** What a builder does for the version that serves, with its workers. */
  const build = async (plan: ViewPlan): Promise<void> => {
    const published = await batchViews.published(plan.id);
    if (published !== null && isAtLeast(published.cut, CUT)) return;
    const number = await boundaries.requestCut(plan.id);
    for (const [partition, offset] of CUT.sales.entries())
      await boundaries.propose(plan.id, number, { stream: 'sales', partition }, offset);
    const rows = async function* (): AsyncGenerator<readonly ViewRow[]> {
      yield inGeneration(naiveView(plan, events));
    };
    await batchViews.load(plan, number, CUT, rows(), SUMMARY);
    await batchViews.publish(plan.id, number);
  };
  const engine = new InMemoryBatchEngine(masterDataset);
  /** As an app does it; the workers propose where the log ends. */
  const repair = (plan: ViewPlan, way: Repair): Promise<Generation> => {
    const cutRequested = async (_view: unknown, cut: number): Promise<void> => {
      for (const partition of [0, 1])
        await boundaries.propose(plan.id, cut, { stream: 'sales', partition }, EVENTS / PARTITIONS);
    };
    const building = {
      ...{ boundaries, batchViews, speedViews, masterDataset, stage, clock, engineOf: () => engine },
      ...{ partitionsAtOnce: 1, want: () => undefined, keep: async () => [] },
      announce: { cutRequested, published: async () => undefined },
    };
    return buildGeneration(building, plan, way, () => undefined, new AbortController().signal);
  };
  const ports: RunReplayPorts = {
    ...{ catalog: after, journal, versions, batchViews, masterDataset, stage, speedViews, log, clock, build, repair },
    ...{ engineNamed: () => engine, partitionsAtOnce: 2, keepMs: KEEP_MS },
    ...{ want: () => undefined, announce: async () => undefined, tell: () => undefined },
  };
  const replay = async (): Promise<Replay> => {
    const journaled = await journal.get(ID);
    if (journaled === null) throw new Error('no replay');
    return journaled.replay;
  };
  const command = async (wanted: ReplayCommand): Promise<void> => {
    const journaled = await journal.get(ID);
    if (journaled === null) throw new Error('no replay');
    const decided = decideReplay(journaled.replay, wanted, { by: 'ops@example.org', atMs: 2, note: null });
    expect(await journal.append(ID, journaled.length, decided)).toBe(true);
  };
  const run = (some = ports, signal = new AbortController().signal): Promise<void> => runReplay(some, ID, signal);
  const left = async (): Promise<unknown> => ({
    builds: await stage.builds(),
    generations: await batchViews.history(mended.id, 10),
    records: await Promise.all(
      [0, 1].map((partition) => speedViews.probe({ view: mended.id, partition: { stream: 'sales', partition } })),
    ),
    cut: await boundaries.vectorOf(mended.id, 1),
    state: (await versions.list(['sales'])).find(({ view }) => view.version === mended.id.version)?.state,
  });
  return {
    ports,
    journal,
    versions,
    batchViews,
    boundaries,
    speedViews,
    stage,
    engine,
    replay,
    command,
    run,
    left,
    clock,
  };
}

/** What a generation of the version that serves has: of one day something else than its events say, as nobody should be able to do. */
const inGeneration = (rows: readonly ViewRow[]): readonly ViewRow[] =>
  rows.map((row) => (row.window === DAY_MS ? { ...row, parts: [1, 1] } : row));

type World = Awaited<ReturnType<typeof openWorld>>;

const NOTHING_LEFT = { builds: [], generations: [], records: [null, null], cut: null, state: 'candidate' };
const IN_GENERATION = inGeneration(naiveView(old, events)).reduce((sum, { parts: [sales] }) => sum + Number(sales), 0);
const REFUNDS = events.filter(({ data }) => Number(data['price']) < 0).length;

async function mustBeCompared({ replay, batchViews, stage, versions }: World): Promise<void> {
  const found = await replay();
  expect(found).toMatchObject({
    ...{ phase: 'compared', cut: CUT, generationBefore: 1, rowCount: 3, speed: { events: EVENTS } },
    difference: {
      ...{ comparedRows: 3, onlyBefore: 0, onlyAfter: 0, changedRows: 3 },
      measures: { sales: { before: `${IN_GENERATION}`, after: `${EVENTS - REFUNDS}` } },
    },
  });
  const rows: ViewRow[] = [];
  for await (const some of batchViews.scan(mended, 1)) rows.push(...some);
  expect(rows).toEqual([...naiveView(mended, events)].sort((a, b) => a.window - b.window));
  expect((await batchViews.published(mended.id))?.number).toBe(1);
  expect(await stage.builds()).toEqual([]);
  const states = (await versions.list(['sales'])).map(({ state }) => state);
  expect(states).toEqual(['serving', 'founded']);
}

/** Ports of a process that dies at its `at`th call: before it happens, or after. Then nothing happens any more. */
function dying(ports: RunReplayPorts, at: number, isBefore: boolean): RunReplayPorts {
  let calls = 0;
  let isDead = false;
  const step = <T>(happen: () => T): T => {
    if (isDead) throw new Killed();
    calls += 1;
    isDead = calls === at;
    if (isDead && isBefore) throw new Killed();
    return happen();
  };
  const wrap = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get: (target, name): unknown => {
        const method: unknown = Reflect.get(target, name);
        // an iterator: it dies with the call after it
        if (typeof method !== 'function' || name === 'scan' || name === 'combined')
          return typeof method === 'function' ? method.bind(target) : method;
        return async (...args: unknown[]) => {
          const result: unknown = await step(() => method.apply(target, args) as unknown);
          if (isDead) throw new Killed();
          return result;
        };
      },
    });
  const { journal, versions, batchViews, stage, speedViews, log, build } = ports;
  return {
    ...ports,
    ...{ journal: wrap(journal), versions: wrap(versions), stage: wrap(stage) },
    ...{ speedViews: wrap(speedViews), log: wrap(log) },
    batchViews: wrap(batchViews),
    build: async (plan) => step(() => build(plan)),
  };
}

describe('a replay', () => {
  it('builds the version over all history beside the one that serves, and compares them', async () => {
    const world = await openWorld();
    await world.run();
    await mustBeCompared(world);
    await world.run();
    await mustBeCompared(world);
  });

  it('that is killed before or after any call is carried on, and comes to the same', async () => {
    for (const isBefore of [true, false]) {
      for (let at = 1; ; at++) {
        const world = await openWorld();
        const killed = await world.run(dying(world.ports, at, isBefore)).then(
          () => false,
          (error: unknown) => error instanceof Killed,
        );
        await world.run();
        await mustBeCompared(world);
        if (!killed) {
          expect(at).toBeGreaterThan(20);
          break;
        }
      }
    }
  });

  it('that two builders run at once comes to the same', async () => {
    const world = await openWorld();
    await Promise.all([world.run(), world.run(), world.run()]);
    await mustBeCompared(world);
  });

  it('finds both generations that it compares, however many were built before it came to that', async () => {
    const world = await openWorld();
    const { ports, journal, batchViews, clock } = world;
    const dies = new Proxy(batchViews, {
      get: (target, name): unknown => {
        if (name === 'history') throw new Killed();
        const method: unknown = Reflect.get(target, name);
        return typeof method === 'function' ? method.bind(target) : method;
      },
    });
    await expect(world.run({ ...ports, batchViews: dies })).rejects.toThrow(Killed);
    expect((await world.replay()).phase).toBe('built');
    for (const plan of [old, mended]) {
      for (const number of [2, 3, 4]) {
        await batchViews.load(plan, number, CUT, noRows(), SUMMARY);
        await batchViews.publish(plan.id, number);
        await clock.wait(1);
      }
      expect(await batchViews.dropSuperseded(plan.id, 0, await comparedGenerations(journal, plan.id))).toBe(1);
    }
    await world.run();
    const compared = { comparedRows: 3, onlyBefore: 0, onlyAfter: 0, changedRows: 3 };
    expect(await world.replay()).toMatchObject({ phase: 'compared', difference: compared });
    for (const { id } of [old, mended]) expect(await comparedGenerations(journal, id)).toEqual([]);
  });

  it('promotes itself where the difference is within the bounds that were asked for', async () => {
    const world = await openWorld({ promoteWithin: { rows: 3, share: 1 } });
    await world.run();
    expect(await world.replay()).toMatchObject({ phase: 'promoting' });
  });

  it('stands still while it is paused, and goes on from there', async () => {
    const world = await openWorld();
    await world.command({ kind: 'pause' });
    await world.run();
    expect(await world.replay()).toMatchObject({ phase: 'queued' });
    await world.command({ kind: 'resume' });
    await world.command({ kind: 'throttle', eventsPerSecond: 1 });
    const running = world.run();
    while ((await world.stage.progress(ID))?.some(({ done }) => done > 2) !== true) await world.clock.wait(100);
    await world.command({ kind: 'pause' });
    await running;
    const progress = await world.stage.progress(ID);
    expect(progress?.some(({ done, to }) => done < to)).toBe(true);
    await world.run();
    expect(await world.stage.progress(ID)).toEqual(progress);
    await world.command({ kind: 'resume' });
    await world.command({ kind: 'throttle', eventsPerSecond: null });
    await world.run();
    await mustBeCompared(world);
  });

  it('keeps to so many events a second, over all partitions together', async () => {
    const world = await openWorld();
    await world.command({ kind: 'throttle', eventsPerSecond: 4 });
    const beganAtMs = world.clock.elapsed();
    await world.run();
    await mustBeCompared(world);
    const tookMs = world.clock.elapsed() - beganAtMs;
    expect(tookMs).toBeGreaterThanOrEqual(((EVENTS - 8) / 4) * 1_000);
    expect(tookMs).toBeLessThan((EVENTS / 4) * 1_500);
  });

  const steps = [
    ['before it is begun', async () => undefined],
    [
      'while it is built',
      async ({ command, run, stage, clock }: World) => {
        await command({ kind: 'throttle', eventsPerSecond: 1 });
        void run();
        while ((await stage.progress(ID))?.some(({ done }) => done > 0) !== true) await clock.wait(100);
      },
    ],
    ['when it is compared', ({ run }: World) => run()],
  ] as const;

  it.each(steps)('that is cancelled %s leaves nothing behind, and can be asked for again', async (_, step) => {
    const world = await openWorld();
    await step(world);
    // a worker folds what is founded
    const isFounded = (await world.batchViews.published(mended.id)) !== null;
    for (const partition of isFounded ? [0, 1] : [])
      await world.speedViews.reset({ view: mended.id, partition: { stream: 'sales', partition } }, null, 20);
    await world.command({ kind: 'cancel' });
    for (let rounds = 0; (await world.replay()).phase !== 'cleaned' && rounds < 100; rounds++) {
      await world.run();
      await world.clock.wait(1_000);
    }
    expect(await world.left()).toEqual(NOTHING_LEFT);
    const journaled = await world.journal.get(ID);
    expect(journaled?.replay.phase).toBe('cleaned');
  });

  it('whose engine fails ends as failed, says why, and leaves nothing behind', async () => {
    const world = await openWorld();
    const failing: BatchEngine = {
      ...{ name: 'failing', givesEachRowOnce: true, close: async () => undefined },
      async *compute(plan, { to }, stop) {
        yield* world.engine.compute(plan, { from: {}, to, windows: null }, stop);
        throw new TwofoldError('overflow', 'sum(price) of sales/1 at offset 7 leaves 64 bits');
      },
    };
    await world.run({ ...world.ports, engineNamed: () => failing });
    expect(await world.replay()).toMatchObject({
      ...{ phase: 'cleaned', failure: { code: 'overflow', message: expect.stringContaining('offset 7') } },
    });
    expect(await world.left()).toEqual(NOTHING_LEFT);
  });

  const DAY: WindowSpan = { fromMs: DAY_MS, toMs: 2 * DAY_MS };
  const rowsOf = async ({ batchViews }: World, number: number): Promise<readonly ViewRow[]> => {
    const rows: ViewRow[] = [];
    for await (const some of batchViews.scan(old, number)) rows.push(...some);
    return rows;
  };

  it('of some windows of the version that serves compares them, and puts them in the place of those that there are', async () => {
    const world = await openWorld({ windows: DAY });
    await world.run();
    const right = naiveView(old, events).find(({ window }) => window === DAY_MS);
    expect(await world.replay()).toMatchObject({
      ...{ phase: 'compared', generationBefore: 1, rowCount: 1 },
      difference: {
        ...{ comparedRows: 1, changedRows: 1 },
        measures: { sales: { before: '1', after: String(right?.parts[0]) } },
      },
    });
    expect(await rowsOf(world, 1)).toContainEqual(expect.objectContaining({ window: DAY_MS, parts: [1, 1] }));
    await world.command({ kind: 'promote', keepMs: KEEP_MS });
    await world.run();
    expect((await world.replay()).phase).toBe('promoted');
    expect(await world.batchViews.published(old.id)).toMatchObject({ number: 2, madeBy: 'repair' });
    expect(await rowsOf(world, 2)).toEqual([...naiveView(old, events)].sort((a, b) => a.window - b.window));
  });

  it('that repairs has what came meanwhile, also where others published generations since', async () => {
    const world = await openWorld({ windows: DAY });
    await world.run();
    const { batchViews, boundaries } = world;
    const number = await boundaries.requestCut(old.id);
    for (const partition of [0, 1]) await boundaries.propose(old.id, number, { stream: 'sales', partition }, 20);
    const rows = await rowsOf(world, 1);
    async function* again() {
      yield rows;
    }
    const summary = { deadLetters: 0, duplicates: 0, held: 0, appliedAtMs: 1, madeBy: 'roll-forward' };
    await batchViews.load(old, number, CUT, again(), summary);
    await batchViews.publish(old.id, number);
    await world.command({ kind: 'promote', keepMs: KEEP_MS });
    await world.run();
    expect(await batchViews.published(old.id)).toMatchObject({ number: 3, madeBy: 'repair' });
    expect(await rowsOf(world, 3)).toEqual([...naiveView(old, events)].sort((a, b) => a.window - b.window));
  });

  it('that repairs and is cancelled changes nothing', async () => {
    const world = await openWorld({ windows: DAY });
    await world.run();
    const rows = await rowsOf(world, 1);
    await world.command({ kind: 'cancel' });
    await world.run();
    expect((await world.replay()).phase).toBe('cleaned');
    expect(await world.stage.builds()).toEqual([]);
    expect(await rowsOf(world, 1)).toEqual(rows);
    expect((await world.versions.list(['sales'])).map(({ state }) => state)).toEqual(['serving', 'candidate']);
  });
});
