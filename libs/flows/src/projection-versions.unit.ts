import { describe, expect, it } from '@jest/globals';
import {
  boolean,
  compareRows,
  dataSchemaOf,
  defineCatalog,
  defineEvent,
  defineProjection,
  int,
  liveViewOf,
  naiveProjection,
  offsetAt,
  replayEvent,
  streamNamed,
  type Catalog,
  type EventOfSubject,
  type LiveView,
  type Projection,
  type ViewPlan,
} from '@twofold/core';
import {
  InMemoryAuditLedger,
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
import type { EventLogReader } from '@twofold/ports';
import {
  answerQuery,
  archiveEvents,
  buildGeneration,
  foldEngine,
  foldIntoSpeedViews,
  planReplay,
  registerViews,
  runReplay,
  type RunReplayPorts,
} from './index.js';

const departed = defineEvent({ type: 'flight.departed', stream: 'trips', data: { leg: int() } });
const landed = defineEvent({ type: 'flight.landed', stream: 'trips', data: { isDiverted: boolean() } });

const declared = {
  name: 'trips',
  from: [departed, landed],
  init: () => ({ isUnderWay: false, done: 0 }),
  present: ({ done }: { readonly done: number }) => ({ done }),
  measures: { done: int() },
} as const;
/** Counts diverted flights as done. */
const first = defineProjection({
  ...declared,
  evolve: ({ done, isUnderWay }, event) =>
    event.type === departed.type
      ? { done, isUnderWay: true }
      : { done: isUnderWay ? done + 1 : done, isUnderWay: false },
});
const mended = defineProjection({
  ...declared,
  version: 2,
  evolve: ({ done, isUnderWay }, event) => {
    if (event.type === departed.type) return { done, isUnderWay: true };
    const counts = isUnderWay && event.type === landed.type && !event.data.isDiverted;
    return { done: counts ? done + 1 : done, isUnderWay: false };
  },
});
const catalogOf = (...projections: readonly Projection[]): Catalog =>
  defineCatalog({ events: [departed, landed], views: [], projections });
const [before, after] = [catalogOf(first), catalogOf(mended, first)];
const [old, next] = [before, after].map((catalog) => catalog.views[0]) as [ViewPlan, ViewPlan];

const PARTITIONS = 2;
const KEEP_MS = 60_000;
const ORDER = { by: { kind: 'window' }, descending: false } as const;
const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ stream: 'trips', partition }));

/** The platform over in-memory adapters, with a worker and an archiver for each partition. */
async function openWorld() {
  const clock = virtualClock();
  const log = new InMemoryEventLog(clock);
  const speedViews = new InMemorySpeedViewStore();
  const stage = new InMemoryBuildStage();
  const batchViews = new InMemoryBatchViewStore(clock.now, stage);
  const boundaries = new InMemoryBoundaries(batchViews);
  const versions = new InMemoryViewVersions(batchViews, boundaries, new InMemoryAuditLedger());
  const deadLetters = new InMemoryDeadLetters();
  const masterDataset = new InMemoryMasterDataset(deadLetters);
  const journal = new InMemoryReplayJournal();
  for (const catalog of [before, after]) await registerViews({ log, batchViews }, catalog, PARTITIONS);
  const events: EventOfSubject[] = [];
  const stop = new AbortController();
  const fail = (_who: unknown, _at: unknown, error: unknown = _at): void => stop.abort(error);

  const send = async (count: number): Promise<void> => {
    for (let sent = 0; sent < count; sent++) {
      const number = events.length;
      const subject = `flight-${(number * 7) % 11}`;
      const event = number % 3 === 0 ? departed : landed;
      const data = event === departed ? { leg: number } : { isDiverted: number % 4 === 0 };
      const headers = {
        ...{ ce_specversion: '1.0', ce_id: `${number}`, ce_source: 'urn:test', ce_type: event.type },
        ...{ ce_dataschema: dataSchemaOf(event), ce_time: new Date(number).toISOString(), ce_subject: subject },
      };
      const [place] = await log.append('trips', [{ key: subject, headers, value: JSON.stringify(data) }]);
      if (place !== undefined)
        events.push({ ...place, stream: 'trips', timeMs: number, type: event.type, data, subject });
    }
  };
  const reader: EventLogReader = {
    read: async (partition, options) => {
      const batch = await log.read(partition, { ...options, waitMs: 0 });
      if (batch.recordCount === 0) await clock.wait(options.waitMs ?? 0);
      return batch;
    },
    bounds: (stream) => log.bounds(stream),
    close: () => log.close(),
  };
  /** As an app asks for them now and then. */
  let live: readonly LiveView[] = [];
  const look = async (): Promise<void> => {
    const folded = (await versions.list(['trips'])).filter(
      ({ state }) => state !== 'candidate' && state !== 'removing',
    );
    live = folded.map((stored) => liveViewOf(stored, after));
  };
  await look();
  const stream = streamNamed(after.streams, 'trips');
  const assignment = { views: () => live, events: after.events, stream };
  const folding = { log: reader, speedViews, boundaries, batchViews, deadLetters, clock, news: () => 0 };
  const report = { folded: () => undefined, repaired: () => undefined, halted: fail, trouble: fail };
  const archiving = { log: reader, masterDataset, deadLetters, deadLetterTopic: deadLetters, clock };
  const working = partitions.flatMap((partition) => [
    foldIntoSpeedViews({ ...folding, report }, { partition, ...assignment }, stop.signal),
    archiveEvents(
      { ...archiving, wanted: () => Infinity, report: { archived: () => undefined, trouble: fail } },
      { partition, events: after.events, stream },
      stop.signal,
    ),
  ]);
  const engine = foldEngine({ log: reader, masterDataset, deadLetters }, after);
  const build = async (plan: ViewPlan): Promise<void> => {
    const announce = { cutRequested: async () => undefined, published: async () => undefined };
    const stores = { boundaries, batchViews, speedViews, masterDataset, stage };
    await buildGeneration(
      {
        ...{ ...stores, engineOf: () => engine, partitionsAtOnce: 2, clock, announce },
        ...{ want: () => undefined, keep: async () => [] },
      },
      ...[plan, 'recompute' as const, () => undefined, stop.signal],
    );
  };
  const ask = (plan: ViewPlan) =>
    answerQuery(
      { batchViews, speedViews, clock, heads: async (of) => (await log.bounds(of)).end },
      {
        ...{ plan, selection: { dimensions: [null], fromWindow: null, toWindow: null }, rollUp: null, having: [] },
        ...{ order: ORDER, limit: 1_000, after: null, atLeast: null, waitMs: 0, maxStalenessMs: null },
      },
    );
  /** Asks until all that was sent is in the answer; each answer on the way is of what it says it is. */
  const settled = async (plan: ViewPlan): Promise<void> => {
    for (;;) {
      const { rows, answer } = await ask(plan);
      const below = events.filter((event) => event.offset < offsetAt(answer.offsets, event));
      expect(rows).toEqual([...naiveProjection(plan, below)].sort(compareRows(plan, ORDER)));
      if (below.length === events.length && !answer.catchingUp) return;
      await clock.wait(10);
      stop.signal.throwIfAborted();
    }
  };
  const ports: RunReplayPorts = {
    ...{ catalog: after, journal, versions, batchViews, masterDataset, stage, speedViews, log, clock, build },
    ...{ engineNamed: () => engine, partitionsAtOnce: 2, keepMs: KEEP_MS },
    repair: () => Promise.reject(new Error('nothing is repaired')),
    ...{ want: () => undefined, announce: async () => undefined, tell: () => undefined },
  };
  const end = async (): Promise<void> => {
    stop.abort();
    await Promise.all(working);
  };
  return {
    clock,
    log,
    speedViews,
    versions,
    journal,
    masterDataset,
    batchViews,
    send,
    look,
    build,
    settled,
    ports,
    end,
  };
}

describe('a projection and its next version', () => {
  it('live beside each other: the next one is built by a replay, promoted, and rolled back', async () => {
    const world = await openWorld();
    const { send, look, settled, versions, journal, ports, clock, speedViews } = world;
    await send(60);
    await settled(old);
    await world.build(old);
    await send(20);
    await settled(old);

    const asked = { view: 'trips', version: next.id.version, before: old.id.version, windows: null, engine: 'fold' };
    const requested = { ...asked, replayId: 'r', eventsPerSecond: 7, promoteWithin: null };
    await journal.append('r', 0, [replayEvent('replay.requested', requested, { by: 'ann', atMs: 0, note: null })]);
    const running = runReplay(ports, 'r', new AbortController().signal);
    const phase = async (): Promise<string | undefined> => (await journal.get('r'))?.replay.phase;
    while ((await phase()) !== 'running') await clock.wait(1);
    await look();
    await clock.wait(1_000);
    // there is nothing yet that its events could be folded upon
    for (const partition of partitions) expect(await speedViews.probe({ view: next.id, partition })).toBeNull();
    await send(20);
    await running;
    expect((await journal.get('r'))?.replay).toMatchObject({ phase: 'compared', difference: { onlyBefore: 0 } });
    await settled(next);
    await settled(old);

    expect(await versions.promote(next.id, old.id.version, KEEP_MS)).toBe(true);
    await look();
    await send(20);
    for (const plan of [next, old]) await settled(plan);
    await world.build(next);
    await send(5);
    expect(await versions.promote(old.id, next.id.version, KEEP_MS)).toBe(true);
    await look();
    for (const plan of [next, old]) await settled(plan);
    await world.end();
  });

  it('is not replayed by an engine that cannot compute it, nor without its functions', async () => {
    const { log, versions, journal, masterDataset, send, end } = await openWorld();
    await send(3);
    const ports = { catalog: after, versions, journal, log, archive: masterDataset, defaultEngine: 'duckdb' };
    const wanted = { view: 'trips', version: next.id.version, engine: null, windows: null, partitions: null };
    expect(await planReplay(ports, wanted)).toMatchObject({ engine: 'fold' });
    await expect(planReplay(ports, { ...wanted, engine: 'duckdb' })).rejects.toMatchObject({
      ...{ code: 'invalid-value', pointer: '/engine' },
      message: 'trips is a projection: the engine fold computes it, duckdb does not',
    });
    await expect(planReplay({ ...ports, catalog: before }, wanted)).rejects.toMatchObject({
      code: 'invalid-view-definition',
      message: expect.stringContaining('does not have the functions'),
    });
    await end();
  });
});
