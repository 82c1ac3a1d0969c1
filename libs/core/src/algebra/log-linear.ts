import { highestBitOf, highestBitSql } from './highest-bit.js';
import { integerOf, type ExactInteger } from './exact-integer.js';

/** Integers below it have a bucket each. */
const EXACT_BELOW = 256;
/** Buckets from a power of two to the next, from 256 on: a bucket is at most 1/128 of its values wide. */
const PER_OCTAVE = 128;
/** The power of two at which octaves begin: 256. */
const FIRST_OCTAVE = 8;
/** Bits of a value that tell its bucket: 128 to 255. */
const SIGNIFICANT_BITS = 8;
const LEAST = -(2n ** 63n);
const GREATEST = 2n ** 63n - 1n;

/**
 * Log-linear buckets over 64-bit integers (as HdrHistogram has them): one for each integer up to ±255, beyond it 128 for
 * each octave; those of negative values mirror the others. {@link valueOfBucket} is within 1/256 (0.4 %) of every value of its bucket.
 */
export function bucketOfValue(value: ExactInteger): number {
  if (typeof value === 'bigint') return value < 0n ? -bucketOfLarge(-value) : bucketOfLarge(value);
  const size = Math.abs(value);
  const bucket = size < EXACT_BELOW ? size : size <= 0x7fffffff ? bucketOfSmall(size) : bucketOfLarge(BigInt(size));
  return value < 0 ? -bucket : bucket;
}

/** In 31 bits. */
function bucketOfSmall(size: number): number {
  const octave = 31 - Math.clz32(size);
  return bucketAt(octave, size >> (octave - SIGNIFICANT_BITS + 1));
}

function bucketOfLarge(size: bigint): number {
  const octave = highestBitOf(size);
  return bucketAt(octave, Number(size >> BigInt(octave - SIGNIFICANT_BITS + 1)));
}

const bucketAt = (octave: number, significant: number): number =>
  EXACT_BELOW + (octave - FIRST_OCTAVE) * PER_OCTAVE + significant - PER_OCTAVE;

/** The middle of a bucket, within 64 bits. */
export function valueOfBucket(bucket: number): ExactInteger {
  const index = Math.abs(bucket);
  if (index < EXACT_BELOW) return bucket;
  const octave = FIRST_OCTAVE + Math.floor((index - EXACT_BELOW) / PER_OCTAVE);
  const significant = BigInt(PER_OCTAVE + ((index - EXACT_BELOW) % PER_OCTAVE));
  const widthBits = BigInt(octave - SIGNIFICANT_BITS + 1);
  const middle = (significant << widthBits) + (1n << (widthBits - 1n));
  const value = bucket < 0 ? -middle : middle;
  return integerOf(value < LEAST ? LEAST : value > GREATEST ? GREATEST : value);
}

/** {@link bucketOfValue} as DuckDB's SQL over a BIGINT. */
export function bucketOfValueSql(of: string): string {
  const size = `CAST(abs(CAST(${of} AS HUGEINT)) AS UBIGINT)`;
  const octave = highestBitSql(size);
  const significant = `CAST(${size} >> CAST(greatest(${octave} - ${SIGNIFICANT_BITS - 1}, 0) AS UBIGINT) AS INTEGER)`;
  const beyond = `${EXACT_BELOW - PER_OCTAVE} + (${octave} - ${FIRST_OCTAVE}) * ${PER_OCTAVE} + ${significant}`;
  return `CASE WHEN ${of} BETWEEN ${1 - EXACT_BELOW} AND ${EXACT_BELOW - 1} THEN CAST(${of} AS INTEGER) WHEN ${of} < 0 THEN -(${beyond}) ELSE ${beyond} END`;
}
