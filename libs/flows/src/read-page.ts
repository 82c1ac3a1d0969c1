import {
  TwofoldError,
  meets,
  mergeRows,
  rolledPlan,
  rollUpRows,
  rowKeyOf,
  rowsInOrder,
  type RollUp,
  type RowsRequest,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { BatchViewStore } from '@twofold/ports';

export type PagePorts = Pick<BatchViewStore, 'read' | 'readKeys' | 'rollUp'>;

/** Which rows, in which order, from where on. */
export type PageQuery = Pick<RowsRequest, 'selection' | 'rollUp' | 'having' | 'order' | 'limit' | 'after'> & {
  readonly plan: ViewPlan;
};

/** One page, its rows merged, and how many of them have a part from the batch view, and from the speed view. */
export type Page = {
  readonly rows: readonly ViewRow[];
  readonly hasMore: boolean;
  readonly batchRows: number;
  readonly speedRows: number;
};

/** Keys of one look-up in a generation (BatchViewStore.readKeys). */
const KEYS_AT_ONCE = 10_000;
/** Groups of a rolled-up answer: all are in memory at once, for any of them may be on the page. */
const MAX_GROUPS = 50_000;

/** The page: generation ⊕ speed rows. null: the generation was dropped meanwhile. */
export async function readPage(
  batchViews: PagePorts,
  query: PageQuery,
  generation: number,
  speedRows: readonly ViewRow[],
): Promise<Page | null> {
  if (query.rollUp !== null) return readRolledUp(batchViews, query, query.rollUp, generation, speedRows);
  const batchRows = await readCandidates(batchViews, query, generation, speedRows);
  return batchRows === null ? null : pageOf(query, batchRows, speedRows);
}

/**
 * Rows of the generation among which those of the page are. The rows that no speed row touches meet the conditions, and stand in
 * the order, as the generation has them: so its first limit + (number of speed rows) after the cursor hold every untouched
 * row of the page. The touched ones are looked up by key, for what they come to shows only when they are merged.
 */
async function readCandidates(
  batchViews: PagePorts,
  { plan, selection, having, order, limit, after }: PageQuery,
  generation: number,
  speedRows: readonly ViewRow[],
): Promise<readonly ViewRow[] | null> {
  const first = await batchViews.read(plan, generation, {
    selection,
    having,
    order,
    limit: limit + speedRows.length + 1,
    after,
  });
  if (first === null) return null;
  const seen = new Set(first.map(rowKeyOf));
  const unseen = speedRows.filter((row) => !seen.has(rowKeyOf(row)));
  const found = [...first];
  for (let start = 0; start < unseen.length; start += KEYS_AT_ONCE) {
    const touched = await batchViews.readKeys(plan, generation, unseen.slice(start, start + KEYS_AT_ONCE));
    if (touched === null) return null;
    found.push(...touched);
  }
  return found;
}

/** Any event may change any group: so all of them are rolled up on both sides, then merged. */
async function readRolledUp(
  batchViews: PagePorts,
  query: PageQuery,
  rollUp: RollUp,
  generation: number,
  speedRows: readonly ViewRow[],
): Promise<Page | null> {
  const { plan, selection } = query;
  const batchRows = await batchViews.rollUp(plan, generation, selection, rollUp, MAX_GROUPS);
  if (batchRows === null) return null;
  return pageOf({ ...query, plan: rolledPlan(plan, rollUp) }, batchRows, rollUpRows(plan, speedRows, rollUp));
}

function pageOf(
  { plan, having, order, limit, after, rollUp }: PageQuery,
  batchRows: readonly ViewRow[],
  speedRows: readonly ViewRow[],
): Page {
  const merged = mergeRows(plan, [...batchRows, ...speedRows]);
  if (rollUp !== null && merged.length > MAX_GROUPS)
    throw new TwofoldError('answer-too-large', `the answer has more than ${MAX_GROUPS} groups`);
  const following = rowsInOrder(
    plan,
    order,
    merged.filter((row) => meets(plan, row, having)),
    after,
  );
  const rows = following.slice(0, limit);
  const numberIn = (others: readonly ViewRow[]): number => {
    const keys = new Set(others.map(rowKeyOf));
    return rows.filter((row) => keys.has(rowKeyOf(row))).length;
  };
  return {
    rows,
    hasMore: following.length > limit,
    batchRows: numberIn(batchRows),
    speedRows: numberIn(speedRows),
  };
}
