import { expect } from '@jest/globals';
import type { OffsetVector, RowOrder, RowSelection, ViewPlan, ViewRow } from '@twofold/core';
import type { BatchViewStore, Boundaries, BuildStage, Generation, RowsRead } from '@twofold/ports';
import { thingsView } from './things-view.js';

export type BatchViewStoreWorld = {
  readonly store: BatchViewStore;
  readonly boundaries: Boundaries;
  /** Whose builds the store merges. */
  readonly stage: BuildStage;
  close(): Promise<void>;
};

export const EVERYTHING: RowSelection = { dimensions: [], fromWindow: null, toWindow: null };
export const BY_WINDOW: RowOrder = { by: { kind: 'window' }, descending: false };
export const SUMMARY = { deadLetters: 2, duplicates: 3, held: 4, appliedAtMs: 1_000, madeBy: 'naive' };
export const PARTITIONS = 2;
/** Rows that a builder hands over at once. */
const CHUNK = 700;

/** Generations of views of things, as a builder makes them in the world that a suite is in by then. */
export function thingsGenerations(worldNow: () => BatchViewStoreWorld) {
  /** The newest cut of each view whose boundaries stand. */
  const newestCuts = new Map<string, number>();
  const registered = async (plan: ViewPlan = thingsView()): Promise<ViewPlan> => {
    await worldNow().store.register(plan, Object.fromEntries(plan.streams.map((stream) => [stream, PARTITIONS])));
    return plan;
  };
  /** Records the boundaries of the cuts up to this one, so that a generation may be built of it. */
  const cutOf = async ({ id, streams }: ViewPlan, number: number): Promise<OffsetVector> => {
    const partitions = streams.flatMap((stream) =>
      Array.from({ length: PARTITIONS }, (_, partition) => ({ stream, partition })),
    );
    for (let cut = (newestCuts.get(id.name) ?? 0) + 1; cut <= number; cut++) {
      for (const partition of partitions) await worldNow().boundaries.propose(id, cut, partition, cut * 10);
    }
    newestCuts.set(id.name, Math.max(number, newestCuts.get(id.name) ?? 0));
    return (await worldNow().boundaries.vectorOf(id, number)) ?? {};
  };
  const load = async (plan: ViewPlan, number: number, rows: readonly ViewRow[] = []): Promise<Generation> =>
    worldNow().store.load(plan, number, await cutOf(plan, number), chunksOf(rows), SUMMARY);
  const publish = async (plan: ViewPlan, number: number, rows: readonly ViewRow[] = []): Promise<void> => {
    await load(plan, number, rows);
    expect(await worldNow().store.publish(plan.id, number)).toBe(true);
  };
  const read = (plan: ViewPlan, number: number, wanted: Partial<RowsRead>): Promise<readonly ViewRow[] | null> =>
    worldNow().store.read(plan, number, {
      selection: EVERYTHING,
      having: [],
      order: BY_WINDOW,
      limit: 1_000_000,
      after: null,
      ...wanted,
    });
  const everything = (plan: ViewPlan, number: number): Promise<readonly ViewRow[] | null> => read(plan, number, {});
  const loadedWith = async (rows: readonly ViewRow[]): Promise<ViewPlan> => {
    const plan = await registered();
    await load(plan, 1, rows);
    return plan;
  };
  return { registered, cutOf, load, publish, read, everything, loadedWith };
}

export async function* chunksOf(rows: readonly ViewRow[]): AsyncGenerator<readonly ViewRow[]> {
  for (let start = 0; start < rows.length; start += CHUNK) yield rows.slice(start, start + CHUNK);
}
