import { combineStates, identityOf } from '../algebra/combine-parts.js';
import type { Part } from '../algebra/part.js';
import { impossible } from '../errors/twofold-error.js';
import type { ViewPlan } from '../views/view-plan.js';
import { groupKeyOf, type ViewRow } from '../views/view-row.js';

/** The name of a row among the rows of its view. */
export const rowKeyOf = (row: Pick<ViewRow, 'dimensions' | 'window'>): string =>
  `${row.window} ${groupKeyOf(row.dimensions)}`;

/** generation ⊕ epochs: rows of the same dimensions and window become one, part by part. The order of `rows` does not matter. */
export function mergeRows(plan: Pick<ViewPlan, 'parts'>, rows: Iterable<ViewRow>): readonly ViewRow[] {
  const alike = new Map<string, ViewRow[]>();
  for (const row of rows) {
    const key = rowKeyOf(row);
    const others = alike.get(key);
    if (others === undefined) alike.set(key, [row]);
    else others.push(row);
  }
  return [...alike.values()].map((group) => mergeAlike(plan.parts, group));
}

/** At least one row, all of the same dimensions and window. */
function mergeAlike(parts: readonly Part[], rows: readonly ViewRow[]): ViewRow {
  const [first, ...others] = rows;
  if (first === undefined) return impossible('a row of none');
  if (others.length === 0) return first;
  const merged = parts.map((part, index) =>
    combineStates(
      part,
      rows.map((row) => row.parts[index] ?? identityOf(part)),
    ),
  );
  return { ...first, parts: merged };
}
