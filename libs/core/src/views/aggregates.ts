import type { ExactTypeName, ScalarTypeName, ValueOf } from '../events/data-type.js';
import type { Expression } from './expression.js';
import { lift, type LiteralOf } from './operand.js';
import type { Aggregate } from './view-definition.js';

declare const measured: unique symbol;
/** An aggregate whose presented value has type V. */
export type Measured<V> = Aggregate & { readonly [measured]?: V };

/** A row stands for at least one event; so a measure of a value that is never null is never null. */
type NullIf<N extends boolean> = true extends N ? null : never;
/** All types but double, whose equality is not what anyone means. */
type Countable = Exclude<ScalarTypeName, 'double'>;
/** Types whose values lie on a line of integers. */
type Ordinal = ExactTypeName | 'timestamp' | 'date';

/** How many events. */
export const count = (): Measured<number | bigint> => ({ kind: 'count' });
/** How many of the events the condition is true of. */
export const countWhere = (where: Expression<'boolean'>): Measured<number | bigint> => ({ kind: 'countWhere', where });
/** The exact sum; nulls count nothing; of no values: 0. There is no sum of doubles: their addition does not associate. */
export const sum = (of: Expression<ExactTypeName>): Measured<number | bigint> => ({ kind: 'sum', of });
/** The least value; null of no values. Text compares by code point. */
export const min = <T extends ScalarTypeName, N extends boolean>(
  of: Expression<T, N>,
): Measured<ValueOf<T> | NullIf<N>> => ({ kind: 'min', of });
/** The greatest value; null of no values. */
export const max = <T extends ScalarTypeName, N extends boolean>(
  of: Expression<T, N>,
): Measured<ValueOf<T> | NullIf<N>> => ({ kind: 'max', of });
/** sum ÷ number of values, as a double, rounded once; null of no values. */
export const average = <N extends boolean>(of: Expression<ExactTypeName, N>): Measured<number | NullIf<N>> => ({
  kind: 'average',
  of,
});
/** Of the population: the mean square of the distance from the mean, of exact sums, as a double, rounded once. */
export const variance = <N extends boolean>(of: Expression<ExactTypeName, N>): Measured<number | NullIf<N>> => ({
  kind: 'variance',
  of,
});
/** The square root of the {@link variance}. */
export const standardDeviation = <N extends boolean>(
  of: Expression<ExactTypeName, N>,
): Measured<number | NullIf<N>> => ({ kind: 'standardDeviation', of });
/** The value of the earliest event that has one, by (event time, stream, partition, offset). */
export const first = <T extends ScalarTypeName, N extends boolean>(
  of: Expression<T, N>,
): Measured<ValueOf<T> | NullIf<N>> => ({ kind: 'first', of });
/** The value of the latest event that has one, by (event time, stream, partition, offset). */
export const latest = <T extends ScalarTypeName, N extends boolean>(
  of: Expression<T, N>,
): Measured<ValueOf<T> | NullIf<N>> => ({ kind: 'latest', of });

/** A set is kept value by value, in every row. */
const DEFAULT_AT_MOST = 1_000;

/** How many different values, exactly. A row with more than `atMost` of them (default 1,000) is an error of the answer. */
export const distinct = (of: Expression<Countable>, options: { readonly atMost?: number } = {}): Measured<number> => ({
  kind: 'distinct',
  of,
  atMost: options.atMost ?? DEFAULT_AT_MOST,
});
/** How many different values, by HyperLogLog of 4,096 registers: standard error 1.63 %. */
export const approximateDistinct = (of: Expression<Countable>): Measured<number> => ({
  kind: 'approximateDistinct',
  of,
});
/** The value below which the share `rank` (0 to 1) of the values is, by log-linear buckets: within 1/256 of it. */
export const quantile = <T extends Ordinal, N extends boolean>(
  of: Expression<T, N>,
  rank: number,
): Measured<ValueOf<T> | NullIf<N>> => ({ kind: 'quantile', of, rank });
export const median = <T extends Ordinal, N extends boolean>(of: Expression<T, N>): Measured<ValueOf<T> | NullIf<N>> =>
  quantile(of, 0.5);
/** How many values are below the first boundary, from each boundary to the next, and from the last on. */
export const histogram = <T extends Ordinal | 'double'>(
  of: Expression<T>,
  boundaries: readonly LiteralOf<NoInfer<T>>[],
): Measured<readonly number[]> => ({
  kind: 'histogram',
  of,
  boundaries: boundaries.map((boundary) => {
    const node = lift(boundary, of.type);
    return node.kind === 'literal' && typeof node.value !== 'boolean' && node.value !== null ? node.value : NaN;
  }),
});
