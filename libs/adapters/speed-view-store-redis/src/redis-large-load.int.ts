import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SealedStep, SpeedRecordId } from '@twofold/ports';
import { testServers } from '@twofold/testkit';
import { RedisSpeedViewStore } from './index.js';

/** Rows of five steps of loading, in groups of three windows, so that no step ends where a group does. */
const ROWS = 45_000;
const WINDOWS = 3;
/** Loads to see one give up among: it takes a writer that is quicker than a load of five steps. */
const LOADS = 20;

const id: SpeedRecordId = { view: { name: 'things', version: '1' }, partition: { stream: 'things', partition: 0 } };
const rows = Array.from({ length: ROWS }, (_, index) => ({
  dimensions: [`M${String(Math.floor(index / WINDOWS)).padStart(6, '0')}`],
  window: index % WINDOWS,
  parts: [index],
}));
/** In the first group and in the last, so that steps of different moments would show. */
const marks = (applied: number) =>
  ['A', 'Z'].map((airport) => ({ dimensions: [airport], window: 0, parts: [applied] }));

describe('RedisSpeedViewStore, with a large open epoch', () => {
  let store: RedisSpeedViewStore;
  let writer: RedisSpeedViewStore;
  beforeEach(async () => {
    const options = { url: testServers().redisUrl, namespace: `test-${randomUUID()}` };
    store = await RedisSpeedViewStore.connect(options);
    writer = await RedisSpeedViewStore.connect(options);
    await store.reset(id, null, 0);
    await store.commit(
      id,
      { applied: 0, openStart: 0 },
      { applied: 1, appliedAtMs: 1, deadLetters: 0, duplicates: 0, held: 0, rows: [...rows, ...marks(1)] },
    );
  });
  afterEach(async () => {
    await store.reset(id, await store.probe(id), 0);
    await store.sweep(id);
    await store.close();
    await writer.close();
  });

  it('loads all of it, each row once', async () => {
    const loaded = await store.load(id);
    const indexes = (loaded?.openRows ?? []).filter(({ dimensions }) => String(dimensions[0]).startsWith('M'));
    expect(loaded?.openRows).toHaveLength(ROWS + 2);
    expect(new Set(indexes.map(({ parts }) => parts[0])).size).toBe(ROWS);
  });

  it('loads one moment, or gives up, while another writes; and loads when that one rests', async () => {
    let applied = 1;
    let isWriting = true;
    const writing = (async () => {
      for (; isWriting; applied++) {
        const next = {
          applied: applied + 1,
          appliedAtMs: 1,
          deadLetters: 0,
          duplicates: 0,
          held: 0,
          rows: marks(applied + 1),
        };
        await writer.commit(id, { applied, openStart: 0 }, next);
      }
    })();
    const outcomes: string[] = [];
    for (let loads = 0; loads < LOADS && !outcomes.includes('store-unavailable'); loads++) {
      outcomes.push(
        await store.load(id).then(
          (loaded) => (isOneMoment(loaded) ? 'one moment' : 'torn'),
          (error) => error.code,
        ),
      );
    }
    isWriting = false;
    await writing;
    expect(outcomes).not.toContain('torn');
    expect(outcomes).toContain('store-unavailable');
    const rested = await store.load(id);
    expect(rested?.record.applied).toBe(applied);
    expect(isOneMoment(rested)).toBe(true);
  });

  it('gives up a load whose record is replaced or lost on the way, and takes what stands', async () => {
    const loading = store.load(id);
    await writer.reset(id, await writer.probe(id), 0);
    const loaded = await loading;
    expect([ROWS + 2, 0]).toContain(loaded?.openRows.length);
    expect(loaded?.record.applied).toBe(loaded?.openRows.length === 0 ? 0 : 1);
  });
});

describe('RedisSpeedViewStore, with two large sealed epochs', () => {
  let store: RedisSpeedViewStore;
  beforeEach(async () => {
    store = await RedisSpeedViewStore.connect({ url: testServers().redisUrl, namespace: `test-${randomUUID()}` });
    await store.reset(id, null, 0);
    for (const start of [0, 1]) {
      await store.commit(
        id,
        { applied: start, openStart: start },
        { applied: start + 1, appliedAtMs: 1, deadLetters: 0, duplicates: 0, held: 0, rows },
      );
      await store.seal(id, { applied: start + 1, openStart: start });
    }
  });
  afterEach(async () => {
    await store.reset(id, await store.probe(id), 0);
    await store.sweep(id);
    await store.close();
  });

  it('reads them in steps, each row of each epoch once', async () => {
    const times = new Map<unknown, number>();
    let steps = 0;
    for (let after: string | null = null; steps === 0 || after !== null; steps++) {
      const step: SealedStep | null = await store.readSealed(id, 0, 2, after);
      for (const { parts } of step?.rows ?? []) times.set(parts[0], (times.get(parts[0]) ?? 0) + 1);
      after = step?.next ?? null;
    }
    expect(steps).toBeGreaterThan(8);
    expect(times.size).toBe(ROWS);
    expect(new Set(times.values())).toEqual(new Set([2]));
  });

  it('stops where the epoch that a step ended in is gone', async () => {
    const first = await store.readSealed(id, 0, 2, null);
    expect(first?.next).not.toBeNull();
    await store.dropSealed(id, 1);
    expect(await store.readSealed(id, 0, 2, first?.next ?? null)).toBeNull();
  });
});

type Loaded = Awaited<ReturnType<RedisSpeedViewStore['load']>>;

const isOneMoment = (loaded: Loaded): boolean =>
  loaded !== null &&
  loaded.openRows.length === ROWS + 2 &&
  loaded.openRows
    .filter(({ dimensions }) => dimensions[0] === 'A' || dimensions[0] === 'Z')
    .every(({ parts }) => parts[0] === loaded.record.applied);
