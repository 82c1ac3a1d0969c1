import { granularitiesOf, storageOfColumn, type ColumnType, type ViewPlan, type Window } from '@twofold/core';
import { boundariesOf } from './histogram-buckets.js';

type DescribedColumn = { readonly name: string } & ColumnType;

/** What a caller needs to ask: names and types, the window and what it can be rolled up to, where the rows are. */
export type DescribedView = {
  readonly view: string;
  readonly kind: 'view' | 'projection';
  readonly version: string;
  readonly description: string;
  readonly reads: readonly { readonly type: string; readonly version: number; readonly stream: string }[];
  readonly dimensions: readonly DescribedColumn[];
  readonly window: Window;
  readonly granularities: readonly string[];
  readonly measures: readonly (DescribedColumn & {
    /** Of a view. */
    readonly aggregate: string | undefined;
    /** Whether rows can be ordered and chosen by it. */
    readonly isOrdered: boolean;
    /** Of a histogram. */
    readonly boundaries?: readonly unknown[];
  })[];
  readonly rows: string;
};

export function describeView(plan: ViewPlan): DescribedView {
  const { definition, id } = plan;
  const boundaries = boundariesOf(plan);
  return {
    view: id.name,
    kind: definition.kind,
    version: id.version,
    description: definition.description,
    reads: definition.from.map(({ type, version, stream }) => ({ type, version, stream })),
    dimensions: plan.dimensions.map(({ name, column }) => ({ name, ...column })),
    window: definition.window,
    granularities: granularitiesOf(definition.window),
    measures: plan.measures.map(({ name, column }, index) => {
      const ofMeasure = boundaries.get(name);
      return {
        name,
        aggregate: definition.kind === 'view' ? definition.measures[index]?.aggregate.kind : undefined,
        ...column,
        isOrdered: storageOfColumn(column) !== null,
        ...(ofMeasure === undefined ? {} : { boundaries: ofMeasure }),
      };
    }),
    rows: `/v1/views/${id.name}/rows`,
  };
}
