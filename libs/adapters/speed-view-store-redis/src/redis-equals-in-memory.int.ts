import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  compareText,
  encodeParts,
  groupKeyOf,
  rowKeyOf,
  type RowSelection,
  type Scalar,
  type TwofoldError,
  type ViewRow,
} from '@twofold/core';
import { InMemorySpeedViewStore } from '@twofold/in-memory';
import type { RecordPair, SpeedRecord, SpeedRecordId, SpeedViewStore } from '@twofold/ports';
import { testServers } from '@twofold/testkit';
import fc from 'fast-check';
import { groupNameOf, valueText } from './group-name.js';
import { RedisSpeedViewStore } from './index.js';

/** Histories of some 20 steps: a few seconds. */
const RUNS = 400;
/** Of some 3,000 reads: with fewer that find rows, the histories have become too poor to show anything. */
const MIN_READS_WITH_ROWS = 400;
const MAX_DIMENSIONS = 3;

const offset = fc.integer({ min: 0, max: 8 });
const text = fc.oneof(
  fc.constantFrom('A', 'AT', 'ATL', 'a"b', "it's", 'é,ü', '😀', '', '[1]', '\x1f', ' '),
  fc.string(),
);
const big = fc.oneof(
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
);
const double = fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => value + 0); // JSON has no −0
const scalar: fc.Arbitrary<Scalar> = fc.oneof(text, fc.constant(null), fc.integer(), double, big, fc.boolean());
/** Few values, so that rows meet and selections find some. */
const dimension: fc.Arbitrary<Scalar> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('ATL', 'AT', null, 1, true) },
  scalar,
);

type Step =
  | {
      kind: 'commit';
      at: RecordPair | null;
      by: number;
      appliedAtMs: number | null;
      deadLetters: number;
      duplicates: number;
      held: number;
      rows: ViewRow[];
    }
  | { kind: 'seal'; at: RecordPair | null }
  | { kind: 'reset'; at: RecordPair | null; cut: number }
  | { kind: 'dropSealed'; cut: number }
  | { kind: 'readSealed'; from: number; to: number }
  | { kind: 'sweep' | 'probe' | 'load' }
  | {
      kind: 'read';
      from: number;
      wanted: (Scalar[] | null)[];
      fromWindow: number | null;
      toWindow: number | null;
      maxRows: number;
    };

/** null three times in four: no filter, no bound; as a writer's pair, the one that stands and not a stale one. */
const rarely = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });
const at = rarely(fc.record({ applied: offset, openStart: offset }));

const step = (dimensions: number): fc.Arbitrary<Step> => {
  const row: fc.Arbitrary<ViewRow> = fc.record({
    dimensions: fc.array(dimension, { minLength: dimensions, maxLength: dimensions }),
    window: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -200, max: 200 })),
    parts: fc.array(scalar, { minLength: 1, maxLength: 3 }),
  });
  const wanted = rarely(fc.array(dimension, { minLength: 1, maxLength: 3 }));
  const bound = rarely(fc.oneof(fc.integer({ min: -4, max: 4 }), fc.integer({ min: -210, max: 210 })));
  const commit = fc.record({
    kind: fc.constant('commit' as const),
    at,
    by: fc.integer({ min: 1, max: 3 }),
    appliedAtMs: fc.option(fc.nat()),
    deadLetters: fc.integer({ min: -3, max: 3 }),
    duplicates: fc.nat(3),
    held: fc.integer({ min: -3, max: 3 }),
    rows: fc.array(row, { maxLength: 8 }),
  });
  const read = fc.record({
    kind: fc.constant('read' as const),
    from: fc.oneof(fc.constant(0), offset),
    wanted: fc.array(wanted, { minLength: dimensions, maxLength: dimensions }),
    fromWindow: bound,
    toWindow: bound,
    maxRows: fc.oneof({ weight: 1, arbitrary: fc.nat(5) }, { weight: 3, arbitrary: fc.constant(1_000) }),
  });
  return fc.oneof(
    { weight: 8, arbitrary: commit },
    { weight: 8, arbitrary: read },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('seal' as const), at }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reset' as const), at, cut: offset }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('dropSealed' as const), cut: offset }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('readSealed' as const),
        from: offset,
        to: fc.integer({ min: 0, max: 40 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('sweep' as const, 'probe' as const, 'load' as const) }) },
  );
};
/** Most begin with a record, for most of the steps say nothing without one. */
const begin = rarely(fc.constant<Step>({ kind: 'probe' })).map(
  (none): Step => none ?? { kind: 'reset', at: null, cut: 0 },
);
const history = fc
  .nat(MAX_DIMENSIONS)
  .chain((dimensions) => fc.tuple(begin, fc.array(step(dimensions), { minLength: 1, maxLength: 40, size: 'max' })))
  .map(([first, steps]) => [first, ...steps]);

/** What a step comes to, in a form that can be compared. */
async function outcomeOf(store: SpeedViewStore, id: SpeedRecordId, step: Step): Promise<unknown> {
  const standing = async (pair: RecordPair | null) => pair ?? (await store.probe(id));
  const pairOrAny = async (pair: RecordPair | null) => (await standing(pair)) ?? { applied: 0, openStart: 0 };
  switch (step.kind) {
    case 'commit': {
      const expected = await pairOrAny(step.at);
      return store.commit(id, expected, { ...step, applied: expected.applied + step.by });
    }
    case 'seal':
      return store.seal(id, await pairOrAny(step.at));
    case 'reset':
      return store.reset(id, await standing(step.at), step.cut);
    case 'dropSealed':
      return store.dropSealed(id, step.cut);
    case 'sweep':
      return store.sweep(id);
    case 'probe':
      return store.probe(id);
    case 'load': {
      const loaded = await store.load(id);
      return loaded && [loaded.record, inOrder(loaded.openRows)];
    }
    case 'readSealed': {
      const read = await store.readSealed(id, step.from, step.to, null);
      return read && [read.record, inOrder(read.rows), read.next];
    }
    case 'read': {
      const { from, wanted, fromWindow, toWindow, maxRows } = step;
      const read = await store
        .read(id, from, { dimensions: wanted, fromWindow, toWindow, ...windowsOf(fromWindow, toWindow) }, maxRows)
        .catch((error: TwofoldError) => error.code);
      return typeof read === 'string' ? read : read && [read.record, inOrder(read.rows)];
    }
  }
}

/** The windows of a short range, for some of the ranges: a store may read by them, or by the range. */
function windowsOf(from: number | null, to: number | null): Pick<RowSelection, 'windows'> {
  if (from === null || to === null || from % 3 === 0) return {};
  return { windows: Array.from({ length: Math.max(to - from, 0) }, (_, index) => from + index) };
}

const inOrder = (rows: readonly ViewRow[]): readonly ViewRow[] =>
  [...rows].sort((a, b) => compareText(rowKeyOf(a) + encodeParts(a.parts), rowKeyOf(b) + encodeParts(b.parts)));

const isContiguous = ({ epochs }: SpeedRecord): boolean =>
  epochs.every(({ end }, index) => end === (epochs[index + 1]?.start ?? null));

describe('RedisSpeedViewStore', () => {
  let redis: RedisSpeedViewStore;
  beforeAll(async () => {
    redis = await RedisSpeedViewStore.connect({ url: testServers().redisUrl, namespace: `test-${randomUUID()}` });
  });
  afterAll(() => redis.close());

  it('does what the in-memory store does, whatever is asked of them, and epochs stay contiguous', async () => {
    let run = 0;
    let readsWithRows = 0;
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const memory = new InMemorySpeedViewStore();
        const id = { view: { name: 'v', version: `${run++}` }, partition: { stream: 's', partition: 0 } };
        for (const each of steps) {
          const expected = await outcomeOf(memory, id, each);
          expect(await outcomeOf(redis, id, each)).toEqual(expected);
          if (each.kind === 'read' && Array.isArray(expected) && expected[1].length > 0) readsWithRows += 1;
          const { record } = (await memory.load(id)) ?? {};
          expect(record === undefined || isContiguous(record)).toBe(true);
        }
      }),
      { numRuns: RUNS },
    );
    expect(readsWithRows).toBeGreaterThan(MIN_READS_WITH_ROWS);
  });

  it('names groups apart exactly where their dimensions differ', () => {
    const dimensions = fc.array(dimension, { maxLength: MAX_DIMENSIONS });
    fc.assert(
      fc.property(dimensions, dimensions, (a, b) => {
        expect(groupNameOf(a) === groupNameOf(b)).toBe(groupKeyOf(a) === groupKeyOf(b));
        expect(a.map(valueText)).toEqual(a.map((value) => groupKeyOf([value]).slice(1, -1)));
      }),
    );
  });
});
