import type { Catalog, RequestParameters, ViewPlan } from '@twofold/core';
import { withExtensions } from '@twofold/platform/graphql';
import type { PresentedAnswer } from '../present-answer.js';
import { boundariesOf, bucketsOf, type Bucket } from '../histogram-buckets.js';
import { integerScalar } from './integer-scalar.js';
import { parametersOf, type Arguments } from './parameters-of-arguments.js';
import { fieldNameOf, rowTypeOf } from './schema-of-catalog.js';

type Row = Readonly<Record<string, unknown>>;
type RowResolvers = Readonly<Record<string, (row: Row) => readonly Bucket[] | null>>;
type QueryResolver = (root: unknown, args: Arguments) => Promise<PresentedAnswer>;

export type Resolvers = {
  readonly Query: Readonly<Record<string, QueryResolver>>;
  readonly Integer: typeof integerScalar;
  /** Of the types of rows that have histograms. */
  readonly [rowType: string]: Readonly<Record<string, QueryResolver>> | RowResolvers | typeof integerScalar;
};

/** A resolver for each view's field: the arguments become the same request that REST makes. */
export function resolversOfCatalog(
  { views }: Pick<Catalog, 'views'>,
  answer: (plan: ViewPlan, parameters: RequestParameters) => Promise<PresentedAnswer>,
): Resolvers {
  const fields = views.map((plan): [string, QueryResolver] => [
    fieldNameOf(plan),
    async (_root, args) => withExtensions(async () => answer(plan, parametersOf(args))),
  ]);
  const rows = views.map((plan) => [rowTypeOf(plan), rowResolversOf(plan)] as const);
  return { ...Object.fromEntries(rows), Query: Object.fromEntries(fields), Integer: integerScalar };
}

const rowResolversOf = (plan: ViewPlan): RowResolvers =>
  Object.fromEntries(
    [...boundariesOf(plan)].map(([measure, boundaries]) => [
      measure,
      (row: Row) => {
        const counts = row[measure];
        return Array.isArray(counts) ? bucketsOf(boundaries, counts) : null;
      },
    ]),
  );
