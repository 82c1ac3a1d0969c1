import { describe, expect, it } from '@jest/globals';
import {
  count,
  daily,
  dataSchemaOf,
  defineCatalog,
  defineEvent,
  defineStream,
  defineView,
  streamNamed,
  string,
  viewNamed,
  type Offset,
} from '@twofold/core';
import {
  InMemoryBatchEngine,
  InMemoryBatchViewStore,
  InMemoryBoundaries,
  InMemoryBuildStage,
  InMemoryDeadLetters,
  InMemoryEventLog,
  InMemoryMasterDataset,
  InMemorySpeedViewStore,
} from '@twofold/in-memory';
import { setTimeout as pause } from 'node:timers/promises';
import { archiveEvents, answerQuery, buildGeneration, foldIntoSpeedViews, registerViews } from './index.js';

const sold = defineEvent({ type: 'thing.sold', stream: 'sales', data: { shop: string() } });
const byShop = defineView({
  name: 'sales-by-shop',
  from: sold,
  by: ({ shop }) => ({ shop }),
  window: daily(),
  measures: () => ({ sales: count() }),
});
const sales = defineStream({ name: 'sales', duplicates: { withinMs: 60_000, withinRecords: 4 } });
const catalog = defineCatalog({ events: [sold], views: [byShop], streams: [sales] });
const plan = viewNamed(catalog, 'sales-by-shop');
const partition = { stream: 'sales', partition: 0 };
/** What fold and archive read it by. */
const reading = { events: catalog.events, stream: streamNamed(catalog.streams, 'sales') };
const sale = {
  key: 'a',
  headers: {
    ...{ ce_specversion: '1.0', ce_id: '', ce_source: 'urn:test', ce_type: sold.type },
    ...{ ce_dataschema: dataSchemaOf(sold), ce_time: '2001-01-01T00:00:00.000Z', ce_subject: 'a' },
  },
  value: '{"shop":"a"}',
};
const HOUR_MS = 3_600_000;
const SOON_MS = 10_000;
const POLL_MS = 5;

/** The real one, but that somebody may set the time of day. */
function settableClock() {
  const clock = {
    aheadMs: 0,
    now: (): number => Date.now() + clock.aheadMs,
    elapsed: () => performance.now(),
    wait: (ms: number, signal?: AbortSignal): Promise<void> =>
      pause(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
  };
  return clock;
}

/** One view over one partition; who works is up to the test. */
async function openWorld() {
  const clock = settableClock();
  const log = new InMemoryEventLog(clock);
  const speedViews = new InMemorySpeedViewStore();
  const batchViews = new InMemoryBatchViewStore(() => clock.now());
  const boundaries = new InMemoryBoundaries(batchViews);
  const deadLetters = new InMemoryDeadLetters();
  const masterDataset = new InMemoryMasterDataset(deadLetters);
  const engine = new InMemoryBatchEngine(masterDataset);
  await registerViews({ log, batchViews }, catalog, 1);
  const stopping = new AbortController();
  const working: Promise<unknown>[] = [];
  const troubles: string[] = [];
  const trouble = (_partition: unknown, error: unknown): void => void troubles.push(String(error));
  let sent = 0;
  return {
    clock,
    troubles,
    boundaries,
    sell: (times: number) =>
      log.append(
        'sales',
        Array.from({ length: times }, () => ({ ...sale, headers: { ...sale.headers, ce_id: `${sent++}` } })),
      ),
    /** An event that is on the log already. */
    sendAgain: (id: number) => log.append('sales', [{ ...sale, headers: { ...sale.headers, ce_id: `${id}` } }]),
    retainFrom: (offset: Offset) => log.removeBelow(partition, offset),
    /** Starts a worker; what it returns ends it. */
    fold: () => {
      const stop = new AbortController();
      const report = {
        ...{ folded: () => undefined, repaired: () => undefined },
        ...{ halted: trouble, trouble },
      };
      const ports = { log, speedViews, boundaries, batchViews, deadLetters, clock, report, news: () => 0 };
      const assignment = { partition, views: () => [{ plan, events: catalog.events }], ...reading };
      const ending = AbortSignal.any([stop.signal, stopping.signal]);
      const ended = foldIntoSpeedViews(ports, assignment, ending);
      working.push(ended);
      return async () => {
        stop.abort();
        await ended;
      };
    },
    archive: () => {
      const report = { archived: () => undefined, trouble };
      const ports = {
        ...{ log, masterDataset, deadLetters, deadLetterTopic: deadLetters },
        ...{ clock, wanted: () => Infinity, report },
      };
      working.push(archiveEvents(ports, { partition, ...reading }, stopping.signal));
    },
    archivedTo: () => masterDataset.archivedTo(partition),
    build: () => {
      const announce = { cutRequested: async () => undefined, published: async () => undefined };
      const stores = { boundaries, batchViews, speedViews, masterDataset };
      const computing = { engine, stage: new InMemoryBuildStage(), partitionsAtOnce: 1 };
      const ports = { ...stores, ...computing, clock, announce, want: () => undefined, keep: async () => [] };
      return buildGeneration(ports, plan, 'recompute', () => undefined, stopping.signal);
    },
    answer: async () => {
      const ports = { batchViews, speedViews, clock, heads: async () => null };
      const selection = { dimensions: [null], fromWindow: null, toWindow: null };
      const { rows, answer } = await answerQuery(ports, {
        ...{ plan, selection, rollUp: null, having: [], order: { by: { kind: 'window' }, descending: false } },
        ...{ limit: 10, after: null, atLeast: null, waitMs: 0, maxStalenessMs: null },
      });
      return { sales: Number(rows[0]?.parts[0] ?? 0), offset: answer.offsets['sales']?.[0], ...answer };
    },
    async close() {
      stopping.abort();
      await Promise.allSettled(working);
    },
  };
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const givenUpAt = performance.now() + SOON_MS; performance.now() < givenUpAt; await pause(POLL_MS))
    if (await isSo()) return;
  throw new Error(`it never came to be that ${what}`);
}

describe('a record that stands below the start of the log', () => {
  it('is handed over to the archive: the next generation has what retention took, and folding goes on', async () => {
    const world = await openWorld();
    await world.sell(20);
    world.archive();
    await until('all is archived', async () => (await world.archivedTo()) === 20);
    world.retainFrom(12);
    world.fold();
    await until('the worker says so', async () => world.troubles.some((told) => told.includes('offset 0')));
    expect(await world.answer()).toMatchObject({ sales: 0, offset: 0 });
    const { cut } = await world.build();
    expect(cut).toEqual({ sales: [20] });
    await world.sell(3);
    await until('folding goes on', async () => (await world.answer()).offset === 23);
    expect(await world.answer()).toMatchObject({ sales: 23, catchingUp: false, generation: 1 });
    await world.close();
  });

  it('is never folded past what nobody has: the answer stays, and it is told why', async () => {
    const world = await openWorld();
    await world.sell(20);
    world.retainFrom(12);
    world.archive();
    world.fold();
    await until('the worker says so', async () => world.troubles.length > 1);
    const building = world.build().catch((error: unknown) => error);
    await until('the boundary stands', async () => (await world.boundaries.vectorOf(plan.id, 1)) !== null);
    expect(await world.boundaries.vectorOf(plan.id, 1)).toEqual({ sales: [20] });
    expect(world.troubles).toContainEqual(expect.stringMatching(/does not hold offset 0/));
    expect(await world.answer()).toMatchObject({ sales: 0, offset: 0 });
    expect(await world.archivedTo()).toBe(0);
    await world.close();
    expect(await building).toMatchObject({ code: 'conflict', message: expect.stringMatching(/the archive to reach/) });
  });

  it('so is one that stands above it, where duplicates of what was removed cannot be told', async () => {
    const world = await openWorld();
    await world.sell(20);
    world.archive();
    const first = world.fold();
    await until('all is folded', async () => (await world.answer()).offset === 20);
    await first();
    await world.sendAgain(17);
    await until('all is archived', async () => (await world.archivedTo()) === 21);
    world.retainFrom(18);
    world.fold();
    await until('the worker says so', async () => world.troubles.some((told) => told.includes('duplicates')));
    expect(await world.answer()).toMatchObject({ sales: 20, offset: 20 });
    await world.sell(3);
    await world.build();
    await world.sendAgain(21);
    await until('folding goes on', async () => (await world.answer()).offset === 25);
    expect(await world.answer()).toMatchObject({ sales: 23, duplicates: 2, catchingUp: false });
    await world.close();
  });

  it('is left to its worker where that has folded on: no boundary falls into what was applied', async () => {
    const world = await openWorld();
    await world.sell(20);
    world.fold();
    await until('all is folded', async () => (await world.answer()).offset === 20);
    world.retainFrom(12);
    world.archive();
    const building = world.build().catch(() => null);
    await until('the boundary stands', async () => (await world.boundaries.vectorOf(plan.id, 1)) !== null);
    expect(await world.boundaries.vectorOf(plan.id, 1)).toEqual({ sales: [20] });
    expect(await world.answer()).toMatchObject({ sales: 20, offset: 20 });
    await world.close();
    await building;
  });
});

describe('a time of day that jumps', () => {
  it.each([-2 * HOUR_MS, 2 * HOUR_MS])('by %d ms keeps no worker, archiver or build waiting', async (jumpMs) => {
    const world = await openWorld();
    world.fold();
    world.archive();
    await world.sell(5);
    await until('all is folded', async () => (await world.answer()).offset === 5);
    const building = world.build();
    world.clock.aheadMs += jumpMs;
    const { cut } = await building;
    expect(cut).toEqual({ sales: [5] });
    await world.sell(2);
    await until('folding goes on', async () => (await world.answer()).offset === 7);
    expect(await world.answer()).toMatchObject({ sales: 7, generation: 1 });
    await world.close();
  });
});
