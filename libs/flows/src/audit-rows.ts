import {
  TwofoldError,
  compareRows,
  placeOf,
  rowKeyOf,
  type RowPlace,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { BatchViewStore, RowsRead } from '@twofold/ports';

/** The order of keys: by window, then by dimensions. Every row has a place of its own in it. */
const ORDER: RowsRead['order'] = { by: { kind: 'window' }, descending: false };
/** Rows of a page: some MB of two generations at a time. */
const PAGE_ROWS = 5_000;

/** The rows of one key in two generations; null where one has none. */
export type Pair = { readonly key: string; readonly before: ViewRow | null; readonly after: ViewRow | null };

/**
 * The rows of two generations of a view, side by side in the order of their keys, a page of each in memory at a time.
 * @throws TwofoldError `conflict` where one of them was dropped; `store-unavailable`
 */
export async function* sideBySide(
  batchViews: Pick<BatchViewStore, 'read'>,
  plan: ViewPlan,
  before: number,
  after: number,
): AsyncGenerator<Pair> {
  const compare = compareRows(plan, ORDER);
  const [left, right] = [before, after].map((number) => rowsOf(batchViews, plan, number)) as [Rows, Rows];
  let [a, b] = [await next(left), await next(right)];
  for (;;) {
    const order = a === null ? 1 : b === null ? -1 : compare(a, b);
    const row = order <= 0 ? a : b;
    if (row === null) return;
    yield { key: rowKeyOf(row), before: order <= 0 ? a : null, after: order >= 0 ? b : null };
    if (order <= 0) a = await next(left);
    if (order >= 0) b = await next(right);
  }
}

type Rows = AsyncGenerator<ViewRow, null>;

const next = async (rows: Rows): Promise<ViewRow | null> => (await rows.next()).value;

async function* rowsOf(batchViews: Pick<BatchViewStore, 'read'>, plan: ViewPlan, generation: number): Rows {
  let after: RowPlace | null = null;
  for (let limit = PAGE_ROWS; ;) {
    const page: readonly ViewRow[] | 'too-large' = await readPage(batchViews, plan, generation, limit, after);
    if (page === 'too-large') {
      limit = Math.ceil(limit / 2);
      continue;
    }
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return null;
    after = placeOf(plan, ORDER, last);
  }
}

/** 'too-large' where the states of so many rows are more than the store gives at once. */
async function readPage(
  batchViews: Pick<BatchViewStore, 'read'>,
  plan: ViewPlan,
  generation: number,
  limit: number,
  after: RowPlace | null,
): Promise<readonly ViewRow[] | 'too-large'> {
  const selection = { dimensions: plan.dimensions.map(() => null), fromWindow: null, toWindow: null };
  try {
    const rows = await batchViews.read(plan, generation, { selection, having: [], order: ORDER, limit, after });
    if (rows !== null) return rows;
  } catch (error) {
    if (error instanceof TwofoldError && error.code === 'answer-too-large' && limit > 1) return 'too-large';
    throw error;
  }
  throw new TwofoldError('conflict', `generation ${generation} of ${plan.id.name} was dropped while it was compared`);
}
