import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mergeRows, type OffsetVector, type ViewPlan, type ViewRow } from '@twofold/core';
import type { BuildStage, StagedPartition } from '@twofold/ports';
import { chunksOf, thingsGenerations, type BatchViewStoreWorld } from './things-generations.js';
import { thingsView, twoStreamsView, uniqueWord } from './things-view.js';
import { byKey, streamOf, thing } from './things.js';
import { visit, visitsProjection } from './visits-projection.js';

/** As many as there might be builders of one step, and more. */
const AT_ONCE = 6;
const SUMMARY = { deadLetters: 0, duplicates: 0, held: 0, appliedAtMs: null, madeBy: 'naive' };

/** What every implementation of {@link BuildStage} must do. */
export function buildStageContract(name: string, setup: () => Promise<BatchViewStoreWorld>): void {
  describe(`build stage: ${name}`, () => {
    let world: BatchViewStoreWorld;
    let stage: BuildStage;
    beforeAll(async () => {
      world = await setup();
      stage = world.stage;
    });
    afterAll(() => world.close());
    const { registered, cutOf, everything } = thingsGenerations(() => world);

    const range = (plan: ViewPlan, from: number, to: number): readonly [OffsetVector, OffsetVector] => [
      { [streamOf(plan)]: [from, from] },
      { [streamOf(plan)]: [to, to] },
    ];
    /** The stage of a build of the offsets [0, 10) of two partitions. */
    const opened = async (plan: ViewPlan): Promise<string> => {
      const build = uniqueWord();
      await stage.open(plan, build, ...range(plan, 0, 10));
      return build;
    };
    const add = (
      plan: ViewPlan,
      build: string,
      [partition, from, to]: readonly [number, number, number],
      rows: AsyncIterable<readonly ViewRow[]> | readonly ViewRow[] = [],
    ): Promise<boolean> => {
      const step = { stream: streamOf(plan), partition, from, to, busyMs: () => 5 };
      return stage.add(plan, build, step, Symbol.asyncIterator in rows ? rows : chunksOf(rows));
    };
    const doneOf = async (build: string): Promise<readonly number[] | null> =>
      (await stage.progress(build))?.map(({ done }) => done) ?? null;
    /** What the build comes to when the rest of it has no rows. */
    const merged = async (plan: ViewPlan, build: string): Promise<readonly ViewRow[]> => {
      for (const { partition, done, to } of (await stage.progress(build)) ?? [])
        if (done < to) expect(await add(plan, build, [partition, done, to])).toBe(true);
      const from = { generation: null, except: null, builds: [build] };
      await world.store.load(plan, 1, await cutOf(plan, 1), world.store.combined(plan, from), SUMMARY);
      return (await everything(plan, 1)) ?? [];
    };

    describe('opening', () => {
      it('makes a stage of which nothing is done, every partition of every stream in order', async () => {
        const plan = twoStreamsView();
        const [first = '', second = ''] = plan.streams;
        const [from, to] = [
          { [second]: [3, 4], [first]: [1, 2] },
          { [second]: [3, 9], [first]: [7, 8] },
        ];
        const build = uniqueWord();
        const expected: readonly StagedPartition[] = [
          { stream: first, partition: 0, from: 1, done: 1, to: 7, busyMs: 0 },
          { stream: first, partition: 1, from: 2, done: 2, to: 8, busyMs: 0 },
          { stream: second, partition: 0, from: 3, done: 3, to: 3, busyMs: 0 },
          { stream: second, partition: 1, from: 4, done: 4, to: 9, busyMs: 0 },
        ];
        expect(await stage.open(plan, build, from, to)).toEqual(expected);
        expect(await stage.progress(build)).toEqual(expected);
      });

      it('again, by any number at once, gives how far it is', async () => {
        const plan = thingsView();
        const build = uniqueWord();
        const open = () => stage.open(plan, build, ...range(plan, 0, 10));
        const all = await Promise.all(Array.from({ length: AT_ONCE }, open));
        expect(new Set(all.map((progress) => JSON.stringify(progress))).size).toBe(1);
        await add(plan, build, [1, 0, 4]);
        expect((await open()).map(({ done }) => done)).toEqual([0, 4]);
      });

      it('of another range is a conflict, and changes nothing', async () => {
        const plan = thingsView();
        const build = await opened(plan);
        for (const [from, to] of [range(plan, 1, 10), range(plan, 0, 11)])
          await expect(stage.open(plan, build, from, to)).rejects.toMatchObject({ code: 'conflict' });
        const fewer = { [streamOf(plan)]: [10] };
        await expect(stage.open(plan, build, {}, fewer)).rejects.toMatchObject({ code: 'conflict' });
        expect((await stage.progress(build))?.map(({ from, to }) => [from, to])).toEqual([
          [0, 10],
          [0, 10],
        ]);
      });
    });

    describe('adding a step', () => {
      it('moves the partition on, with its rows and its time', async () => {
        const plan = await registered();
        const build = await opened(plan);
        const [one, other] = [thing({ name: 'a', things: 1 }), thing({ name: 'b', things: 2 })];
        expect(await add(plan, build, [0, 0, 4], [one, one])).toBe(true);
        expect(await add(plan, build, [0, 4, 7], [one])).toBe(true);
        expect(await add(plan, build, [1, 0, 10], [other])).toBe(true);
        expect(await stage.progress(build)).toMatchObject([
          { partition: 0, from: 0, done: 7, to: 10, busyMs: 10 },
          { partition: 1, from: 0, done: 10, to: 10, busyMs: 5 },
        ]);
        expect(byKey(await merged(plan, build))).toEqual(byKey(mergeRows(plan, [one, one, one, other])));
      });

      it('from elsewhere, of a partition that is not there, or without a stage adds nothing', async () => {
        const plan = await registered();
        const build = await opened(plan);
        await add(plan, build, [0, 0, 4]);
        for (const step of [[0, 0, 4] as const, [0, 3, 5] as const, [0, 5, 6] as const, [2, 0, 1] as const])
          expect(await add(plan, build, step, [thing({})])).toBe(false);
        expect(await add(plan, uniqueWord(), [0, 0, 4], [thing({})])).toBe(false);
        expect(await doneOf(build)).toEqual([4, 0]);
        expect(await merged(plan, build)).toEqual([]);
      });

      it('whose rows break off adds nothing', async () => {
        const plan = await registered();
        const build = await opened(plan);
        async function* broken(): AsyncGenerator<readonly ViewRow[]> {
          yield [thing({})];
          throw new Error('the engine broke');
        }
        await expect(add(plan, build, [0, 0, 4], broken())).rejects.toThrow('the engine broke');
        expect(await doneOf(build)).toEqual([0, 0]);
        expect(await merged(plan, build)).toEqual([]);
      });

      it('is added once by many at once, and the rows of one stand', async () => {
        const plan = await registered();
        const build = await opened(plan);
        const tries = Array.from({ length: AT_ONCE }, () => add(plan, build, [0, 0, 4], [thing({ things: 1 })]));
        expect((await Promise.all(tries)).filter((isAdded) => isAdded)).toHaveLength(1);
        expect(await merged(plan, build)).toEqual([thing({ things: 1 })]);
      });

      it('waits for nobody who stands still in it, and whose step then is not added', async () => {
        const plan = await registered();
        const build = await opened(plan);
        let goOn: () => void = () => undefined;
        const still = new Promise<void>((resolve) => (goOn = resolve));
        async function* standing(): AsyncGenerator<readonly ViewRow[]> {
          yield [thing({ things: 7 })];
          await still;
          yield [thing({ things: 8 })];
        }
        const slow = add(plan, build, [0, 0, 4], standing());
        expect(await add(plan, build, [0, 0, 5], [thing({ things: 1 })])).toBe(true);
        goOn();
        expect(await slow).toBe(false);
        expect(await doneOf(build)).toEqual([5, 0]);
        expect(await merged(plan, build)).toEqual([thing({ things: 1 })]);
      });
    });

    describe('reading rows by their keys', () => {
      it('gives those that were staged so far, combined', async () => {
        const plan = thingsView();
        const build = await opened(plan);
        const [one, more, other] = [thing({ name: 'a' }), thing({ name: 'a', things: 5 }), thing({ name: null })];
        await add(plan, build, [0, 0, 4], [one, other]);
        await add(plan, build, [1, 0, 4], [more]);
        const keys = [one, more, other, thing({ name: 'c' })];
        expect(byKey(await stage.readKeys(plan, build, keys))).toEqual(byKey(mergeRows(plan, [one, more, other])));
        expect(await stage.readKeys(plan, build, [])).toEqual([]);
        expect(await stage.readKeys(plan, uniqueWord(), keys)).toEqual([]);
      });

      it('of a projection gives the state of most events', async () => {
        const plan = visitsProjection();
        const build = await opened(plan);
        await add(plan, build, [0, 0, 4], [visit('ann', 9, 'a\0'), visit('bob', 1)]);
        await add(plan, build, [0, 4, 8], [visit('ann', 10, '\u{10000}'), visit('cid', 1)]);
        expect(byKey(await stage.readKeys(plan, build, [visit('ann', 0), visit('bob', 0)]))).toEqual(
          byKey([visit('ann', 10, '\u{10000}'), visit('bob', 1)]),
        );
      });
    });

    describe('dropping', () => {
      it('leaves nothing of the build, and others as they are', async () => {
        const plan = await registered();
        const [build, other] = [await opened(plan), await opened(plan)];
        await add(plan, build, [0, 0, 4], [thing({})]);
        await add(plan, other, [0, 0, 4], [thing({})]);
        await stage.drop(build);
        expect(await stage.progress(build)).toBeNull();
        expect(await stage.builds()).not.toContain(build);
        expect(await add(plan, build, [0, 4, 5])).toBe(false);
        expect(await doneOf(other)).toEqual([4, 0]);
      });

      it('of what is not there does nothing', async () => {
        await stage.drop(uniqueWord());
      });

      it('lets a build of the same id begin anew', async () => {
        const plan = await registered();
        const build = await opened(plan);
        await add(plan, build, [0, 0, 4], [thing({})]);
        await stage.drop(build);
        await stage.open(plan, build, ...range(plan, 2, 12));
        expect(await doneOf(build)).toEqual([2, 2]);
        expect(await merged(plan, build)).toEqual([]);
      });
    });

    it('tells the builds that have a stage, the oldest first', async () => {
      const plan = thingsView();
      const builds = [await opened(plan), await opened(plan), await opened(plan)];
      const told = (await stage.builds()).filter((build) => builds.includes(build));
      expect(told).toEqual(builds);
    });
  });
}
