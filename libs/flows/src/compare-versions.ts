import { canonicalJson, type Difference, type ViewPlan } from '@twofold/core';
import type { BatchViewStore } from '@twofold/ports';
import { sideBySide, type GenerationOf } from './side-by-side.js';
import { VersionDifference } from './version-difference.js';

/** A generation with the number of its rows. */
export type ComparedGeneration = GenerationOf & { readonly rowCount: number };

/**
 * How two versions of a view differ, row by row, in generations of the same cut. Versions with other dimensions or another window have no
 * row in common. null: told to stop.
 *
 * @throws TwofoldError `conflict` where one of the generations was dropped; `store-unavailable`
 */
export async function compareVersions(
  batchViews: Pick<BatchViewStore, 'scan'>,
  before: ComparedGeneration,
  after: ComparedGeneration,
  stop: AbortSignal,
): Promise<Difference | null> {
  const difference = new VersionDifference(before.plan, after.plan);
  if (keyShapeOf(before.plan) !== keyShapeOf(after.plan)) {
    difference.addAlone({ before: before.rowCount, after: after.rowCount });
    return difference.result();
  }
  for await (const pair of sideBySide(batchViews, before, after)) {
    if (stop.aborted) return null;
    difference.add(pair.before, pair.after);
  }
  return difference.result();
}

/** By what rows are told from each other. */
const keyShapeOf = ({ dimensions, definition }: ViewPlan): string => canonicalJson([dimensions, definition.window]);
