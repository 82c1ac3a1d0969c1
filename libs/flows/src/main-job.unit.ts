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
  defineView,
  distinct,
  int,
  isEvent,
  latest,
  max,
  monthly,
  naiveView,
  offsetAt,
  partitionName,
  rolledPlan,
  string,
  sum,
  toDecimal,
  type OffsetVector,
  type Partition,
  type PlainEvent,
  type RollUp,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import {
  InMemoryBatchEngine,
  InMemoryBatchViewStore,
  InMemoryBoundaries,
  InMemoryEventLog,
  InMemoryMasterDataset,
  InMemorySpeedViewStore,
} from '@twofold/in-memory';
import type { Clock, OutgoingEvent } from '@twofold/ports';
import fc from 'fast-check';
import {
  answerQuery,
  archiveEvents,
  buildGeneration,
  foldIntoSpeedViews,
  registerViews,
  type RowsAnswer,
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
const catalog = defineCatalog({ events: [soldWhole, sold, returned], views: [salesByShop, tradeByShop] });
const order = { by: { kind: 'window' }, descending: false } as const;
const everything = { dimensions: [null], fromWindow: null, toWindow: null };
const byMonth: RollUp = { window: monthly({ timeZone: 'America/New_York' }), dimensions: [] };

/** A sale as it was written while prices were whole, a sale, or a return. */
type Fact = {
  readonly kind: 'sold-whole' | 'sold' | 'returned';
  readonly shop: string;
  readonly price: number;
  readonly day: number;
};

const versionOf = { 'sold-whole': soldWhole, sold, returned };
const timeOf = ({ day }: Fact): number => day * MS_PER_DAY;

const outgoing = (fact: Fact, number: number): OutgoingEvent => {
  const event = versionOf[fact.kind];
  const { shop, price } = fact;
  return {
    key: shop,
    headers: {
      ce_specversion: '1.0',
      ce_id: `fact-${number}`,
      ce_source: 'urn:test',
      ce_type: event.type,
      ce_dataschema: dataSchemaOf(event),
      ce_time: new Date(timeOf(fact)).toISOString(),
      ce_subject: shop,
    },
    value: JSON.stringify(
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

/** Waits are a turn of the event loop; the clock is the test's own. */
function quickClock(): Clock {
  let nowMs = 1_000_000;
  return {
    now: () => nowMs,
    elapsed: () => nowMs,
    wait: async (ms) => {
      nowMs += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** All of the platform over in-memory adapters; who runs in it is up to the test. */
async function openWorld() {
  const clock = quickClock();
  const log = new InMemoryEventLog(clock);
  const speedViews = new InMemorySpeedViewStore();
  const batchViews = new InMemoryBatchViewStore(clock.now);
  const boundaries = new InMemoryBoundaries(batchViews);
  const masterDataset = new InMemoryMasterDataset();
  const engine = new InMemoryBatchEngine(masterDataset);
  await registerViews({ log, batchViews }, catalog, PARTITIONS_OF_STREAM);
  const partitions = ['sales', 'returns'].flatMap((stream) =>
    Array.from({ length: PARTITIONS_OF_STREAM }, (_, partition): Partition => ({ stream, partition })),
  );
  const appended = new Map(partitions.map((partition) => [partitionName(partition), [] as PlainEvent[]]));
  let news = 0;

  const append = async (facts: readonly Fact[]): Promise<void> => {
    for (const [stream, ofStream] of Map.groupBy(facts, ({ kind }) => versionOf[kind].stream)) {
      const places = await log.append(stream, ofStream.map(outgoing));
      places.forEach(({ partition }, index) => {
        const events = appended.get(partitionName({ stream, partition }));
        events?.push(plainOf(ofStream[index] as Fact, { stream, partition }, events.length));
      });
    }
  };
  const report = { folded: () => undefined, repaired: () => undefined, halted: rethrow, trouble: rethrow };
  const fold = (partition: Partition, stop: AbortSignal): Promise<void> =>
    foldIntoSpeedViews(
      { log, speedViews, boundaries, batchViews, clock, report, news: () => news },
      {
        partition,
        views: catalog.views.filter(({ streams }) => streams.includes(partition.stream)),
        events: catalog.events,
      },
      stop,
    );
  const archive = (partition: Partition, stop: AbortSignal): Promise<void> =>
    archiveEvents(
      {
        log,
        masterDataset,
        clock,
        wanted: () => Infinity,
        report: { archived: () => undefined, trouble: (_p, e) => rethrow(null, 0, e) },
      },
      { partition, events: catalog.events },
      stop,
    );
  const build = (plan: ViewPlan, stop: AbortSignal) => {
    const announce = { cutRequested: async () => void (news += 1), published: async () => void (news += 1) };
    const ports = { boundaries, batchViews, masterDataset, engine, clock, announce, want: () => undefined };
    return buildGeneration(ports, plan, () => undefined, stop);
  };
  const ask = (plan: ViewPlan, rollUp: RollUp | null): Promise<RowsAnswer> =>
    answerQuery(
      { batchViews, speedViews, clock, heads: async (stream) => (await log.bounds(stream)).end },
      {
        plan,
        selection: everything,
        rollUp,
        having: [],
        order,
        limit: 10_000,
        after: null,
        atLeast: null,
        waitMs: 0,
        maxStalenessMs: null,
      },
    );
  /** The reference: the naive view of each partition's prefix. */
  const prefix = (plan: ViewPlan, offsets: OffsetVector): readonly ViewRow[] => {
    const types = plan.sources.map(({ event }) => event.type);
    const events = partitions.flatMap((partition) =>
      (appended.get(partitionName(partition)) ?? []).slice(0, offsetAt(offsets, partition)),
    );
    const read = events.filter(({ type }) => types.includes(type));
    return [...naiveView(plan, read)].sort(compareRows(plan, order));
  };
  const isWhole = (offsets: OffsetVector): boolean =>
    Object.entries(offsets).every(([stream, ofStream]) =>
      ofStream.every((offset, partition) => offset === appended.get(partitionName({ stream, partition }))?.length),
    );
  return { log, speedViews, batchViews, partitions, append, fold, archive, build, ask, prefix, isWhole };
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
  kind: fc.constantFrom('sold-whole' as const, 'sold' as const, 'returned' as const),
  shop: fc.constantFrom('a', 'b', 'c', 'd'),
  price: fc.integer({ min: 1, max: 50 }),
  day: fc.integer({ min: -40, max: 2 }),
});

const aPartition = fc.nat(2 * PARTITIONS_OF_STREAM - 1);
const aView = fc.constantFrom(...catalog.views);

/** What happens, one after the other, while folds, archivers and builds go on in between. */
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      facts: fc.array(fact, { minLength: 1, maxLength: 8 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('ask' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('build' as const), view: aView }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('second-worker' as const), partition: aPartition }) },
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
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
          const world = await openWorld();
          const end = new AbortController();
          const workers = world.partitions.map((): AbortController[] => []);
          const running: Promise<unknown>[] = world.partitions.map((partition) => world.archive(partition, end.signal));
          const hire = (index: number): void => {
            const worker = new AbortController();
            const partition = world.partitions[index];
            if (partition === undefined) return;
            workers[index]?.push(worker);
            running.push(world.fold(partition, AbortSignal.any([worker.signal, end.signal])));
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
              case 'ask':
                await check();
                break;
              case 'build':
                running.push(world.build(next.view, end.signal).catch(unlessGivenUp));
                break;
              case 'second-worker':
                hire(next.partition);
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
          for (let tries = 0; ; tries++) {
            if (await check()) break;
            expect(tries).toBeLessThan(20_000);
            await turn();
          }
          end.abort();
          await Promise.all(running);
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );
});
