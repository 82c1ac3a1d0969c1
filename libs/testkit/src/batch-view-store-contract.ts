import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  compareRows,
  rowKeyOf,
  type OffsetVector,
  type RowOrder,
  type RowSelection,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { BatchViewStore, Boundaries, Generation } from '@twofold/ports';
import fc from 'fast-check';
import { HARD_DOUBLES, HARD_INTS, HARD_TEXTS, orderOf, thingRow, thingRows, thingSelection } from './thing-rows.js';
import { thingsView, totalsView, uniqueWord } from './things-view.js';

export type BatchViewStoreWorld = {
  readonly store: BatchViewStore;
  readonly boundaries: Boundaries;
  close(): Promise<void>;
};

const EVERYTHING: RowSelection = { dimensions: [], fromWindow: null, toWindow: null };
const BY_WINDOW: RowOrder = { by: { kind: 'window' }, descending: false };
const SUMMARY = { deadLetters: 2, appliedAtMs: 1_000 };
const PARTITIONS = 2;
const HOUR_MS = 3_600_000;
/** Cases of a property: each loads a generation of its own. */
const RUNS = 40;

/** What every implementation of {@link BatchViewStore} must do. */
export function batchViewStoreContract(name: string, setup: () => Promise<BatchViewStoreWorld>): void {
  describe(`batch view store: ${name}`, () => {
    let world: BatchViewStoreWorld;
    let store: BatchViewStore;
    beforeAll(async () => {
      world = await setup();
      store = world.store;
    });
    afterAll(() => world.close());

    const registered = async (plan: ViewPlan = thingsView()): Promise<ViewPlan> => {
      await store.register(plan, { [plan.event.stream]: PARTITIONS });
      return plan;
    };
    /** Records the boundaries of the cuts up to this one, so that a generation may be built of it. */
    const cutOf = async ({ id, event }: ViewPlan, number: number): Promise<OffsetVector> => {
      const { stream } = event;
      for (let cut = 1; cut <= number; cut++) {
        for (let partition = 0; partition < PARTITIONS; partition++) {
          await world.boundaries.propose(id, cut, { stream, partition }, cut * 10);
        }
      }
      return (await world.boundaries.vectorOf(id, number)) ?? {};
    };
    const load = async (plan: ViewPlan, number: number, rows: readonly ViewRow[] = []): Promise<Generation> =>
      store.load(plan, number, await cutOf(plan, number), chunksOf(rows), SUMMARY);
    const publish = async (plan: ViewPlan, number: number, rows: readonly ViewRow[] = []): Promise<void> => {
      await load(plan, number, rows);
      expect(await store.publish(plan.id, number)).toBe(true);
    };
    const everything = (plan: ViewPlan, number: number): Promise<readonly ViewRow[] | null> =>
      store.read(plan, number, EVERYTHING, BY_WINDOW, 1_000_000);
    const loadedWith = async (rows: readonly ViewRow[]): Promise<ViewPlan> => {
      const plan = await registered();
      await load(plan, 1, rows);
      return plan;
    };

    describe('registering a view', () => {
      it('makes it known, with the empty generation at the start of the log', async () => {
        const plan = await registered();
        expect(await store.published(plan.id)).toEqual({
          view: plan.id,
          number: 0,
          cut: { [plan.event.stream]: [0, 0] },
          rowCount: 0,
          deadLetters: 0,
          appliedAtMs: null,
          publishedAtMs: null,
        });
        expect(await store.history(plan.id, 10)).toEqual([]);
        expect(await everything(plan, 0)).toEqual([]);
        expect(await store.readKeys(plan, 0, [thing({})])).toEqual([]);
      });

      it('leaves a view that nobody registered unknown', async () => {
        const { id } = thingsView();
        expect(await store.published(id)).toBeNull();
        expect(await store.history(id, 10)).toEqual([]);
        expect(await store.publish(id, 1)).toBe(false);
        expect(await store.dropSuperseded(id, 0)).toBe(0);
      });

      it('again changes nothing', async () => {
        const plan = await registered();
        await publish(plan, 1);
        await registered(plan);
        expect(await store.published(plan.id)).toMatchObject({ number: 1 });
      });

      it('by many at once is the same as once', async () => {
        const plan = thingsView();
        await Promise.all(Array.from({ length: 8 }, () => registered(plan)));
        expect(await store.published(plan.id)).toMatchObject({ number: 0 });
      });

      it('is refused when a stream has another number of partitions than before', async () => {
        const plan = await registered();
        const counts = { [plan.event.stream]: PARTITIONS + 1 };
        await expect(store.register(plan, counts)).rejects.toMatchObject({ code: 'partitions-changed' });
        expect(await store.published(plan.id)).toMatchObject({ cut: { [plan.event.stream]: [0, 0] } });
      });

      it('is refused when another view saw the stream with another number of partitions, and registers nothing', async () => {
        const stream = uniqueWord();
        await registered(thingsView(stream));
        const other = thingsView(stream);
        const counts = { [stream]: PARTITIONS + 1, [uniqueWord()]: 1 };
        await expect(store.register(other, counts)).rejects.toMatchObject({ code: 'partitions-changed' });
        expect(await store.published(other.id)).toBeNull();
      });
    });

    describe('loading a generation', () => {
      it('registers it complete, and does not publish it', async () => {
        const plan = await registered();
        const generation = await load(plan, 1, [thing({ name: 'a' }), thing({ name: 'b' })]);
        expect(generation).toEqual({
          view: plan.id,
          number: 1,
          cut: { [plan.event.stream]: [10, 10] },
          rowCount: 2,
          deadLetters: 2,
          appliedAtMs: 1_000,
          publishedAtMs: null,
        });
        expect(await store.published(plan.id)).toMatchObject({ number: 0 });
        expect(await everything(plan, 1)).toHaveLength(2);
      });

      it('of no rows is a generation too', async () => {
        const plan = await registered();
        expect(await load(plan, 1)).toMatchObject({ rowCount: 0 });
        expect(await everything(plan, 1)).toEqual([]);
      });

      it('keeps every value as it is', async () => {
        const rows = [
          ...HARD_TEXTS.map((name) => thing({ name, firstName: name })),
          ...HARD_INTS.map((size) => thing({ size, totalSize: size })),
          ...HARD_DOUBLES.map((weight) => thing({ name: `weighs ${weight}`, greatestWeight: weight })),
          thing({ name: null, size: 7, isRed: true }),
        ];
        const unique = [...new Map(rows.map((row) => [rowKeyOf(row), row])).values()];
        const plan = await loadedWith(unique);
        expect(byKey(await everything(plan, 1))).toEqual(byKey(unique));
      });

      it('of many rows is complete', async () => {
        const rows = Array.from({ length: 20_000 }, (_, index) => thing({ name: `thing ${index}`, window: index % 7 }));
        const plan = await loadedWith(rows);
        expect(byKey(await everything(plan, 1))).toEqual(byKey(rows));
      });

      it('of a view without dimensions has a row per window', async () => {
        const plan = await registered(totalsView());
        const rows = [1, 2, 3].map((window) => ({ dimensions: [], window, parts: [window] }));
        await load(plan, 1, rows);
        expect(await everything(plan, 1)).toEqual(rows);
        expect(await store.readKeys(plan, 1, rows.slice(1, 2))).toEqual(rows.slice(1, 2));
      });

      it('again reads no rows and gives what is registered', async () => {
        const plan = await registered();
        const first = await load(plan, 1, [thing({ name: 'a' })]);
        const again = await store.load(plan, 1, await cutOf(plan, 1), failingAfter([]), {
          deadLetters: 9,
          appliedAtMs: 9,
        });
        expect(again).toEqual(first);
        expect(await everything(plan, 1)).toHaveLength(1);
      });

      it('that fails half-way registers nothing; the next attempt stands alone', async () => {
        const plan = await registered();
        const cut = await cutOf(plan, 1);
        const lost = Array.from({ length: 5_000 }, (_, index) => thing({ name: `lost ${index}` }));
        const broken = store.load(plan, 1, cut, failingAfter(lost), SUMMARY);
        await expect(broken).rejects.toThrow('the engine broke');
        expect(await store.history(plan.id, 10)).toEqual([]);
        expect(await store.publish(plan.id, 1)).toBe(false);
        expect(await everything(plan, 1)).toBeNull();

        const rows = [thing({ name: 'kept' })];
        expect(await load(plan, 1, rows)).toMatchObject({ number: 1, rowCount: 1 });
        expect(await everything(plan, 1)).toEqual(rows);
      });

      it('is refused when a row comes twice', async () => {
        const plan = await registered();
        const twice = [thing({ name: null, parts: 1 }), thing({ name: null, parts: 2 })];
        await expect(load(plan, 1, twice)).rejects.toMatchObject({ code: 'internal' });
        expect(await store.history(plan.id, 10)).toEqual([]);
      });

      it('by two at once gives both the same generation, with its rows once', async () => {
        const plan = await registered();
        const rows = Array.from({ length: 500 }, (_, index) => thing({ name: `thing ${index}` }));
        const [one, other] = await Promise.all([load(plan, 1, rows), load(plan, 1, rows)]);
        expect(one).toEqual(other);
        expect(byKey(await everything(plan, 1))).toEqual(byKey(rows));
      });
    });

    describe('publishing', () => {
      it('moves the pointer on by one, to what is registered', async () => {
        const plan = await registered();
        expect(await store.publish(plan.id, 1)).toBe(false);
        await load(plan, 2);
        expect(await store.publish(plan.id, 2)).toBe(false);
        await publish(plan, 1, [thing({})]);
        expect(await store.published(plan.id)).toMatchObject({
          number: 1,
          rowCount: 1,
          cut: { [plan.event.stream]: [10, 10] },
        });
        expect(await store.publish(plan.id, 2)).toBe(true);
        expect(await store.published(plan.id)).toMatchObject({ number: 2 });
      });

      it('says when', async () => {
        const plan = await registered();
        await publish(plan, 1);
        const { publishedAtMs } = (await store.published(plan.id)) ?? { publishedAtMs: null };
        expect(Math.abs(Date.now() - (publishedAtMs ?? 0))).toBeLessThan(HOUR_MS);
        expect(await store.load(plan, 1, await cutOf(plan, 1), chunksOf([]), SUMMARY)).toMatchObject({ publishedAtMs });
      });

      it('happens once, however many try, and never goes back', async () => {
        const plan = await registered();
        await load(plan, 1);
        const tries = await Promise.all(Array.from({ length: 20 }, () => store.publish(plan.id, 1)));
        expect(tries.filter((moved) => moved)).toHaveLength(1);
        await publish(plan, 2);
        expect(await store.publish(plan.id, 1)).toBe(false);
        expect(await store.publish(plan.id, 0)).toBe(false);
        expect(await store.published(plan.id)).toMatchObject({ number: 2 });
      });

      it('leaves a history, newest first', async () => {
        const plan = await registered();
        for (const number of [1, 2, 3]) await publish(plan, number);
        const numbers = async (limit: number) => (await store.history(plan.id, limit)).map(({ number }) => number);
        expect(await numbers(10)).toEqual([3, 2, 1]);
        expect(await numbers(2)).toEqual([3, 2]);
      });

      it('is for each view alone', async () => {
        const [one, other] = [await registered(), await registered()];
        await publish(one, 1);
        expect(await store.published(other.id)).toMatchObject({ number: 0 });
      });
    });

    describe('dropping what was superseded', () => {
      it('keeps the published generation and the one before, and what was superseded a moment ago', async () => {
        const plan = await registered();
        for (const number of [1, 2, 3, 4]) await publish(plan, number, [thing({ size: number })]);
        expect(await store.dropSuperseded(plan.id, HOUR_MS)).toBe(0);
        expect(await everything(plan, 1)).toHaveLength(1);

        expect(await store.dropSuperseded(plan.id, 0)).toBe(2);
        expect(await everything(plan, 3)).toHaveLength(1);
        expect(await everything(plan, 4)).toHaveLength(1);
        expect(await store.dropSuperseded(plan.id, 0)).toBe(0);
      });

      it('tells readers to start again', async () => {
        const plan = await registered();
        for (const number of [1, 2, 3]) await publish(plan, number, [thing({})]);
        expect(await everything(plan, 1)).toHaveLength(1);
        await store.dropSuperseded(plan.id, 0);
        expect(await everything(plan, 1)).toBeNull();
        expect(await store.readKeys(plan, 1, [thing({})])).toBeNull();
        expect(await everything(plan, 0)).toEqual([]);
        expect(await store.history(plan.id, 10)).toHaveLength(3);
      });

      it('never gives a reader anything but all rows, or null', async () => {
        const plan = await registered();
        const rows = Array.from({ length: 300 }, (_, index) => thing({ name: `thing ${index}` }));
        for (const number of [1, 2, 3]) await publish(plan, number, rows);
        const readers = Array.from({ length: 30 }, () => everything(plan, 1));
        const [dropped, ...seen] = await Promise.all([store.dropSuperseded(plan.id, 0), ...readers]);
        const lengths = new Set(seen.map((found) => (found as readonly ViewRow[] | null)?.length ?? null));
        expect([...lengths].filter((length) => length !== null && length !== rows.length)).toEqual([]);
        expect(dropped).toBe(1);
      });
    });

    describe('reading', () => {
      const rows = [
        thing({ name: 'a', window: 1, things: 3 }),
        thing({ name: 'b', window: 1, things: 1 }),
        thing({ name: null, window: 2, things: 2 }),
        thing({ name: 'a', window: 3, things: 5 }),
      ];
      const names = (found: readonly ViewRow[] | null) =>
        found?.map(({ dimensions, window }) => [dimensions[0], window]);

      it('selects by values of dimensions, null among them, and by windows from and to', async () => {
        const plan = await loadedWith(rows);
        const read = async (selection: Partial<RowSelection>) =>
          names(await store.read(plan, 1, { ...EVERYTHING, ...selection }, BY_WINDOW, 100));
        expect(await read({ dimensions: [['a']] })).toEqual([
          ['a', 1],
          ['a', 3],
        ]);
        expect(await read({ dimensions: [['b', null]] })).toEqual([
          ['b', 1],
          [null, 2],
        ]);
        expect(await read({ dimensions: [[null]] })).toEqual([[null, 2]]);
        expect(await read({ dimensions: [[]] })).toEqual([]);
        expect(await read({ fromWindow: 1, toWindow: 3 })).toEqual([
          ['a', 1],
          ['b', 1],
          [null, 2],
        ]);
        expect(await read({ fromWindow: 3 })).toEqual([['a', 3]]);
        expect(await read({ toWindow: 1 })).toEqual([]);
      });

      it('orders by window, dimension or measure, nulls last either way, ties by window and dimensions', async () => {
        const plan = await loadedWith(rows);
        const read = async (by: RowOrder['by'], descending: boolean) =>
          names(await store.read(plan, 1, EVERYTHING, { by, descending }, 100));
        expect(await read({ kind: 'window' }, true)).toEqual([
          ['a', 3],
          [null, 2],
          ['a', 1],
          ['b', 1],
        ]);
        expect(await read({ kind: 'dimension', index: 0 }, false)).toEqual([
          ['a', 1],
          ['a', 3],
          ['b', 1],
          [null, 2],
        ]);
        expect(await read({ kind: 'dimension', index: 0 }, true)).toEqual([
          ['b', 1],
          ['a', 1],
          ['a', 3],
          [null, 2],
        ]);
        expect(await read({ kind: 'measure', index: 0 }, true)).toEqual([
          ['a', 3],
          ['a', 1],
          [null, 2],
          ['b', 1],
        ]);
      });

      it('orders text by code point', async () => {
        const texts = ['\u{10000}', '\u{ffff}', 'ä', 'a', 'B', ''];
        const plan = await loadedWith(texts.map((name) => thing({ name })));
        const order: RowOrder = { by: { kind: 'dimension', index: 0 }, descending: false };
        const found = await store.read(plan, 1, EVERYTHING, order, 100);
        expect(found?.map(({ dimensions }) => dimensions[0])).toEqual([...texts].reverse());
      });

      it('takes at most the limit, and goes on after a row, be it there or not', async () => {
        const plan = await loadedWith(rows);
        expect(names(await store.read(plan, 1, EVERYTHING, BY_WINDOW, 2))).toEqual([
          ['a', 1],
          ['b', 1],
        ]);
        const after = thing({ name: 'aa', window: 1 });
        expect(names(await store.read(plan, 1, EVERYTHING, BY_WINDOW, 2, after))).toEqual([
          ['b', 1],
          [null, 2],
        ]);
      });

      it('of a generation that was never registered is as of a dropped one', async () => {
        const plan = await registered();
        expect(await everything(plan, 7)).toBeNull();
        expect(await store.readKeys(plan, 7, [thing({})])).toBeNull();
      });

      it('gives the selected rows in the order, page by page, whatever they are', async () => {
        const plan = thingsView();
        await registered(plan);
        let number = 0;
        const cases = fc.asyncProperty(
          thingRows,
          fc.array(fc.tuple(thingSelection, orderOf(plan), fc.integer({ min: 1, max: 9 }), fc.option(thingRow)), {
            minLength: 1,
            maxLength: 6,
          }),
          async (all, queries) => {
            number += 1;
            await load(plan, number, all);
            for (const [selection, order, limit, from] of queries) {
              const compare = compareRows(plan, order);
              const expected = all
                .filter((row) => isSelected(row, selection))
                .filter((row) => from === null || compare(row, from) > 0)
                .sort(compare);
              const found: ViewRow[] = [];
              for (let after: ViewRow | undefined = from ?? undefined; ; after = found.at(-1)) {
                const page = await store.read(plan, number, selection, order, limit, after);
                found.push(...(page ?? []));
                if (page === null || page.length < limit) break;
              }
              expect(found).toEqual(expected);
            }
          },
        );
        await fc.assert(cases, { numRuns: RUNS });
      });
    });

    describe('looking rows up by key', () => {
      it('finds exactly those, whatever they are', async () => {
        const plan = await registered();
        let number = 0;
        const cases = fc.asyncProperty(
          thingRows,
          fc.array(thingRow, { maxLength: 5 }),
          fc.nat(),
          async (all, others, seed) => {
            number += 1;
            await load(plan, number, all);
            const wanted = all.filter((_, index) => (index + seed) % 3 !== 0);
            const keys = [...wanted, ...others, ...wanted.slice(0, 2)].map(({ dimensions, window }) => ({
              dimensions,
              window,
            }));
            const asked = new Set(keys.map(rowKeyOf));
            const expected = all.filter((row) => asked.has(rowKeyOf(row)));
            const found = (await store.readKeys(plan, number, keys)) ?? [];
            expect(found).toHaveLength(expected.length);
            expect(byKey(found)).toEqual(byKey(expected));
          },
        );
        await fc.assert(cases, { numRuns: RUNS });
      });

      it('takes 10,000 keys at once, and no more', async () => {
        const rows = Array.from({ length: 10_001 }, (_, index) =>
          thing({ name: index % 2 === 0 ? `thing ${index}` : null, size: index }),
        );
        const plan = await loadedWith(rows);
        expect(await store.readKeys(plan, 1, rows.slice(1))).toHaveLength(10_000);
        await expect(store.readKeys(plan, 1, rows)).rejects.toMatchObject({ code: 'answer-too-large' });
      });

      it('finds nothing for no keys', async () => {
        const plan = await loadedWith([thing({})]);
        expect(await store.readKeys(plan, 1, [])).toEqual([]);
      });
    });
  });
}

type Thing = Readonly<{
  name: string | null;
  size: number | bigint;
  isRed: boolean | null;
  window: number;
  things: number;
  totalSize: number | bigint;
  firstName: string | null;
  greatestWeight: number | null;
  parts: number;
}>;

/** A row of the things view. */
function thing({ parts = 0, ...given }: Partial<Thing>): ViewRow {
  const { name = 'a thing', size = 1, isRed = null, window = 0 } = given;
  const { things = 1, totalSize = 1, firstName = null, greatestWeight = null } = given;
  return {
    dimensions: [name, size, isRed, null],
    window,
    parts: [things, totalSize, firstName, greatestWeight, isRed, null, parts, 0],
  };
}

const byKey = (rows: readonly ViewRow[] | null): ReadonlyMap<string, ViewRow> =>
  new Map((rows ?? []).map((row) => [rowKeyOf(row), row]));

const isSelected = ({ dimensions, window }: ViewRow, selection: RowSelection): boolean =>
  dimensions.every((value, index) => selection.dimensions[index]?.includes(value) ?? true) &&
  window >= (selection.fromWindow ?? -Infinity) &&
  window < (selection.toWindow ?? Infinity);

const CHUNK = 700;

async function* chunksOf(rows: readonly ViewRow[]): AsyncGenerator<readonly ViewRow[]> {
  for (let start = 0; start < rows.length; start += CHUNK) yield rows.slice(start, start + CHUNK);
}

async function* failingAfter(rows: readonly ViewRow[]): AsyncGenerator<readonly ViewRow[]> {
  yield* chunksOf(rows);
  throw new Error('the engine broke');
}
