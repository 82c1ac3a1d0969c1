import { describe, expect, it } from '@jest/globals';
import {
  compareRows,
  mergeRows,
  naiveView,
  planView,
  viewOf,
  type OffsetVector,
  type ViewPlan,
  type ViewRow,
  type WindowSpan,
} from '@twofold/core';
import type { Generation, CombinedRows } from '@twofold/ports';
import fc from 'fast-check';
import { lawCases } from './generators/law-cases.js';
import { NaiveLog } from './law/naive-log.js';
import { orderOf, rowsOf } from './thing-rows.js';
import { SUMMARY, chunksOf, thingsGenerations, type BatchViewStoreWorld } from './things-generations.js';
import { byKey, thing } from './things.js';
import { uniqueWord } from './things-view.js';

const DAY_MS = 86_400_000;
/** Cases of a property: each loads two generations, and stages some builds. */
const RUNS = 60;
const MAX_BUILDS = 3;
const NOTHING: CombinedRows = { generation: null, except: null, builds: [] };

/** How a generation is made of rows that stand in the store: part of the contract of `BatchViewStore`. */
export function batchViewMergeContract(worldNow: () => BatchViewStoreWorld): void {
  const { registered, cutOf, load, publish, read, everything } = thingsGenerations(worldNow);

  /** A build that is done, with these rows in some steps. */
  const staged = async (plan: ViewPlan, ...steps: readonly (readonly ViewRow[])[]): Promise<string> => {
    const build = uniqueWord();
    const [stream = ''] = plan.streams;
    const to: OffsetVector = { [stream]: [steps.length] };
    await worldNow().stage.open(plan, build, { [stream]: [0] }, to);
    for (const [from, rows] of steps.entries()) {
      const step = { stream, partition: 0, from, to: from + 1, busyMs: () => 0 };
      expect(await worldNow().stage.add(plan, build, step, chunksOf(rows))).toBe(true);
    }
    return build;
  };
  const merge = async (plan: ViewPlan, number: number, from: Partial<CombinedRows>): Promise<Generation> =>
    worldNow().store.load(
      plan,
      number,
      await cutOf(plan, number),
      worldNow().store.combined(plan, { ...NOTHING, ...from }),
      SUMMARY,
    );

  describe('merging', () => {
    it('combines the rows of a generation and of builds, and registers them as a load does', async () => {
      const plan = await registered();
      await load(plan, 1, [thing({ name: 'a', things: 1 }), thing({ name: 'b', things: 2 })]);
      const builds = [
        await staged(plan, [thing({ name: 'b', things: 10 })], [thing({ name: 'b', things: 100 })]),
        await staged(plan, [thing({ name: 'c', things: 1 })]),
      ];
      const generation = await merge(plan, 2, { generation: 1, builds });
      expect(generation).toMatchObject({ view: plan.id, number: 2, rowCount: 3, publishedAtMs: null, ...SUMMARY });
      expect(await everything(plan, 2)).toEqual([
        thing({ name: 'a', things: 1 }),
        thing({ name: 'b', things: 112, totalSize: 3 }),
        thing({ name: 'c', things: 1 }),
      ]);
      expect(await everything(plan, 1)).toHaveLength(2);
    });

    it('of nothing is a generation without rows', async () => {
      const plan = await registered();
      expect(await merge(plan, 1, {})).toMatchObject({ rowCount: 0 });
      expect(await merge(plan, 2, { generation: 0, builds: [await staged(plan)] })).toMatchObject({ rowCount: 0 });
      expect(await everything(plan, 2)).toEqual([]);
    });

    it('of more rows than come at once is complete', async () => {
      const rows = Array.from({ length: 12_000 }, (_, index) => thing({ name: `thing ${index}`, window: index % 7 }));
      const plan = await registered();
      await load(plan, 1, rows);
      await merge(plan, 2, { generation: 1, builds: [await staged(plan, rows, rows)] });
      const twice = rows.map((row) => [row, row, row]).flat();
      expect(byKey(await everything(plan, 2))).toEqual(byKey(mergeRows(plan, twice)));
    });

    it('reads nothing where the number is registered', async () => {
      const plan = await registered();
      const first = await load(plan, 1, [thing({})]);
      expect(await merge(plan, 1, { generation: 7, builds: ['nobody’s'] })).toEqual(first);
    });

    it('is a conflict where the generation was dropped, or a build has no stage or is not done', async () => {
      const plan = await registered();
      for (const number of [1, 2, 3]) await publish(plan, number, [thing({})]);
      expect(await everything(plan, 1)).toHaveLength(1);
      await worldNow().store.dropSuperseded(plan.id, 0, []);
      const open = uniqueWord();
      const [stream = ''] = plan.streams;
      await worldNow().stage.open(plan, open, { [stream]: [0] }, { [stream]: [1] });
      for (const from of [{ generation: 1 }, { generation: 9 }, { builds: [uniqueWord()] }, { builds: [open] }])
        await expect(merge(plan, 4, from)).rejects.toMatchObject({ code: 'conflict' });
      expect((await worldNow().store.history(plan.id, 1))[0]?.number).toBe(3);
    });

    it('leaves out the windows that are excepted, of the generation alone, and orders as a load does', async () => {
      const plan = await registered();
      let number = 0;
      const span = fc
        .tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: 0, max: 20 }))
        .map(([from, days]): WindowSpan => ({ fromMs: from * DAY_MS, toMs: (from + days) * DAY_MS }));
      const cases = fc.asyncProperty(
        rowsOf(plan),
        fc.array(rowsOf(plan), { maxLength: MAX_BUILDS }),
        fc.option(span),
        orderOf(plan),
        async (standing, builds, except, order) => {
          number += 2;
          await load(plan, number - 1, standing);
          const kept = standing.filter(
            ({ window }) => except === null || window < except.fromMs || window >= except.toMs,
          );
          const names = [];
          for (const rows of builds) names.push(await staged(plan, rows));
          await merge(plan, number, { generation: number - 1, except, builds: names });
          const expected = mergeRows(plan, [...kept, ...builds.flat()]);
          expect(await read(plan, number, { order })).toEqual([...expected].sort(compareRows(plan, order)));
        },
      );
      await fc.assert(cases, { numRuns: RUNS });
    });

    it('of any split of the events is the naive view of all of them', async () => {
      const cases = fc.asyncProperty(
        lawCases,
        fc.infiniteStream(fc.nat({ max: MAX_BUILDS })),
        async (lawCase, places) => {
          const naive = new NaiveLog(lawCase);
          for (const { plan: drawn } of lawCase.views) {
            if (naive.overflowing(drawn).length > 0) continue;
            const plan = await registered(ownOf(drawn));
            const events = naive.eventsBelow(drawn, naive.head);
            const split = Map.groupBy(events, () => places.next().value ?? 0);
            const rowsAt = (place: number): readonly ViewRow[] => naiveView(plan, split.get(place) ?? []);
            await load(plan, 1, rowsAt(0));
            const builds = [await staged(plan, rowsAt(1), rowsAt(2)), await staged(plan, rowsAt(3))];
            await merge(plan, 2, { generation: 1, builds });
            expect(byKey(await everything(plan, 2))).toEqual(byKey(naiveView(plan, events)));
          }
        },
      );
      await fc.assert(cases, { numRuns: RUNS });
    });
  });
}

/** The view by a name, and over streams, that no other test has. */
function ownOf(plan: ViewPlan): ViewPlan {
  return planView(
    { ...viewOf(plan), name: `random-${uniqueWord()}` },
    plan.sources.flatMap(({ versions }) => versions),
  );
}
