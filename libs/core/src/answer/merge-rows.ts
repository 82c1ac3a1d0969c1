import { combinePart, identityOf } from '../algebra/combine-parts.js';
import type { ViewPlan } from '../views/view-plan.js';
import { groupKeyOf, type ViewRow } from '../views/view-row.js';

/** The name of a row among the rows of its view. */
export const rowKeyOf = (row: Pick<ViewRow, 'dimensions' | 'window'>): string =>
  `${row.window} ${groupKeyOf(row.dimensions)}`;

/** generation ⊕ epochs: rows of the same dimensions and window become one, part by part. The order of `rows` does not matter. */
export function mergeRows(plan: ViewPlan, rows: Iterable<ViewRow>): readonly ViewRow[] {
  const merged = new Map<string, ViewRow>();
  for (const row of rows) {
    const key = rowKeyOf(row);
    const other = merged.get(key);
    merged.set(key, other === undefined ? row : { ...row, parts: combineAll(plan, other, row) });
  }
  return [...merged.values()];
}

const combineAll = (plan: ViewPlan, a: ViewRow, b: ViewRow): ViewRow['parts'] =>
  plan.parts.map((part, index) =>
    combinePart(part, a.parts[index] ?? identityOf(part), b.parts[index] ?? identityOf(part)),
  );
