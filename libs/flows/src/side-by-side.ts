import { compareRows, rowKeyOf, type ViewPlan, type ViewRow } from '@twofold/core';
import type { BatchViewStore } from '@twofold/ports';

/** The rows of one key in two generations; null where one has none. */
export type Pair = { readonly key: string; readonly before: ViewRow | null; readonly after: ViewRow | null };

/** A generation of a view version. */
export type GenerationOf = { readonly plan: ViewPlan; readonly number: number };

/**
 * The rows of two generations, side by side, a chunk of each in memory at a time: of one view version, or of two whose rows have
 * the same dimensions and window.
 * @throws TwofoldError `conflict` where one of them was dropped before; `store-unavailable`
 */
export async function* sideBySide(
  batchViews: Pick<BatchViewStore, 'scan'>,
  before: GenerationOf,
  after: GenerationOf,
): AsyncGenerator<Pair> {
  // As both are scanned: every row has a place of its own in this order.
  const compare = compareRows(before.plan, { by: { kind: 'window' }, descending: false });
  const left = rowsOf(batchViews.scan(before.plan, before.number));
  const right = rowsOf(batchViews.scan(after.plan, after.number));
  try {
    let [a, b] = [await next(left), await next(right)];
    for (;;) {
      const order = a === null ? 1 : b === null ? -1 : compare(a, b);
      const row = order <= 0 ? a : b;
      if (row === null) return;
      yield { key: rowKeyOf(row), before: order <= 0 ? a : null, after: order >= 0 ? b : null };
      if (order <= 0) a = await next(left);
      if (order >= 0) b = await next(right);
    }
  } finally {
    await Promise.all([left.return(null), right.return(null)]);
  }
}

type Rows = AsyncGenerator<ViewRow, null>;

const next = async (rows: Rows): Promise<ViewRow | null> => (await rows.next()).value;

async function* rowsOf(chunks: AsyncIterable<readonly ViewRow[]>): Rows {
  for await (const rows of chunks) yield* rows;
  return null;
}
