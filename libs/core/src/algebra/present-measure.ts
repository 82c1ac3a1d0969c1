import { TwofoldError, impossible } from '../errors/twofold-error.js';
import type { Scalar, Value } from '../events/data-type.js';
import type { PlannedMeasure } from '../views/view-plan.js';
import { decodeBuckets } from './buckets-part.js';
import { estimateOf } from './cardinality.js';
import { roundedRatio, roundedRootOfRatio } from './exact-ratio.js';
import { addAny, type ExactInteger } from './exact-integer.js';
import { valueOfBucket } from './log-linear.js';
import { decodePlacedValue } from './place-part.js';
import { decodeSet } from './set-part.js';

/**
 * The value of a measure, from the parts of a row: of its column's type (a decimal as the integer of its units); of a
 * histogram the counts, one more than there are boundaries.
 *
 * @throws TwofoldError `distinct-too-large`: there were more different values than the measure's bound; `projection-failed`
 */
export function presentMeasure({ name, present, parts: indexes }: PlannedMeasure, parts: readonly Scalar[]): Value {
  const [first = null, second = null, third = null] = indexes.map((index) => parts[index] ?? null);
  switch (present.kind) {
    case 'value':
      return first;
    case 'value-at-place':
      return first === null ? null : decodePlacedValue(String(first)).value;
    case 'ratio':
      return ratioOf(first, second, present.scale);
    case 'variance':
    case 'standard-deviation':
      return spreadOf(present.kind, present.scale, first, second, third);
    case 'size':
      return sizeOf(name, String(first), present.atMost);
    case 'estimate':
      return estimateOf(String(first));
    case 'quantile':
      return quantileOf(String(first), present.rank);
    case 'histogram':
      return countsOf(String(first), present.boundaries.length + 1);
    case 'presented':
      return present.valuesOf(String(first))[present.index] ?? null;
    default:
      return impossible(`presentation ${JSON.stringify(present satisfies never)}`);
  }
}

const integer = (state: Scalar): bigint => BigInt(state as ExactInteger);

/** Σx ÷ n, rounded once. */
function ratioOf(sum: Scalar, count: Scalar, scale: number): number | null {
  const n = integer(count);
  return n === 0n ? null : roundedRatio(integer(sum), n * 10n ** BigInt(scale));
}

/** (n·Σx² − (Σx)²) ÷ n², from exact integers and rounded once: never negative, and 0 only where all values are equal. */
function spreadOf(
  kind: 'variance' | 'standard-deviation',
  scale: number,
  sum: Scalar,
  sumOfSquares: Scalar,
  count: Scalar,
): number | null {
  const n = integer(count);
  if (n === 0n) return null;
  const numerator = n * integer(sumOfSquares) - integer(sum) ** 2n;
  const denominator = n * n * 100n ** BigInt(scale);
  return kind === 'variance' ? roundedRatio(numerator, denominator) : roundedRootOfRatio(numerator, denominator);
}

function sizeOf(measure: string, state: string, atMost: number): number {
  const values = decodeSet(state);
  if (values !== null) return values.length;
  throw new TwofoldError(
    'distinct-too-large',
    `${measure} has more than ${atMost} different values in a row: count them with approximateDistinct, or raise its bound atMost`,
  );
}

/** The middle of the bucket of the value that is ⌈rank·n⌉th in order (the first at least): nearest rank. */
function quantileOf(state: string, rank: number): ExactInteger | null {
  const buckets = decodeBuckets(state);
  const n = Number(buckets.reduce<ExactInteger>((sum, [, count]) => addAny(sum, count), 0));
  const wanted = Math.max(1, Math.ceil(rank * n));
  let below = 0;
  for (const [bucket, count] of buckets) {
    below += Number(count);
    if (below >= wanted) return valueOfBucket(bucket);
  }
  return null;
}

function countsOf(state: string, length: number): readonly ExactInteger[] {
  const counts = new Map(decodeBuckets(state));
  return Array.from({ length }, (_, bucket) => counts.get(bucket) ?? 0);
}
