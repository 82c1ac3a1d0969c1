import { describe, expect, it } from '@jest/globals';
import {
  TwofoldError,
  average,
  compareRows,
  count,
  countWhere,
  daily,
  dataSchemaOf,
  decimal,
  defineCatalog,
  defineEvent,
  defineProjection,
  defineStream,
  defineView,
  headersOfResolution,
  distinct,
  int,
  isEvent,
  latest,
  max,
  monthly,
  HELD_LIMITS,
  NOTHING_ASIDE,
  naiveProjection,
  naiveVerdicts,
  naiveView,
  offsetAt,
  optional,
  partitionName,
  rolledPlan,
  streamNamed,
  string,
  sum,
  sumAside,
  toDecimal,
  type NaiveRecord,
  type NaiveVerdict,
  type OffsetVector,
  type Partition,
  type PlainEvent,
  type ResolutionKind,
  type RollUp,
  type SetAside,
  type ViewPlan,
  type ViewRow,
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
  InMemorySpeedViewStore,
  virtualClock,
} from '@twofold/in-memory';
import { ROLL_FORWARD, type Audit, type EventLogReader, type OutgoingEvent } from '@twofold/ports';
import fc from 'fast-check';
import {
  answerQuery,
  archiveEvents,
  auditGeneration,
  buildGeneration,
  foldEngine,
  foldIntoSpeedViews,
  registerViews,
  type RowsAnswer,
  type Way,
} from './index.js';

const PARTITIONS_OF_STREAM = 2;
const RUNS = 500;
const TIMEOUT_MS = 240_000;
const MS_PER_DAY = 86_400_000;

/** Its price was whole once. */
const soldWhole = defineEvent({ type: 'thing.sold', stream: 'sales', data: { shop: string(), price: int() } });
const sold = defineEvent({
  type: 'thing.sold',
  stream: 'sales',
  from: soldWhole,
  data: { shop: string(), price: decimal(2) },
  upcast: (old) => ({ price: toDecimal(old.price, 2) }),
});
const returned = defineEvent({
  type: 'thing.returned',
  stream: 'returns',
  data: { shop: string(), price: decimal(2), reason: string() },
});
const salesByShop = defineView({
  name: 'sales-by-shop',
  from: sold,
  by: (event) => ({ shop: event.shop }),
  window: daily(),
  measures: (event) => ({ sales: count(), revenue: sum(event.price), dearest: max(event.price) }),
});
const tradeByShop = defineView({
  name: 'trade-by-shop',
  from: [sold, returned],
  by: (event) => ({ shop: event.shop }),
  window: daily({ timeZone: 'America/New_York' }),
  measures: (event) => ({
    events: count(),
    returns: countWhere(isEvent(returned)),
    mean: average(event.price),
    lastReason: latest(event.reason),
    reasons: distinct(event.reason),
  }),
});
/** The longest row of sales of a shop each of which was dearer than the one before: as they stand on the log. */
const rises = defineProjection({
  name: 'rises',
  from: sold,
  init: () => ({ last: null as number | null, row: 0, longest: 0 }),
  evolve: ({ last, row, longest }, { data }) => {
    const price = Number(data.price);
    const now = last !== null && price > last ? row + 1 : 1;
    return { last: price, row: now, longest: Math.max(longest, now) };
  },
  present: ({ longest, last }) => ({ longest, last }),
  measures: { longest: int(), last: optional(int()) },
});
/** So short that events come again within and beyond it. What comes behind a dead sale of its shop waits; returns do not. */
const sales = defineStream({
  name: 'sales',
  duplicates: { withinMs: 20_000, withinRecords: 6 },
  deadLetters: 'hold',
});
const catalog = defineCatalog({
  events: [soldWhole, sold, returned],
  views: [salesByShop, tradeByShop],
  projections: [rises],
  streams: [sales],
});
const order = { by: { kind: 'window' }, descending: false } as const;
const everything = { dimensions: [null], fromWindow: null, toWindow: null };
const byMonth: RollUp = { window: monthly({ timeZone: 'America/New_York' }), dimensions: [] };

/** A sale as it was written while prices were whole, a sale, or a return. */
type Fact = {
  /** What it is known by: the same again, whatever it says, is a duplicate. */
  readonly id: number;
  readonly kind: 'sold-whole' | 'sold' | 'returned';
  readonly shop: string;
  readonly price: number;
  readonly day: number;
  /** It is not what it says it is. */
  readonly isDead: boolean;
};

const versionOf = { 'sold-whole': soldWhole, sold, returned };
const timeOf = ({ day }: Fact): number => day * MS_PER_DAY;

const outgoing = (fact: Fact): OutgoingEvent => {
  const event = versionOf[fact.kind];
  const { shop, price } = fact;
  return {
    key: shop,
    headers: {
      ce_specversion: '1.0',
      ce_id: `fact-${fact.id}`,
      ce_source: 'urn:test',
      ce_type: event.type,
      ce_dataschema: dataSchemaOf(event),
      ce_time: new Date(timeOf(fact)).toISOString(),
      ce_subject: shop,
    },
    value: fact.isDead
      ? '{'
      : JSON.stringify(
          fact.kind === 'sold-whole'
            ? { shop, price }
            : { shop, price: `${price}.50`, ...(fact.kind === 'returned' ? { reason: `too ${price}` } : {}) },
        ),
  };
};

/** As the views see it: prices in hundredths. */
const plainOf = (fact: Fact, place: Partition, offset: number): PlainEvent => {
  const { shop, price, kind } = fact;
  const units = price * 100 + (kind === 'sold-whole' ? 0 : 50);
  const data = { shop, price: units, ...(kind === 'returned' ? { reason: `too ${price}` } : {}) };
  return { ...place, offset, timeMs: timeOf(fact), type: versionOf[kind].type, data };
};

/** What stands on the log: `event` is what it is, if it is one. */
type Appended = { readonly record: NaiveRecord; readonly event: PlainEvent };

/** A decision on the last dead record of a partition but so many, which may be resolved; where it has too few, on any record. */
type Decision = { readonly kind: ResolutionKind; readonly back: number; readonly fact: Fact };

function appendedOf(
  fact: Fact,
  partition: Partition,
  offset: number,
  appendedAtMs: number,
  resolves: NaiveRecord['resolves'],
): Appended {
  const content = fact.isDead ? ({ kind: 'dead' } as const) : ({ kind: 'event', id: `${fact.id}` } as const);
  const record = { offset, appendedAtMs, key: fact.shop, sizeBytes: 0, resolves, content };
  return { record, event: plainOf(fact, partition, offset) };
}

/** All of the platform over in-memory adapters; who runs in it is up to the test. `audits`, `madeBy`: of its generations. */
async function openWorld(audits: Audit[], madeBy: (string | null)[]) {
  const clock = virtualClock();
  const log = new InMemoryEventLog(clock);
  const speedViews = new InMemorySpeedViewStore();
  const stage = new InMemoryBuildStage();
  const batchViews = new InMemoryBatchViewStore(clock.now, stage);
  const boundaries = new InMemoryBoundaries(batchViews);
  const deadLetters = new InMemoryDeadLetters();
  const masterDataset = new InMemoryMasterDataset(deadLetters);
  const naiveEngine = new InMemoryBatchEngine(masterDataset);
  await registerViews({ log, batchViews }, catalog, PARTITIONS_OF_STREAM);
  const partitions = ['sales', 'returns'].flatMap((stream) =>
    Array.from({ length: PARTITIONS_OF_STREAM }, (_, partition): Partition => ({ stream, partition })),
  );
  const appended = new Map(partitions.map((partition) => [partitionName(partition), [] as Appended[]]));
  let news = 0;

  const append = async (facts: readonly Fact[]): Promise<void> => {
    for (const [stream, ofStream] of Map.groupBy(facts, ({ kind }) => versionOf[kind].stream)) {
      const atMs = clock.now();
      const places = await log.append(stream, ofStream.map(outgoing));
      places.forEach(({ partition }, index) => {
        const events = appended.get(partitionName({ stream, partition }));
        const appendedFact = ofStream[index] as Fact;
        events?.push(appendedOf(appendedFact, { stream, partition }, events.length, atMs, null));
      });
    }
  };
  const resolve = async (partition: Partition, { kind, back, fact }: Decision): Promise<void> => {
    const events = appended.get(partitionName(partition)) ?? [];
    const dead = verdictsOf(partition).filter(({ verdict }) => verdict === 'dead');
    const resolution = { kind, target: dead.at(-1 - back)?.offset ?? Math.max(0, events.length - back) };
    // what stands in the place of a record is of its key
    const { key, headers, value } = outgoing({ ...fact, shop: events[resolution.target]?.record.key ?? fact.shop });
    const named = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)] as const);
    const record = { key: Buffer.from(key), value: Buffer.from(value) };
    const atMs = clock.now();
    await log.appendTo(partition, [{ ...record, headers: [...named, ...headersOfResolution(resolution)] }]);
    events.push(appendedOf({ ...fact, shop: key }, partition, events.length, atMs, resolution));
  };
  /** Waits for events pass in the test's own time too. */
  const reader: EventLogReader = {
    read: async (partition, options) => {
      const batch = await log.read(partition, { ...options, waitMs: 0 });
      if (batch.recordCount === 0) await clock.wait(options.waitMs ?? 0);
      return batch;
    },
    bounds: (stream) => log.bounds(stream),
    close: () => log.close(),
  };
  const fold = foldEngine({ log: reader, masterDataset, deadLetters }, catalog);
  const report = { folded: () => undefined, repaired: () => undefined, halted: rethrow, trouble: rethrow };
  const foldTail = (partition: Partition, stop: AbortSignal): Promise<void> =>
    foldIntoSpeedViews(
      { log: reader, speedViews, boundaries, batchViews, deadLetters, clock, report, news: () => news },
      {
        partition,
        views: () => catalog.views.map((plan) => ({ plan, events: catalog.events })),
        events: catalog.events,
        stream: streamNamed(catalog.streams, partition.stream),
      },
      stop,
    );
  const archive = (partition: Partition, stop: AbortSignal): Promise<void> =>
    archiveEvents(
      {
        log: reader,
        masterDataset,
        deadLetters,
        deadLetterTopic: deadLetters,
        clock,
        // ranges of one record and more, and long ones
        wanted: ({ partition }) => (partition === 0 ? Infinity : 0),
        report: { archived: () => undefined, trouble: (_p, e) => rethrow(null, 0, e) },
      },
      { partition, events: catalog.events, stream: streamNamed(catalog.streams, partition.stream) },
      stop,
    );
  const ledger = new InMemoryAuditLedger();
  /** Builds, publishes and audits: the layers have not drifted, whatever happens meanwhile. */
  const build = async (plan: ViewPlan, way: Way, stop: AbortSignal): Promise<void> => {
    const announce = { cutRequested: async () => void (news += 1), published: async () => void (news += 1) };
    const stores = { boundaries, batchViews, speedViews, masterDataset, stage };
    const engineOf = ({ projection }: ViewPlan) => (projection === null ? naiveEngine : fold);
    const ports = {
      ...{ ...stores, engineOf, partitionsAtOnce: 1, clock, announce },
      ...{ want: () => undefined, keep: async () => [] },
    };
    const generation = await buildGeneration(ports, plan, way, () => undefined, stop);
    madeBy.push(generation.madeBy);
    const audit = await auditGeneration({ batchViews, speedViews, ledger, clock }, plan, generation, stop);
    if (audit !== null) audits.push(audit);
  };
  const ask = (plan: ViewPlan, rollUp: RollUp | null): Promise<RowsAnswer> =>
    answerQuery(
      { batchViews, speedViews, clock, heads: async (stream) => (await log.bounds(stream)).end },
      {
        ...{ plan, selection: everything, rollUp, having: [], order, limit: 10_000, after: null },
        ...{ atLeast: null, waitMs: 0, maxStalenessMs: null },
      },
    );
  /** The reference: the naive view of each partition's prefix. */
  const prefix = (plan: ViewPlan, offsets: OffsetVector): readonly ViewRow[] => {
    const types = plan.sources.map(({ event }) => event.type);
    const events = partitions.flatMap((partition) => {
      const log = appended.get(partitionName(partition)) ?? [];
      return verdictsBelow(partition, offsets).flatMap(({ applied }) => applied.flatMap((offset) => log[offset] ?? []));
    });
    const read = events
      .filter(({ event }) => types.includes(event.type))
      .map(({ event, record }) => ({ ...event, subject: record.key ?? '' }));
    const rows = plan.projection === null ? naiveView(plan, read) : naiveProjection(plan, read);
    return [...rows].sort(compareRows(plan, order));
  };
  const verdictsOf = (partition: Partition): readonly NaiveVerdict[] => {
    const records = (appended.get(partitionName(partition)) ?? []).map(({ record }) => record);
    return naiveVerdicts(records, streamNamed(catalog.streams, partition.stream), HELD_LIMITS);
  };
  const verdictsBelow = (partition: Partition, offsets: OffsetVector): readonly NaiveVerdict[] =>
    verdictsOf(partition).slice(0, offsetAt(offsets, partition));
  const asideBelow = (plan: ViewPlan, offsets: OffsetVector): SetAside =>
    sumAside(
      partitions
        .filter(({ stream }) => plan.streams.includes(stream))
        .map((partition) => verdictsBelow(partition, offsets).at(-1)?.aside ?? NOTHING_ASIDE),
    );
  const isWhole = (offsets: OffsetVector): boolean =>
    Object.entries(offsets).every(([stream, ofStream]) =>
      ofStream.every((offset, partition) => offset === appended.get(partitionName({ stream, partition }))?.length),
    );
  return {
    ...{ speedViews, partitions, append, resolve, foldTail, archive, build },
    ...{ ask, prefix, asideBelow, isWhole },
  };
}

/** A build that waited in vain (its world ended, or its workers rest) is given up, and the next takes the cut up again. */
function unlessGivenUp(error: unknown): null {
  if (error instanceof TwofoldError && error.code === 'conflict') return null;
  throw error;
}

function rethrow(_who: unknown, _offset: unknown, error: unknown = _offset): never {
  throw error;
}

const fact = fc.record({
  id: fc.nat({ max: 40 }),
  kind: fc.constantFrom('sold-whole' as const, 'sold' as const, 'returned' as const),
  shop: fc.constantFrom('a', 'b', 'c', 'd'),
  price: fc.integer({ min: 1, max: 50 }),
  day: fc.integer({ min: -40, max: 2 }),
  isDead: fc.constantFrom(false, false, false, false, false, true),
});

const aPartition = fc.nat(2 * PARTITIONS_OF_STREAM - 1);
const aView = fc.constantFrom(...catalog.views);
const aWay = fc.constantFrom<Way>('recompute', 'roll-forward');

const decision = fc.record({
  kind: fc.constantFrom('discard' as const, 'redrive' as const),
  back: fc.nat({ max: 5 }),
  fact,
});
const decisions = fc.array(decision, { maxLength: 3 });

/** What happens, one after the other, while folds, archivers and builds go on in between. */
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      facts: fc.array(fact, { minLength: 1, maxLength: 8 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('resolve' as const),
      partition: aPartition,
      decision,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('ask' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('build' as const), view: aView, way: aWay }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('second-worker' as const), partition: aPartition }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('second-archiver' as const), partition: aPartition }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop-worker' as const), partition: aPartition }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('snapshot' as const), partition: aPartition }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revert' as const), partition: aPartition }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('turns' as const), turns: fc.integer({ min: 1, max: 30 }) }) },
);

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the main job, over in-memory adapters', () => {
  it(
    'answers exactly at every poll, whatever workers, builds and a store that goes back do in between',
    async () => {
      const audits: Audit[] = [];
      const madeBy: (string | null)[] = [];
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), decisions, async (steps, lastly) => {
          const world = await openWorld(audits, madeBy);
          const end = new AbortController();
          const workers = world.partitions.map((): AbortController[] => []);
          const running: Promise<unknown>[] = world.partitions.map((partition) => world.archive(partition, end.signal));
          const builds: Promise<unknown>[] = [];
          const hire = (index: number): void => {
            const worker = new AbortController();
            const partition = world.partitions[index];
            if (partition === undefined) return;
            workers[index]?.push(worker);
            running.push(world.foldTail(partition, AbortSignal.any([worker.signal, end.signal])));
          };
          /** Of every record of a partition, by name of view. */
          type Snapshots = ReadonlyMap<string, ReturnType<typeof world.speedViews.snapshot>>;
          const snapshots = new Map<number, Snapshots>();
          const recordsOf = (partition: number) =>
            catalog.views.map(({ id }) => ({ view: id, partition: world.partitions[partition] as Partition }));
          /** Whether every view has everything, and every record fits. */
          const check = async (): Promise<boolean> => {
            const found: boolean[] = [];
            for (const plan of catalog.views) {
              const { rows, answer } = await world.ask(plan, null);
              expect(rows).toEqual(world.prefix(plan, answer.offsets));
              expect(answer).toMatchObject(world.asideBelow(plan, answer.offsets));
              found.push(world.isWhole(answer.offsets) && !answer.catchingUp);
            }
            const [, trade] = catalog.views;
            if (trade !== undefined) {
              const { rows, answer } = await world.ask(trade, byMonth);
              expect(rows).toEqual(world.prefix(rolledPlan(trade, byMonth), answer.offsets));
            }
            return found.every((isWhole) => isWhole);
          };
          world.partitions.forEach((_, index) => hire(index));
          for (const next of steps) {
            switch (next.kind) {
              case 'append':
                await world.append(next.facts);
                break;
              case 'resolve':
                await world.resolve(world.partitions[next.partition] as Partition, next.decision);
                break;
              case 'ask':
                await check();
                break;
              case 'build':
                builds.push(world.build(next.view, next.way, end.signal).catch(unlessGivenUp));
                break;
              case 'second-worker':
                hire(next.partition);
                break;
              case 'second-archiver':
                running.push(world.archive(world.partitions[next.partition] as Partition, end.signal));
                break;
              case 'stop-worker':
                workers[next.partition]?.shift()?.abort();
                break;
              case 'snapshot':
                snapshots.set(
                  next.partition,
                  new Map(recordsOf(next.partition).map((id) => [id.view.name, world.speedViews.snapshot(id)])),
                );
                break;
              case 'revert':
                for (const id of recordsOf(next.partition))
                  world.speedViews.restore(id, snapshots.get(next.partition)?.get(id.view.name) ?? null);
                break;
              case 'turns':
                for (let passed = 0; passed < next.turns; passed++) await turn();
            }
          }
          world.partitions.forEach((_, index) => hire(index));
          const settle = async (): Promise<void> => {
            for (let tries = 0; !(await check()); tries++) {
              expect(tries).toBeLessThan(20_000);
              await turn();
            }
          };
          await settle();
          // What was appended is below the cuts of these.
          await Promise.all(builds);
          for (const view of catalog.views)
            for (const way of ['roll-forward', 'recompute'] as const) await world.build(view, way, end.signal);
          // New workers know from the ledger what waits.
          workers.flat().forEach((worker) => worker.abort());
          world.partitions.forEach((_, index) => hire(index));
          await settle();
          for (const decision of lastly)
            for (const partition of world.partitions) await world.resolve(partition, decision);
          await settle();
          end.abort();
          await Promise.all(running);
        }),
        { numRuns: RUNS },
      );
      expect(audits.filter(({ state }) => state === 'drifted')).toEqual([]);
      // Some meet a record that went back, but not many.
      const compared = audits.filter(({ state, comparedRows }) => state === 'same' && comparedRows > 0);
      expect(compared.length).toBeGreaterThan(RUNS);
      // The first of a view, and those whose epochs went back, are computed.
      for (const way of [ROLL_FORWARD, 'naive', 'fold'])
        expect(madeBy.filter((by) => by === way).length).toBeGreaterThan(RUNS / 2);
    },
    TIMEOUT_MS,
  );
});
