import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineStream, rowKeyOf, type ViewRow } from '@twofold/core';
import type { BatchViewStore } from '@twofold/ports';
import { batchViewMergeContract } from './batch-view-merge-contract.js';
import { batchViewRowsContract } from './batch-view-rows-contract.js';
import { HARD_DOUBLES, HARD_INTS, HARD_TEXTS } from './thing-rows.js';
import { PARTITIONS, SUMMARY, chunksOf, thingsGenerations, type BatchViewStoreWorld } from './things-generations.js';
import { thingsView, totalsView, twoStreamsView, uniqueWord } from './things-view.js';
import { byKey, streamOf, thing } from './things.js';

const HOUR_MS = 3_600_000;

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
    const { registered, cutOf, load, publish, everything, loadedWith } = thingsGenerations(() => world);

    describe('fixing a stream', () => {
      it('writes down what it is declared with, once, and refuses anything else from then on', async () => {
        const plan = await registered();
        const name = streamOf(plan);
        const stream = defineStream({ name, duplicates: { withinMs: 60_000, withinRecords: 500 } });
        await Promise.all([store.fixStream(stream), store.fixStream(stream)]);
        await store.fixStream(stream);
        for (const duplicates of [
          { withinMs: 60_001, withinRecords: 500 },
          { withinMs: 60_000, withinRecords: 0 },
        ])
          await expect(store.fixStream(defineStream({ name, duplicates }))).rejects.toMatchObject({
            code: 'stream-changed',
          });
        await store.fixStream(stream);
        const holding = store.fixStream(defineStream({ ...stream, deadLetters: 'hold' }));
        await expect(holding).rejects.toMatchObject({ code: 'stream-changed' });
      });
    });

    describe('registering a view', () => {
      it('makes it known, with the empty generation at the start of the log', async () => {
        const plan = await registered();
        expect(await store.published(plan.id)).toEqual({
          view: plan.id,
          number: 0,
          cut: { [streamOf(plan)]: [0, 0] },
          rowCount: 0,
          deadLetters: 0,
          duplicates: 0,
          held: 0,
          appliedAtMs: null,
          publishedAtMs: null,
          madeBy: null,
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
        expect(await store.dropSuperseded(id, 0, [])).toBe(0);
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

      it('that reads several streams has a cut over all of them', async () => {
        const plan = await registered(twoStreamsView());
        const [first = '', second = ''] = plan.streams;
        expect(await store.published(plan.id)).toMatchObject({ cut: { [first]: [0, 0], [second]: [0, 0] } });
        await publish(plan, 1, [{ dimensions: ['a'], window: 0, parts: [1] }]);
        expect(await store.published(plan.id)).toMatchObject({ cut: { [first]: [10, 10], [second]: [10, 10] } });
        expect(await everything(plan, 1)).toHaveLength(1);
      });

      it('is refused when a stream has another number of partitions than before', async () => {
        const plan = await registered();
        const counts = { [streamOf(plan)]: PARTITIONS + 1 };
        await expect(store.register(plan, counts)).rejects.toMatchObject({ code: 'partitions-changed' });
        expect(await store.published(plan.id)).toMatchObject({ cut: { [streamOf(plan)]: [0, 0] } });
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
          cut: { [streamOf(plan)]: [10, 10] },
          rowCount: 2,
          deadLetters: 2,
          duplicates: 3,
          held: 4,
          appliedAtMs: 1_000,
          publishedAtMs: null,
          madeBy: 'naive',
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
          duplicates: 9,
          held: 9,
          appliedAtMs: 9,
          madeBy: 'another',
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
        const twice = [thing({ name: null, things: 1 }), thing({ name: null, things: 2 })];
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
          cut: { [streamOf(plan)]: [10, 10] },
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
        expect(await store.dropSuperseded(plan.id, HOUR_MS, [])).toBe(0);
        expect(await everything(plan, 1)).toHaveLength(1);

        expect(await store.dropSuperseded(plan.id, 0, [])).toBe(2);
        expect(await everything(plan, 3)).toHaveLength(1);
        expect(await everything(plan, 4)).toHaveLength(1);
        expect(await store.dropSuperseded(plan.id, 0, [])).toBe(0);
      });

      it('keeps those that it is told to', async () => {
        const plan = await registered();
        for (const number of [1, 2, 3, 4]) await publish(plan, number, [thing({ size: number })]);
        expect(await store.dropSuperseded(plan.id, 0, [1, 3])).toBe(1);
        expect(await everything(plan, 1)).toHaveLength(1);
        expect(await everything(plan, 2)).toBeNull();
        expect(await store.dropSuperseded(plan.id, 0, [])).toBe(1);
        expect(await everything(plan, 1)).toBeNull();
      });

      it('tells readers to start again', async () => {
        const plan = await registered();
        for (const number of [1, 2, 3]) await publish(plan, number, [thing({})]);
        expect(await everything(plan, 1)).toHaveLength(1);
        await store.dropSuperseded(plan.id, 0, []);
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
        const [dropped, ...seen] = await Promise.all([store.dropSuperseded(plan.id, 0, []), ...readers]);
        const lengths = new Set(seen.map((found) => (found as readonly ViewRow[] | null)?.length ?? null));
        expect([...lengths].filter((length) => length !== null && length !== rows.length)).toEqual([]);
        expect(dropped).toBe(1);
      });
    });

    batchViewRowsContract(() => world);
    batchViewMergeContract(() => world);
  });
}

async function* failingAfter(rows: readonly ViewRow[]): AsyncGenerator<readonly ViewRow[]> {
  yield* chunksOf(rows);
  throw new Error('the engine broke');
}
