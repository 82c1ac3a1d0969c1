import { describe, expect, it } from '@jest/globals';
import {
  TwofoldError,
  compareRows,
  count,
  daily,
  dataSchemaOf,
  defineCatalog,
  defineEvent,
  defineView,
  int,
  max,
  naiveView,
  planView,
  string,
  sum,
  type OffsetVector,
  type Partition,
  type PlainEvent,
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

const PARTITIONS = 2;
const RUNS = 500;
const TIMEOUT_MS = 120_000;

const sold = defineEvent({ type: 'thing.sold', stream: 'sales', data: { shop: string(), price: int() } });
const salesByShop = defineView({
  name: 'sales-by-shop',
  from: sold,
  by: (event) => ({ shop: event.shop }),
  window: daily(),
  measures: (event) => ({ sales: count(), revenue: sum(event.price), dearest: max(event.price) }),
});
const catalog = defineCatalog({ events: [sold], views: [salesByShop] });
const plan = planView(salesByShop, sold);
const id = catalog.views[0]?.id ?? plan.id;
const order = { by: { kind: 'window' }, descending: false } as const;
const everything = { dimensions: [null], fromWindow: null, toWindow: null };

type Sale = { readonly shop: string; readonly price: number; readonly day: number };

const outgoing = ({ shop, price, day }: Sale, number: number): OutgoingEvent => ({
  key: shop,
  headers: {
    ce_specversion: '1.0',
    ce_id: `sale-${number}`,
    ce_source: 'urn:test',
    ce_type: sold.type,
    ce_dataschema: dataSchemaOf(sold),
    ce_time: new Date(day * 86_400_000).toISOString(),
    ce_subject: shop,
  },
  value: JSON.stringify({ shop, price }),
});

/** Waits are a turn of the event loop; the clock is the test's own. */
function quickClock(): Clock {
  let nowMs = 1_000_000;
  return {
    now: () => nowMs,
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
  await registerViews({ log, batchViews }, catalog, PARTITIONS);
  const appended: Sale[][] = Array.from({ length: PARTITIONS }, () => []);
  const partitions = appended.map((_, partition): Partition => ({ stream: 'sales', partition }));
  let news = 0;

  const sell = async (sales: readonly Sale[]): Promise<void> => {
    const places = await log.append('sales', sales.map(outgoing));
    places.forEach(({ partition }, index) => appended[partition]?.push(sales[index] as Sale));
  };
  const report = { folded: () => undefined, repaired: () => undefined, halted: rethrow, trouble: rethrow };
  const fold = (partition: Partition, stop: AbortSignal): Promise<void> =>
    foldIntoSpeedViews(
      { log, speedViews, boundaries, batchViews, clock, report, news: () => news },
      { partition, views: catalog.views, events: catalog.events },
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
  const build = (stop: AbortSignal) => {
    const announce = { cutRequested: async () => void (news += 1), published: async () => void (news += 1) };
    const ports = { boundaries, batchViews, masterDataset, engine, clock, announce, want: () => undefined };
    return buildGeneration(ports, catalog.views[0] ?? plan, () => undefined, stop);
  };
  const ask = (): Promise<RowsAnswer> =>
    answerQuery(
      { batchViews, speedViews, clock, heads: async (stream) => (await log.bounds(stream)).end },
      {
        plan: catalog.views[0] ?? plan,
        selection: everything,
        order,
        limit: 10_000,
        after: null,
        atLeast: null,
        waitMs: 0,
        maxStalenessMs: null,
      },
    );
  /** The reference: the naive view of each partition's prefix. */
  const prefix = (offsets: OffsetVector): readonly ViewRow[] => {
    const events = (offsets['sales'] ?? []).flatMap((offset, partition) =>
      (appended[partition] ?? []).slice(0, offset),
    );
    const plain = events.map(({ shop, price, day }): PlainEvent => ({
      timeMs: day * 86_400_000,
      data: { shop, price },
    }));
    return [...naiveView(plan, plain)].sort(compareRows(plan, order));
  };
  const heads = (): readonly number[] => appended.map((sales) => sales.length);
  return { log, speedViews, batchViews, partitions, sell, fold, archive, build, ask, prefix, heads };
}

/** A build that waited in vain (its world ended, or its workers rest) is given up, and the next takes the cut up again. */
function unlessGivenUp(error: unknown): null {
  if (error instanceof TwofoldError && error.code === 'conflict') return null;
  throw error;
}

function rethrow(_who: unknown, _offset: unknown, error: unknown = _offset): never {
  throw error;
}

const sale = fc.record({
  shop: fc.constantFrom('a', 'b', 'c', 'd'),
  price: fc.integer({ min: -5, max: 50 }),
  day: fc.integer({ min: -2, max: 2 }),
});

/** What happens, one after the other, while folds, archivers and builds go on in between. */
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('sell' as const), sales: fc.array(sale, { minLength: 1, maxLength: 8 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('ask' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('build' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('second-worker' as const), partition: fc.nat(PARTITIONS - 1) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop-worker' as const), partition: fc.nat(PARTITIONS - 1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('snapshot' as const), partition: fc.nat(PARTITIONS - 1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revert' as const), partition: fc.nat(PARTITIONS - 1) }) },
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
          const snapshots = new Map<number, unknown>();
          const check = async (): Promise<RowsAnswer> => {
            const answer = await world.ask();
            expect(answer.rows).toEqual(world.prefix(answer.answer.offsets));
            return answer;
          };
          world.partitions.forEach((_, index) => hire(index));
          for (const next of steps) {
            switch (next.kind) {
              case 'sell':
                await world.sell(next.sales);
                break;
              case 'ask':
                await check();
                break;
              case 'build':
                running.push(world.build(end.signal).catch(unlessGivenUp));
                break;
              case 'second-worker':
                hire(next.partition);
                break;
              case 'stop-worker':
                workers[next.partition]?.shift()?.abort();
                break;
              case 'snapshot': {
                const recordId = { view: id, partition: world.partitions[next.partition] as Partition };
                snapshots.set(next.partition, world.speedViews.snapshot(recordId));
                break;
              }
              case 'revert': {
                const recordId = { view: id, partition: world.partitions[next.partition] as Partition };
                const snapshot = snapshots.get(next.partition) ?? null;
                world.speedViews.restore(recordId, snapshot as Parameters<InMemorySpeedViewStore['restore']>[1]);
                break;
              }
              case 'turns':
                for (let passed = 0; passed < next.turns; passed++) await turn();
            }
          }
          world.partitions.forEach((_, index) => hire(index));
          for (let tries = 0; ; tries++) {
            const { answer } = await check();
            const isWhole = (answer.offsets['sales'] ?? []).every(
              (offset, partition) => offset === world.heads()[partition],
            );
            if (isWhole && !answer.catchingUp) break;
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
