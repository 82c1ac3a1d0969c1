import { describe, expect, it } from '@jest/globals';
import {
  BEYOND,
  compareRowPlaces,
  compareRows,
  meets,
  placeOf,
  rollUpRows,
  rowKeyOf,
  type CompareOperator,
  type Having,
  type RollUp,
  type RowOrder,
  type RowSelection,
  type Scalar,
  type ViewPlan,
  type ViewRow,
  type Window,
} from '@twofold/core';
import fc from 'fast-check';
import { havingOf, orderOf, rollUpOf, rowOf, rowsOf, selectionOf } from './thing-rows.js';
import { BY_WINDOW, EVERYTHING, thingsGenerations, type BatchViewStoreWorld } from './things-generations.js';
import { byKey, isSelected, measureNamed, partOfMeasure, thing } from './things.js';
import { totalsView } from './things-view.js';
import { visit, visitsProjection } from './visits-projection.js';

const DAY_MS = 86_400_000;
const MONTHLY: Window = { kind: 'tumbling', unit: 'month', timeZone: 'UTC' };
const ALL_TIME: Window = { kind: 'tumbling', unit: 'all', timeZone: 'UTC' };
/** Cases of a property: each loads a generation of its own. */
const RUNS = 100;

/** How the rows of a generation are read, rolled up and looked up: part of the contract of `BatchViewStore`. */
export function batchViewRowsContract(worldNow: () => BatchViewStoreWorld): void {
  const { registered, load, publish, read, everything, loadedWith } = thingsGenerations(worldNow);

  describe('reading', () => {
    const rows = [
      thing({ name: 'a', window: 1, things: 3 }),
      thing({ name: 'b', window: 1, things: 1 }),
      thing({ name: null, window: 2, things: 2 }),
      thing({ name: 'a', window: 3, things: 5 }),
    ];
    const names = (found: readonly ViewRow[] | null) => found?.map(({ dimensions, window }) => [dimensions[0], window]);

    it('selects by values of dimensions, null among them, and by windows from and to', async () => {
      const plan = await loadedWith(rows);
      const select = async (selection: Partial<RowSelection>) =>
        names(await read(plan, 1, { selection: { ...EVERYTHING, ...selection } }));
      expect(await select({ dimensions: [['a']] })).toEqual([
        ['a', 1],
        ['a', 3],
      ]);
      expect(await select({ dimensions: [['b', null]] })).toEqual([
        ['b', 1],
        [null, 2],
      ]);
      expect(await select({ dimensions: [[null]] })).toEqual([[null, 2]]);
      expect(await select({ dimensions: [[]] })).toEqual([]);
      expect(await select({ fromWindow: 1, toWindow: 3 })).toEqual([
        ['a', 1],
        ['b', 1],
        [null, 2],
      ]);
      expect(await select({ fromWindow: 3 })).toEqual([['a', 3]]);
      expect(await select({ toWindow: 1 })).toEqual([]);
    });

    it('orders by window, dimension or measure, nulls last either way, ties by window and dimensions', async () => {
      const plan = await loadedWith(rows);
      const ordered = async (by: RowOrder['by'], descending: boolean) =>
        names(await read(plan, 1, { order: { by, descending } }));
      expect(await ordered({ kind: 'window' }, true)).toEqual([
        ['a', 3],
        [null, 2],
        ['a', 1],
        ['b', 1],
      ]);
      expect(await ordered({ kind: 'dimension', index: 0 }, false)).toEqual([
        ['a', 1],
        ['a', 3],
        ['b', 1],
        [null, 2],
      ]);
      expect(await ordered({ kind: 'dimension', index: 0 }, true)).toEqual([
        ['b', 1],
        ['a', 1],
        ['a', 3],
        [null, 2],
      ]);
      expect(await ordered({ kind: 'measure', index: 0 }, true)).toEqual([
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
      const found = await read(plan, 1, { order });
      expect(found?.map(({ dimensions }) => dimensions[0])).toEqual([...texts].reverse());
    });

    it('orders by a measure that is made of several parts, and of states that hold many values', async () => {
      const sized = (name: string, names: string, sizeSum: number, ages: number): ViewRow =>
        thing({ name, measures: { names: [names], averageAge: [sizeSum, ages] } });
      const plan = await loadedWith([
        sized('none', '[]', 0, 0),
        sized('two', '["x","y"]', 10, 4),
        sized('three', '["x","y","z"]', 9, 4),
        sized('more', BEYOND, -1, 1),
      ]);
      const by = async (measure: string, descending: boolean) =>
        names(await read(plan, 1, { order: { by: measureNamed(plan, measure), descending } }))?.map(([name]) => name);
      expect(await by('averageAge', false)).toEqual(['more', 'three', 'two', 'none']);
      expect(await by('averageAge', true)).toEqual(['two', 'three', 'more', 'none']);
      expect(await by('names', true)).toEqual(['more', 'three', 'two', 'none']);
    });

    it('has the states of a projection, chosen and in order by what it presents', async () => {
      const plan = await registered(visitsProjection());
      const rows = [visit('ann', 12, 'b'), visit('bob', 3), visit('cid', 20, 'a')];
      await load(plan, 1, rows);
      expect(byKey(await everything(plan, 1))).toEqual(byKey(rows));
      const by = async (measure: string, having: readonly Having[] = []) =>
        (await read(plan, 1, { order: { by: measureNamed(plan, measure), descending: true }, having }))?.map(
          ({ dimensions }) => dimensions[0],
        );
      expect(await by('times')).toEqual(['cid', 'ann', 'bob']);
      expect(await by('said')).toEqual(['ann', 'cid', 'bob']);
      expect(await by('times', [{ measure: 0, operator: 'lt', value: 20 }])).toEqual(['ann', 'bob']);
      expect(await worldNow().store.readKeys(plan, 1, [visit('bob', 0)])).toEqual([visit('bob', 3)]);
    });

    it('takes at most the limit, and goes on after a place, be a row there or not', async () => {
      const plan = await loadedWith(rows);
      expect(names(await read(plan, 1, { limit: 2 }))).toEqual([
        ['a', 1],
        ['b', 1],
      ]);
      const after = placeOf(plan, BY_WINDOW, thing({ name: 'aa', window: 1 }));
      expect(names(await read(plan, 1, { limit: 2, after }))).toEqual([
        ['b', 1],
        [null, 2],
      ]);
    });

    it('keeps the rows whose measures meet the conditions; null meets none', async () => {
      const plan = await loadedWith(rows);
      const having = async (measure: string, operator: CompareOperator, value: Having['value']) =>
        names(await read(plan, 1, { having: [{ measure: measureNamed(plan, measure).index, operator, value }] }));
      expect(await having('things', 'ge', 3)).toEqual([
        ['a', 1],
        ['a', 3],
      ]);
      expect(await having('things', 'lt', 2)).toEqual([['b', 1]]);
      expect(await having('things', 'ne', 2n ** 80n)).toHaveLength(4);
      expect(await having('greatestWeight', 'ne', 1)).toEqual([]);
      expect(await having('averageAge', 'ne', 1)).toEqual([]);
      expect(await having('firstName', 'ne', 'x')).toEqual([]);
    });

    it('of a generation that was never registered is as of a dropped one', async () => {
      const plan = await registered();
      expect(await everything(plan, 7)).toBeNull();
      expect(await worldNow().store.readKeys(plan, 7, [thing({})])).toBeNull();
      expect(await worldNow().store.rollUp(plan, 7, EVERYTHING, { window: null, dimensions: [] }, 10)).toBeNull();
    });

    it('gives the selected rows that meet the conditions in the order, page by page, whatever they are', async () => {
      const plan = await registered();
      let number = 0;
      const query = fc.record({
        selection: selectionOf(plan),
        having: havingOf(plan),
        order: orderOf(plan),
        limit: fc.integer({ min: 1, max: 9 }),
        from: fc.option(rowOf(plan)),
      });
      const cases = fc.asyncProperty(
        rowsOf(plan),
        fc.array(query, { minLength: 1, maxLength: 6 }),
        async (all, queries) => {
          number += 1;
          await load(plan, number, all);
          for (const { selection, having, order, limit, from } of queries) {
            const first = from === null ? null : placeOf(plan, order, from);
            const compare = compareRowPlaces(order);
            const expected = all
              .filter((row) => isSelected(row, selection) && meets(plan, row, having))
              .filter((row) => first === null || compare(placeOf(plan, order, row), first) > 0)
              .sort(compareRows(plan, order));
            const found: ViewRow[] = [];
            for (let after = first; ;) {
              const page = await read(plan, number, { selection, having, order, limit, after });
              found.push(...(page ?? []));
              const last = page?.at(-1);
              if (last === undefined || (page?.length ?? 0) < limit) break;
              after = placeOf(plan, order, last);
            }
            expect(found).toEqual(expected);
          }
        },
      );
      await fc.assert(cases, { numRuns: RUNS });
    });
  });

  describe('scanning', () => {
    const scanned = async (plan: ViewPlan, number: number): Promise<readonly ViewRow[]> => {
      const found: ViewRow[] = [];
      for await (const rows of worldNow().store.scan(plan, number)) found.push(...rows);
      return found;
    };
    /** More than come at once, from whichever store. */
    const MANY = 12_000;
    const many = Array.from({ length: MANY }, (_, day): ViewRow => ({
      dimensions: [],
      window: day * DAY_MS,
      parts: [1],
    }));

    it('gives all rows once, by window, then by dimensions, whatever they are', async () => {
      const plan = await registered();
      let number = 0;
      const cases = fc.asyncProperty(rowsOf(plan), async (all) => {
        number += 1;
        await load(plan, number, all);
        expect(await scanned(plan, number)).toEqual([...all].sort(compareRows(plan, BY_WINDOW)));
      });
      await fc.assert(cases, { numRuns: RUNS });
      expect(await scanned(plan, 0)).toEqual([]);
    });

    it('gives more rows than come at once, while the generation is dropped', async () => {
      const plan = await registered(totalsView());
      for (const number of [1, 2, 3]) await publish(plan, number, many);
      const scan = worldNow().store.scan(plan, 1)[Symbol.asyncIterator]();
      const found: ViewRow[] = [...((await scan.next()).value ?? [])];
      expect(found.length).toBeLessThan(MANY);
      await worldNow().store.dropSuperseded(plan.id, 0, []);
      for (let next = await scan.next(); next.done !== true; next = await scan.next()) found.push(...next.value);
      expect(found).toEqual(many);
    });

    it('can be left in between, any number of times', async () => {
      const plan = await registered(totalsView());
      for (const number of [1, 2, 3]) await publish(plan, number, many);
      for (let scans = 0; scans < 20; scans++) {
        for await (const rows of worldNow().store.scan(plan, 1)) {
          expect(rows[0]).toEqual(many[0]);
          break;
        }
      }
      expect(await worldNow().store.dropSuperseded(plan.id, 0, [])).toBe(1);
    });

    it('of a generation that was dropped, or never registered, is a conflict', async () => {
      const plan = await registered();
      for (const number of [1, 2, 3]) await publish(plan, number, [thing({})]);
      expect(await scanned(plan, 1)).toHaveLength(1);
      await worldNow().store.dropSuperseded(plan.id, 0, []);
      for (const number of [1, 7]) await expect(scanned(plan, number)).rejects.toMatchObject({ code: 'conflict' });
    });
  });

  describe('rolling up', () => {
    const rows = [
      thing({ name: 'a', window: 0, things: 3, totalSize: 2n ** 63n - 1n }),
      thing({ name: 'b', window: 0, things: 1, totalSize: 2n ** 63n - 1n }),
      thing({ name: 'a', window: 30 * DAY_MS, things: 2, totalSize: 5 }),
      thing({ name: null, window: 31 * DAY_MS, things: 4, totalSize: -7 }),
    ];
    const rolled = async (rollUp: RollUp, selection: Partial<RowSelection> = {}, maxRows = 100) => {
      const plan = await loadedWith(rows);
      const found = (await worldNow().store.rollUp(plan, 1, { ...EVERYTHING, ...selection }, rollUp, maxRows)) ?? [];
      const shown = found.map(({ dimensions, window, parts }) => ({
        dimensions,
        window,
        things: parts[partOfMeasure(plan, 'things')],
        totalSize: parts[partOfMeasure(plan, 'totalSize')],
      }));
      return shown.sort((one, other) => Number(other.things) - Number(one.things));
    };

    it('gives one row per coarser window and the dimensions that stay, sums of any size', async () => {
      expect(await rolled({ window: MONTHLY, dimensions: [] })).toEqual([
        { dimensions: [], window: 0, things: 6, totalSize: 2n ** 64n + 3n },
        { dimensions: [], window: 31 * DAY_MS, things: 4, totalSize: -7 },
      ]);
      expect(await rolled({ window: ALL_TIME, dimensions: [0] })).toEqual([
        { dimensions: ['a'], window: 0, things: 5, totalSize: 2n ** 63n + 4n },
        { dimensions: [null], window: 0, things: 4, totalSize: -7 },
        { dimensions: ['b'], window: 0, things: 1, totalSize: 2n ** 63n - 1n },
      ]);
    });

    it('takes the selected rows only, and leaves windows as they are where no coarser one is wanted', async () => {
      expect(await rolled({ window: null, dimensions: [] }, { dimensions: [['a', null]] })).toEqual([
        { dimensions: [], window: 31 * DAY_MS, things: 4, totalSize: -7 },
        { dimensions: [], window: 0, things: 3, totalSize: 2n ** 63n - 1n },
        { dimensions: [], window: 30 * DAY_MS, things: 2, totalSize: 5 },
      ]);
      expect(await rolled({ window: ALL_TIME, dimensions: [] }, { dimensions: [['nobody']] })).toEqual([]);
    });

    it('refuses more rows than are wanted', async () => {
      expect(await rolled({ window: null, dimensions: [] }, {}, 3)).toHaveLength(3);
      await expect(rolled({ window: null, dimensions: [0] }, {}, 3)).rejects.toMatchObject({
        code: 'answer-too-large',
      });
    });

    it('of nothing published is nothing', async () => {
      const plan = await registered();
      expect(await worldNow().store.rollUp(plan, 0, EVERYTHING, { window: ALL_TIME, dimensions: [] }, 10)).toEqual([]);
    });

    it('combines every part as the merge does, whatever the rows are', async () => {
      const plan = await registered();
      let number = 0;
      const cases = fc.asyncProperty(
        rowsOf(plan),
        fc.array(fc.tuple(selectionOf(plan), rollUpOf(plan)), { minLength: 1, maxLength: 4 }),
        async (all, queries) => {
          number += 1;
          await load(plan, number, all);
          for (const [selection, rollUp] of [[EVERYTHING, { window: ALL_TIME, dimensions: [] }] as const, ...queries]) {
            const selected = all.filter((row) => isSelected(row, selection));
            const found = await worldNow().store.rollUp(plan, number, selection, rollUp, 1_000);
            expect(byKey(found)).toEqual(byKey(rollUpRows(plan, selected, rollUp)));
            expect(found).toHaveLength(byKey(found).size);
          }
        },
      );
      await fc.assert(cases, { numRuns: RUNS });
    });

    it('of states that grow beyond the bound of a set says so, and nothing else of it', async () => {
      const sets = [`["a","b"]`, `["b","c"]`, `["d"]`, '[]', BEYOND];
      const plan = await registered();
      const rowsWith = (states: readonly string[]) =>
        states.map((names, index) => thing({ size: index, measures: { names: [names] } }));
      await load(plan, 1, rowsWith(sets.slice(0, 2)));
      await load(plan, 2, rowsWith(sets.slice(0, 4)));
      await load(plan, 3, rowsWith(sets.slice(3)));
      const namesOf = async (number: number): Promise<Scalar | undefined> => {
        const [row] =
          (await worldNow().store.rollUp(plan, number, EVERYTHING, { window: ALL_TIME, dimensions: [] }, 1)) ?? [];
        return row?.parts[partOfMeasure(plan, 'names')];
      };
      expect(await namesOf(1)).toBe('["a","b","c"]');
      expect(await namesOf(2)).toBe(BEYOND);
      expect(await namesOf(3)).toBe(BEYOND);
    });
  });

  describe('looking rows up by key', () => {
    it('finds exactly those, whatever they are', async () => {
      const plan = await registered();
      let number = 0;
      const cases = fc.asyncProperty(
        rowsOf(plan),
        fc.array(rowOf(plan), { maxLength: 5 }),
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
          const found = (await worldNow().store.readKeys(plan, number, keys)) ?? [];
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
      expect(await worldNow().store.readKeys(plan, 1, rows.slice(1))).toHaveLength(10_000);
      await expect(worldNow().store.readKeys(plan, 1, rows)).rejects.toMatchObject({ code: 'answer-too-large' });
    });

    it('finds nothing for no keys', async () => {
      const plan = await loadedWith([thing({})]);
      expect(await worldNow().store.readKeys(plan, 1, [])).toEqual([]);
    });
  });
}
