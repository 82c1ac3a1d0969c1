import { NOTHING_ASIDE, type OffsetVector } from '@twofold/core';
import type { BatchViewStore, Generation } from '@twofold/ports';

/** Generations among which the one before a published one is: those after it are loaded, not yet published. */
const RECENT = 5;

/** The generation before; before the first the empty one at the start of the log. null: there is none. */
export async function generationBefore(
  batchViews: Pick<BatchViewStore, 'history'>,
  { view, number, cut }: Generation,
): Promise<Generation | null> {
  if (number > 1)
    return (await batchViews.history(view, RECENT)).find((candidate) => candidate.number === number - 1) ?? null;
  if (number === 0) return null;
  const start: OffsetVector = Object.fromEntries(
    Object.entries(cut).map(([stream, offsets]) => [stream, offsets.map(() => 0)]),
  );
  return {
    view,
    number: 0,
    cut: start,
    rowCount: 0,
    ...NOTHING_ASIDE,
    appliedAtMs: null,
    publishedAtMs: null,
    madeBy: null,
  };
}
