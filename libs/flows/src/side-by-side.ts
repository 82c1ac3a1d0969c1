import { compareRows, rowKeyOf, type ViewPlan, type ViewRow } from '@twofold/core';

/** The rows of one key in two generations; null where one has none. */
export type Pair = { readonly key: string; readonly before: ViewRow | null; readonly after: ViewRow | null };

/**
 * Two lots of rows side by side, a chunk of each in memory at a time: each in the order in which a generation is scanned, of one view
 * version, or of two whose rows have the same dimensions and window. Rejects as what they are read from does.
 */
export async function* sideBySide(
  plan: ViewPlan,
  before: AsyncIterable<readonly ViewRow[]>,
  after: AsyncIterable<readonly ViewRow[]>,
): AsyncGenerator<Pair> {
  // As both come: every row has a place of its own in this order.
  const compare = compareRows(plan, { by: { kind: 'window' }, descending: false });
  const [left, right] = [rowsOf(before), rowsOf(after)];
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
