import { canonicalJson, type Difference, type ViewPlan, type ViewRow } from '@twofold/core';
import { sideBySide } from './side-by-side.js';
import { VersionDifference } from './version-difference.js';

/** The rows of a version, by window, then by dimensions, and how many they are. */
export type ComparedRows = {
  readonly plan: ViewPlan;
  readonly rows: AsyncIterable<readonly ViewRow[]>;
  readonly rowCount: number;
};

/**
 * How two versions of a view differ, row by row, below the same cut. Versions with other dimensions or another window have no
 * row in common. null: told to stop. Rejects as what the rows are read from does.
 */
export async function compareVersions(
  before: ComparedRows,
  after: ComparedRows,
  stop: AbortSignal,
): Promise<Difference | null> {
  const difference = new VersionDifference(before.plan, after.plan);
  if (keyShapeOf(before.plan) !== keyShapeOf(after.plan)) {
    difference.addAlone({ before: before.rowCount, after: after.rowCount });
    return difference.result();
  }
  for await (const pair of sideBySide(before.plan, before.rows, after.rows)) {
    if (stop.aborted) return null;
    difference.add(pair.before, pair.after);
  }
  return difference.result();
}

/** By what rows are told from each other. */
const keyShapeOf = ({ dimensions, definition }: ViewPlan): string => canonicalJson([dimensions, definition.window]);
