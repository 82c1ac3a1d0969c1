import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OffsetVector, Partition, ViewPlan } from '@twofold/core';
import type { BatchViewStore, Boundaries } from '@twofold/ports';
import { thingsView, twoStreamsView } from './things-view.js';

export type BoundariesWorld = {
  readonly boundaries: Boundaries;
  /** Where views are registered and published. */
  readonly store: BatchViewStore;
  close(): Promise<void>;
};

/** As many as there might be workers and zombies of one partition, and more. */
const AT_ONCE = 20;

/** What every implementation of {@link Boundaries} must do. */
export function boundariesContract(name: string, setup: () => Promise<BoundariesWorld>): void {
  describe(`boundaries: ${name}`, () => {
    let world: BoundariesWorld;
    beforeAll(async () => {
      world = await setup();
    });
    afterAll(() => world.close());

    const registered = async (partitions = 2, plan = thingsView()): Promise<ViewPlan> => {
      await world.store.register(plan, Object.fromEntries(plan.streams.map((stream) => [stream, partitions])));
      return plan;
    };
    const partitionsOf = ({ streams }: ViewPlan, count = 2): Partition[] =>
      streams.flatMap((stream) => Array.from({ length: count }, (_, partition) => ({ stream, partition })));
    const cutAt = async (plan: ViewPlan, cut: number, offset: number): Promise<OffsetVector> => {
      for (const partition of partitionsOf(plan)) await world.boundaries.propose(plan.id, cut, partition, offset);
      return (await world.boundaries.vectorOf(plan.id, cut)) ?? {};
    };
    const publish = async (plan: ViewPlan, cut: number, offset: number): Promise<void> => {
      const vector = await cutAt(plan, cut, offset);
      await world.store.load(plan, cut, vector, noRows(), {
        deadLetters: 0,
        duplicates: 0,
        held: 0,
        appliedAtMs: null,
        madeBy: 'naive',
      });
      expect(await world.store.publish(plan.id, cut)).toBe(true);
    };
    const firstPartition = (plan: ViewPlan): Partition => ({ stream: streamOf(plan), partition: 0 });

    describe('asking for a cut', () => {
      it('begins with cut 1, and asking again changes nothing', async () => {
        const { id } = await registered();
        expect(await world.boundaries.requestedCut(id)).toBeNull();
        expect(await world.boundaries.requestCut(id)).toBe(1);
        expect(await world.boundaries.requestCut(id)).toBe(1);
        expect(await world.boundaries.requestedCut(id)).toBe(1);
      });

      it('is one cut, however many ask at once', async () => {
        const { id } = await registered();
        const numbers = await Promise.all(Array.from({ length: AT_ONCE }, () => world.boundaries.requestCut(id)));
        expect(new Set(numbers)).toEqual(new Set([1]));
      });

      it('goes on to the next cut only when the newest is published', async () => {
        const plan = await registered();
        await world.boundaries.requestCut(plan.id);
        await publish(plan, 1, 5);
        expect(await world.boundaries.requestedCut(plan.id)).toBeNull();
        expect(await world.boundaries.requestCut(plan.id)).toBe(2);
        expect(await world.boundaries.requestedCut(plan.id)).toBe(2);
      });

      it('is for each view alone', async () => {
        const [one, other] = [await registered(), await registered()];
        await world.boundaries.requestCut(one.id);
        expect(await world.boundaries.requestedCut(other.id)).toBeNull();
      });

      it('is refused for a view that was never registered', async () => {
        const { id } = thingsView();
        await expect(world.boundaries.requestCut(id)).rejects.toMatchObject({ code: 'unknown-view' });
        expect(await world.boundaries.requestedCut(id)).toBeNull();
      });
    });

    describe('proposing a boundary', () => {
      it('records the first, and answers later ones with what stands', async () => {
        const plan = await registered();
        expect(await world.boundaries.propose(plan.id, 1, firstPartition(plan), 7)).toBe(7);
        expect(await world.boundaries.propose(plan.id, 1, firstPartition(plan), 3)).toBe(7);
        expect(await world.boundaries.propose(plan.id, 1, firstPartition(plan), 9)).toBe(7);
      });

      it('has one winner among many at once, and all hear of that one', async () => {
        const plan = await registered();
        const offsets = Array.from({ length: AT_ONCE }, (_, index) => index + 1);
        const heard = await Promise.all(
          offsets.map((offset) => world.boundaries.propose(plan.id, 1, firstPartition(plan), offset)),
        );
        expect(new Set(heard).size).toBe(1);
        expect(offsets).toContain(heard[0]);
        expect(await world.boundaries.ofPartition(plan.id, firstPartition(plan), -1)).toEqual([
          { cut: 1, offset: heard[0] },
        ]);
      });

      it('records nothing below the boundary of the cut before', async () => {
        const plan = await registered();
        await world.boundaries.propose(plan.id, 1, firstPartition(plan), 5);
        expect(await world.boundaries.propose(plan.id, 2, firstPartition(plan), 4)).toBeNull();
        expect(await world.boundaries.ofPartition(plan.id, firstPartition(plan), -1)).toEqual([{ cut: 1, offset: 5 }]);
        expect(await world.boundaries.ofPartition(plan.id, firstPartition(plan), 4)).toEqual([{ cut: 1, offset: 5 }]);
        expect(await world.boundaries.ofPartition(plan.id, firstPartition(plan), 5)).toEqual([]);
        expect(await world.boundaries.propose(plan.id, 2, firstPartition(plan), 5)).toBe(5);
      });

      it('records nothing beyond a gap', async () => {
        const plan = await registered();
        expect(await world.boundaries.propose(plan.id, 2, firstPartition(plan), 5)).toBeNull();
        expect(await world.boundaries.ofPartition(plan.id, firstPartition(plan), -1)).toEqual([]);
      });

      it('keeps boundaries growing when workers of every age propose for several cuts at once', async () => {
        const plan = await registered();
        const proposals = Array.from({ length: 60 }, (_, index) => ({
          cut: 1 + (index % 3),
          offset: (index * 37) % 61,
        }));
        await Promise.all(
          proposals.map(({ cut, offset }) => world.boundaries.propose(plan.id, cut, firstPartition(plan), offset)),
        );
        const recorded = await world.boundaries.ofPartition(plan.id, firstPartition(plan), -1);
        expect(recorded.map(({ cut }) => cut)).toEqual(recorded.map((_, index) => index + 1));
        expect(recorded.map(({ offset }) => offset)).toEqual(
          recorded.map(({ offset }) => offset).sort((a, b) => a - b),
        );
      });

      it('may lie at the start of the log, and as far as offsets go', async () => {
        const plan = await registered();
        expect(await world.boundaries.propose(plan.id, 1, firstPartition(plan), 0)).toBe(0);
        const greatest = Number.MAX_SAFE_INTEGER;
        expect(await world.boundaries.propose(plan.id, 2, firstPartition(plan), greatest)).toBe(greatest);
      });

      it('is for each view and partition alone', async () => {
        const [one, other] = [await registered(), await registered()];
        const [first, second] = partitionsOf(one);
        if (first === undefined || second === undefined) throw new Error('a view of two partitions');
        await world.boundaries.propose(one.id, 1, first, 5);
        expect(await world.boundaries.ofPartition(one.id, second, -1)).toEqual([]);
        expect(await world.boundaries.ofPartition(other.id, first, -1)).toEqual([]);
      });

      it('is refused for a view that was never registered', async () => {
        const plan = thingsView();
        await expect(world.boundaries.propose(plan.id, 1, firstPartition(plan), 5)).rejects.toMatchObject({
          code: 'unknown-view',
        });
        expect(await world.boundaries.ofPartition(plan.id, firstPartition(plan), -1)).toEqual([]);
      });
    });

    describe('a cut as a vector', () => {
      it('is the start of the log for cut 0', async () => {
        const plan = await registered(3);
        expect(await world.boundaries.vectorOf(plan.id, 0)).toEqual({ [streamOf(plan)]: [0, 0, 0] });
      });

      it('is there when the boundary of every partition stands, not before', async () => {
        const plan = await registered();
        const [first, second] = partitionsOf(plan);
        if (first === undefined || second === undefined) throw new Error('a view of two partitions');
        expect(await world.boundaries.vectorOf(plan.id, 1)).toBeNull();
        await world.boundaries.propose(plan.id, 1, second, 4);
        expect(await world.boundaries.vectorOf(plan.id, 1)).toBeNull();
        await world.boundaries.propose(plan.id, 1, first, 9);
        expect(await world.boundaries.vectorOf(plan.id, 1)).toEqual({ [streamOf(plan)]: [9, 4] });
        expect(await world.boundaries.vectorOf(plan.id, 2)).toBeNull();
      });

      it('is over every stream that the view reads', async () => {
        const plan = await registered(2, twoStreamsView());
        const [first = '', second = ''] = plan.streams;
        expect(await world.boundaries.vectorOf(plan.id, 0)).toEqual({ [first]: [0, 0], [second]: [0, 0] });
        const [one, ...others] = partitionsOf(plan);
        for (const partition of others) await world.boundaries.propose(plan.id, 1, partition, 4);
        expect(await world.boundaries.vectorOf(plan.id, 1)).toBeNull();
        if (one !== undefined) await world.boundaries.propose(plan.id, 1, one, 9);
        expect(await world.boundaries.vectorOf(plan.id, 1)).toEqual({ [first]: [9, 4], [second]: [4, 4] });
      });

      it('stays there when later cuts are published', async () => {
        const plan = await registered();
        await publish(plan, 1, 3);
        await publish(plan, 2, 8);
        expect(await world.boundaries.vectorOf(plan.id, 1)).toEqual({ [streamOf(plan)]: [3, 3] });
        expect(await world.boundaries.ofPartition(plan.id, firstPartition(plan), -1)).toEqual([
          { cut: 1, offset: 3 },
          { cut: 2, offset: 8 },
        ]);
      });

      it('is null for a view that was never registered', async () => {
        expect(await world.boundaries.vectorOf(thingsView().id, 0)).toBeNull();
      });
    });
  });
}

const streamOf = ({ streams }: ViewPlan): string => streams[0] ?? '';

async function* noRows(): AsyncGenerator<never> {}
