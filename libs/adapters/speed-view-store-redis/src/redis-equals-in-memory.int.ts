import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compareText, rowKeyOf, type Scalar, type ViewRow } from '@twofold/core';
import { InMemorySpeedViewStore } from '@twofold/in-memory';
import type { SpeedRecordId, SpeedViewStore } from '@twofold/ports';
import { testServers } from '@twofold/testkit';
import fc from 'fast-check';
import { RedisSpeedViewStore } from './index.js';

const RUNS = 200;

const offset = fc.integer({ min: 0, max: 6 });
const text = fc.constantFrom('ATL', 'a"b', "it's", 'é,ü', '😀', '', '[1]', 'A', 'AT');
const dimension = fc.oneof(text, fc.constant(null), fc.integer(), fc.boolean());
const part = fc.oneof(fc.integer(), fc.constant(null), fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }), text);
const row: fc.Arbitrary<ViewRow> = fc.record({
  dimensions: fc.tuple(dimension, text),
  window: fc.integer({ min: -3, max: 100 }),
  parts: fc.array(part, { minLength: 2, maxLength: 2 }),
});
const pair = fc.record({ applied: offset, openStart: offset });
const wanted = fc.option(fc.array(dimension as fc.Arbitrary<Scalar>, { minLength: 1, maxLength: 2 }));
const selection = fc.record({
  dimensions: fc.tuple(wanted, wanted),
  fromWindow: fc.option(fc.integer({ min: -4, max: 50 })),
  toWindow: fc.option(fc.integer({ min: -3, max: 101 })),
});

type Step = (store: SpeedViewStore, id: SpeedRecordId) => Promise<unknown>;
const change = fc.record({
  applied: offset,
  appliedAtMs: fc.option(fc.nat()),
  deadLetters: fc.nat(3),
  rows: fc.array(row, { maxLength: 5 }),
});
/** Writes take the pair that stands (most of the time), else a random one. */
const expected = fc.option(pair, { freq: 3 });
const at = async (store: SpeedViewStore, id: SpeedRecordId, other: { applied: number; openStart: number } | null) =>
  other ?? (await store.probe(id)) ?? { applied: 0, openStart: 0 };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(expected, change).map(
    ([other, next]): Step =>
      async (store, id) =>
        store.commit(id, await at(store, id, other), next),
  ),
  expected.map(
    (other): Step =>
      async (store, id) =>
        store.seal(id, await at(store, id, other)),
  ),
  fc.tuple(expected, offset).map(
    ([other, cut]): Step =>
      async (store, id) =>
        store.reset(id, other ?? (await store.probe(id)), cut),
  ),
  offset.map(
    (cut): Step =>
      (store, id) =>
        store.dropSealed(id, cut),
  ),
  fc.constant<Step>((store, id) => store.sweep(id)),
  fc.constant<Step>((store, id) => store.probe(id)),
  fc.constant<Step>(async (store, id) => sorted(await store.load(id))),
  fc.tuple(offset, selection).map(
    ([from, rows]): Step =>
      async (store, id) =>
        sorted(await store.read(id, from, rows, 1000)),
  ),
);

function sorted(found: { record: unknown; rows?: readonly ViewRow[]; openRows?: readonly ViewRow[] } | null): unknown {
  const rows = [...(found?.rows ?? found?.openRows ?? [])];
  const byKey = (a: ViewRow, b: ViewRow): number =>
    compareText(rowKeyOf(a) + String(a.parts), rowKeyOf(b) + String(b.parts));
  return found === null ? null : [found.record, rows.sort(byKey)];
}

describe('RedisSpeedViewStore', () => {
  let redis: RedisSpeedViewStore;
  beforeAll(async () => {
    redis = await RedisSpeedViewStore.connect({ url: testServers().redisUrl, namespace: `test-${Date.now()}` });
  });
  afterAll(() => redis.close());

  it('does what the in-memory store does, whatever is asked of them', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        const memory = new InMemorySpeedViewStore();
        const id: SpeedRecordId = {
          view: { name: 'v', version: `${run++}` },
          partition: { stream: 's', partition: 0 },
        };
        for (const next of steps) expect(await next(redis, id)).toEqual(await next(memory, id));
      }),
      { numRuns: RUNS },
    );
  });
});
