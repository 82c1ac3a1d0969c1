import { compareValues } from '../algebra/compare-values.js';
import { presentMeasure } from '../algebra/present-measure.js';
import { impossible } from '../errors/twofold-error.js';
import type { Scalar } from '../events/data-type.js';
import type { ViewPlan } from '../views/view-plan.js';
import type { ViewRow } from '../views/view-row.js';

/** Rows in a wanted order: by window, by a dimension, or by the presented value of a measure (indexes of the plan). */
export type RowOrder = {
  readonly by:
    | { readonly kind: 'window' }
    | { readonly kind: 'dimension'; readonly index: number }
    | { readonly kind: 'measure'; readonly index: number };
  readonly descending: boolean;
};

/** A total order of rows: as asked for; then by window, then by dimensions, each ascending. Nulls come last, whichever way. */
export function compareRows(plan: ViewPlan, order: RowOrder): (a: ViewRow, b: ViewRow) => number {
  const sign = order.descending ? -1 : 1;
  return (a, b) =>
    compareNullable(keyOf(plan, order, a), keyOf(plan, order, b), sign) ||
    a.window - b.window ||
    compareDimensions(a, b);
}

function keyOf(plan: ViewPlan, { by }: RowOrder, row: ViewRow): Scalar {
  switch (by.kind) {
    case 'window':
      return row.window;
    case 'dimension':
      return row.dimensions[by.index] ?? null;
    case 'measure':
      return presentMeasure(plan.measures[by.index] ?? impossible(`measure ${by.index}`), row.parts);
    default:
      return impossible(`order ${JSON.stringify(by satisfies never)}`);
  }
}

function compareNullable(a: Scalar, b: Scalar, sign: 1 | -1): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  return sign * compareValues(a, b);
}

function compareDimensions(a: ViewRow, b: ViewRow): number {
  for (let index = 0; index < a.dimensions.length; index++) {
    const order = compareNullable(a.dimensions[index] ?? null, b.dimensions[index] ?? null, 1);
    if (order !== 0) return order;
  }
  return 0;
}
