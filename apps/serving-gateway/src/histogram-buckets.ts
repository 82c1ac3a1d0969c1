import { presentValue, type ColumnType, type DataTypeName, type Scalar, type ViewPlan } from '@twofold/core';

/** A bucket of a histogram: the values in [from, to). null: there is no boundary. */
export type Bucket = { readonly from: unknown; readonly to: unknown; readonly count: unknown };

/** The boundaries of a view's histograms by measure, as answers show values of their type. */
export function boundariesOf({ definition }: Pick<ViewPlan, 'definition'>): ReadonlyMap<string, readonly unknown[]> {
  return new Map(
    (definition.kind === 'view' ? definition.measures : []).flatMap(({ name, aggregate }) =>
      aggregate.kind === 'histogram'
        ? [[name, aggregate.boundaries.map((boundary) => presentBoundary(aggregate.of.type, boundary))] as const]
        : [],
    ),
  );
}

/** Counts as REST shows them, each with what it is of. */
export const bucketsOf = (boundaries: readonly unknown[], counts: readonly unknown[]): readonly Bucket[] =>
  counts.map((count, index) => ({
    from: boundaries[index - 1] ?? null,
    to: boundaries[index] ?? null,
    count,
  }));

/** An integer beyond 2^53 − 1 stands in a definition as the text of its digits. */
function presentBoundary(type: DataTypeName, boundary: number | string): unknown {
  const column: ColumnType = { type, nullable: false };
  const value: Scalar = typeof boundary === 'string' ? BigInt(boundary) : boundary;
  return presentValue(column, value);
}
