import { mergeRows, type ViewPlan, type ViewRow } from '@twofold/core';

/** Rows that come in the order of their keys, those with the same key as one. In memory is what came at once, and one row. */
export async function* combinedRows(
  plan: ViewPlan,
  inOrder: AsyncIterable<readonly ViewRow[]>,
): AsyncGenerator<readonly ViewRow[]> {
  /** What follows may have the same key. */
  let last: readonly ViewRow[] = [];
  for await (const rows of inOrder) {
    const combined = mergeRows(plan, [...last, ...rows]);
    last = combined.slice(-1);
    yield combined.slice(0, -1);
  }
  yield last;
}
