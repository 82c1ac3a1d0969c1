import { TwofoldError, type Catalog, type RequestParameters, type ViewPlan } from '@twofold/core';
import type { PresentedAnswer } from '../present-answer.js';
import { fieldNameOf, orderOfEnum } from './schema-of-catalog.js';

type Arguments = {
  readonly where?: Readonly<Record<string, readonly (string | number | boolean)[]>> | null;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly orderBy?: string | null;
  readonly first?: number | null;
  readonly after?: string | null;
  readonly atLeast?: string | null;
  readonly waitMs?: number | null;
  readonly maxStalenessMs?: number | null;
};

type Resolver = (root: unknown, args: Arguments) => Promise<PresentedAnswer>;

/** A resolver for each view's field: the arguments become the same request that REST makes. */
export function resolversOfCatalog(
  { views }: Pick<Catalog, 'views'>,
  answer: (plan: ViewPlan, parameters: RequestParameters) => Promise<PresentedAnswer>,
): { readonly Query: Readonly<Record<string, Resolver>> } {
  const fields = views.map((plan): [string, Resolver] => [
    fieldNameOf(plan),
    async (_root, args) => withExtensions(answer(plan, parametersOf(args))),
  ]);
  return { Query: Object.fromEntries(fields) };
}

function parametersOf({ where, orderBy, first, after, ...others }: Arguments): RequestParameters {
  const filters = Object.entries(where ?? {}).map(([name, values]) => [name, values.map(String)] as const);
  const rest = {
    ...others,
    limit: first,
    cursor: after,
    orderBy: typeof orderBy === 'string' ? orderOfEnum(orderBy) : orderBy,
  };
  const given = Object.entries(rest).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [[name, String(value)] as const],
  );
  return Object.fromEntries([...filters, ...given]);
}

/** GraphQL's own place for a stable code: `extensions`. */
async function withExtensions<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (!(error instanceof TwofoldError)) throw error;
    const { code, pointer } = error;
    throw Object.assign(new Error(error.message), {
      extensions: { code, ...(pointer === undefined ? {} : { pointer }) },
    });
  }
}
