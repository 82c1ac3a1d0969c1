import type { Scalar } from '../events/data-type.js';
import { bucketBetween, bucketBetweenSql, boundaryValuesOf } from './boundary-buckets.js';
import { addAny, integerOf, type ExactInteger } from './exact-integer.js';
import { bucketOfValue, bucketOfValueSql } from './log-linear.js';
import type { HeldState, PartAlgebra, Present, SqlValue } from './part-algebra.js';
import type { Part } from './part.js';

type BucketsPart = Part & { readonly kind: 'buckets' };

/** How many values are in each bucket that has any. */
export type BucketCounts = Iterable<readonly [bucket: number, count: ExactInteger]>;

/** Canonical text: `bucket:count` of those that have any, ascending, joined by commas. Several counts of one bucket are added. */
export function encodeBuckets(counts: BucketCounts): string {
  const total = new Map<number, ExactInteger>();
  for (const [bucket, count] of counts) total.set(bucket, addAny(total.get(bucket) ?? 0, count));
  return [...total]
    .sort(([a], [b]) => a - b)
    .map(([bucket, count]) => `${bucket}:${count}`)
    .join(',');
}

export const decodeBuckets = (state: string): readonly (readonly [bucket: number, count: ExactInteger])[] =>
  state === ''
    ? []
    : state.split(',').map((entry) => {
        const [bucket = '', count = ''] = entry.split(':');
        return [Number(bucket), integerOf(BigInt(count))];
      });

/** How many values are in each bucket. */
export const bucketsPart: PartAlgebra<BucketsPart> = {
  identity: '',
  lift: (part, value) => encodeBuckets([[bucketsOf(part)(value), 1]]),
  combine(_part, states) {
    const [first = '', ...others] = states.filter((state) => state !== '');
    return others.length === 0
      ? first
      : encodeBuckets([first, ...others].flatMap((state) => decodeBuckets(String(state))));
  },
  inFold: {
    kind: 'held',
    hold: (part) => {
      const bucketOf = bucketsOf(part);
      return (state) => new HeldBuckets(bucketOf, state);
    },
  },
  sql: {
    duckdb: ({ index, type }, of) => {
      const bucket =
        index.kind === 'log-linear' ? bucketOfValueSql(`${of}`) : bucketBetweenSql(index.boundaries, type, `${of}`);
      return `histogram(${bucket}) FILTER (${of} IS NOT NULL)`;
    },
  },
  stateFromSql: (_part, found) =>
    encodeBuckets(
      ((found ?? []) as readonly SqlValue[]).map((entry) => {
        const { key, value } = entry as Readonly<Record<'key' | 'value', number | bigint>>;
        return [Number(key), integerOf(BigInt(value))];
      }),
    ),
};

/** Which bucket a value is in. */
function bucketsOf({ index }: BucketsPart): (value: Present) => number {
  if (index.kind === 'log-linear') return (value) => bucketOfValue(value as ExactInteger);
  const boundaries = boundaryValuesOf(index.boundaries);
  return (value) => bucketBetween(boundaries, value as number | bigint);
}

class HeldBuckets implements HeldState {
  private readonly counts: Map<number, ExactInteger>;
  private text: string | null;

  constructor(
    private readonly bucketOf: (value: Present) => number,
    state: Scalar,
  ) {
    this.text = String(state);
    this.counts = new Map(decodeBuckets(this.text));
  }

  take(value: Present): void {
    const bucket = this.bucketOf(value);
    this.counts.set(bucket, addAny(this.counts.get(bucket) ?? 0, 1));
    this.text = null;
  }

  state(): Scalar {
    this.text ??= encodeBuckets(this.counts);
    return this.text;
  }
}
