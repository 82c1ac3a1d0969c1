import { storageOf, type ScalarTypeName } from '../events/data-type.js';
import { integerOf } from './exact-integer.js';

type Boundary = number | string;

/** Boundaries as values: the digits of an int beyond 2^53 − 1 as a bigint. */
export const boundaryValuesOf = (boundaries: readonly Boundary[]): readonly (number | bigint)[] =>
  boundaries.map((boundary) => (typeof boundary === 'string' ? integerOf(BigInt(boundary)) : boundary));

/** How many of the ascending boundaries are at or below the value: 0 below the first. */
export function bucketBetween(boundaries: readonly (number | bigint)[], value: number | bigint): number {
  let low = 0;
  let high = boundaries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value < (boundaries[middle] ?? Infinity)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** {@link bucketBetween} as DuckDB's SQL: the same search, as CASE. Not for nulls. */
export function bucketBetweenSql(boundaries: readonly Boundary[], type: ScalarTypeName, of: string): string {
  const sqlType = storageOf(type) === 'double' ? 'DOUBLE' : 'BIGINT';
  const between = (low: number, high: number): string => {
    if (low === high) return `${low}`;
    const middle = (low + high) >> 1;
    return `CASE WHEN ${of} < CAST('${boundaries[middle]}' AS ${sqlType}) THEN ${between(low, middle)} ELSE ${between(middle + 1, high)} END`;
  };
  return between(0, boundaries.length);
}
