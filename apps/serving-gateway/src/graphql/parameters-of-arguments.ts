import type { CompareOperator, RequestParameters } from '@twofold/core';
import { orderOfEnum } from './schema-of-catalog.js';

type Literal = string | number | boolean;

/** The arguments of a view's field, as its schema lets them through. */
export type Arguments = {
  readonly where?: Readonly<Record<string, readonly Literal[] | null>> | null;
  readonly groupBy?: readonly string[] | null;
  readonly granularity?: string | null;
  readonly having?: Readonly<Record<string, Readonly<Partial<Record<CompareOperator, Literal | null>>> | null>> | null;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly orderBy?: string | null;
  readonly first?: number | null;
  readonly after?: string | null;
  readonly atLeast?: string | null;
  readonly waitMs?: number | null;
  readonly maxStalenessMs?: number | null;
};

const SIGNS: Readonly<Record<CompareOperator, string>> = {
  eq: '=',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
};

/** The same request as REST's parameters make it. Null is as absent. */
export function parametersOf({
  where,
  groupBy,
  having,
  orderBy,
  first,
  after,
  ...others
}: Arguments): RequestParameters {
  const conditions = given(having).flatMap(([measure, operators]) =>
    given(operators).map(
      ([operator, value]) => `${measure}${SIGNS[operator as CompareOperator]}${JSON.stringify(String(value))}`,
    ),
  );
  const rest = {
    ...others,
    limit: first,
    cursor: after,
    groupBy: groupBy?.join(','),
    orderBy: typeof orderBy === 'string' ? orderOfEnum(orderBy) : orderBy,
  };
  return Object.fromEntries([
    ...given(where).map(([name, values]) => [name, values.map(String)] as const),
    ...given(rest).map(([name, value]) => [name, String(value)] as const),
    ...(conditions.length === 0 ? [] : [['having', conditions] as const]),
  ]);
}

const given = <T>(
  record: Readonly<Record<string, T>> | null | undefined,
): readonly (readonly [string, NonNullable<T>])[] =>
  Object.entries(record ?? {}).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [[name, value] as const],
  );
