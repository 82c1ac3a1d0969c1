import { compareValues } from '../algebra/compare-values.js';
import { impossible } from '../errors/twofold-error.js';
import type { Scalar } from '../events/data-type.js';
import type { ViewPlan } from '../views/view-plan.js';
import type { ViewRow, WindowNumber } from '../views/view-row.js';
import { comparedMeasure } from './compared-measure.js';

/** Rows in a wanted order: by window, by a dimension, or by the value of a measure (indexes of the plan). */
export type RowOrder = {
  readonly by:
    | { readonly kind: 'window' }
    | { readonly kind: 'dimension'; readonly index: number }
    | { readonly kind: 'measure'; readonly index: number };
  readonly descending: boolean;
};

/** Where a row stands in an order. */
export type RowPlace = {
  /** The value that rows are ordered by. */
  readonly key: Scalar;
  readonly window: WindowNumber;
  readonly dimensions: readonly Scalar[];
};

export const placeOf = (plan: ViewPlan, order: RowOrder, row: ViewRow): RowPlace => ({
  key: keyOf(plan, order, row),
  window: row.window,
  dimensions: row.dimensions,
});

/** A total order: by the key; then by window, then by dimensions, each ascending. Nulls come last, whichever way. */
export const compareRowPlaces =
  ({ descending }: RowOrder) =>
  (a: RowPlace, b: RowPlace): number =>
    compareNullable(a.key, b.key, descending ? -1 : 1) || a.window - b.window || compareDimensions(a, b);

/** {@link compareRowPlaces} of rows. To sort many, {@link rowsInOrder} presents each row's measure once. */
export function compareRows(plan: ViewPlan, order: RowOrder): (a: ViewRow, b: ViewRow) => number {
  const compare = compareRowPlaces(order);
  return (a, b) => compare(placeOf(plan, order, a), placeOf(plan, order, b));
}

/** The rows that come after a place (null: all of them), in the order. */
export function rowsInOrder(
  plan: ViewPlan,
  order: RowOrder,
  rows: Iterable<ViewRow>,
  after: RowPlace | null = null,
): readonly ViewRow[] {
  const compare = compareRowPlaces(order);
  return Array.from(rows, (row) => ({ row, place: placeOf(plan, order, row) }))
    .filter(({ place }) => after === null || compare(place, after) > 0)
    .sort((a, b) => compare(a.place, b.place))
    .map(({ row }) => row);
}

function keyOf(plan: ViewPlan, { by }: RowOrder, row: ViewRow): Scalar {
  switch (by.kind) {
    case 'window':
      return row.window;
    case 'dimension':
      return row.dimensions[by.index] ?? null;
    case 'measure':
      return comparedMeasure(plan, by.index, row.parts);
    default:
      return impossible(`order ${JSON.stringify(by satisfies never)}`);
  }
}

function compareNullable(a: Scalar, b: Scalar, sign: 1 | -1): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  return sign * compareValues(a, b);
}

function compareDimensions(a: RowPlace, b: RowPlace): number {
  for (let index = 0; index < a.dimensions.length; index++) {
    const order = compareNullable(a.dimensions[index] ?? null, b.dimensions[index] ?? null, 1);
    if (order !== 0) return order;
  }
  return 0;
}
