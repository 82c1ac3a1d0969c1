import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { integerOf, type ExactInteger } from './exact-integer.js';
import { bucketOfValue, valueOfBucket } from './log-linear.js';

const LEAST = -(2n ** 63n);
const GREATEST = 2n ** 63n - 1n;
/** Powers of two and what lies beside them, too: there buckets begin. */
const integers = fc
  .oneof(
    fc.bigInt({ min: LEAST, max: GREATEST }),
    fc.integer().map(BigInt),
    fc
      .tuple(fc.integer({ min: 0, max: 63 }), fc.integer({ min: -2, max: 2 }), fc.boolean())
      .map(([power, beside, isNegative]) => (isNegative ? -1n : 1n) * (2n ** BigInt(power) + BigInt(beside))),
  )
  .filter((value) => value >= LEAST && value <= GREATEST)
  .map(integerOf);
const bucketAndBack = (value: ExactInteger): bigint => BigInt(valueOfBucket(bucketOfValue(value)));
const sizeOf = (value: bigint): bigint => (value < 0n ? -value : value);

describe('log-linear buckets', () => {
  it('give back each integer to within 1/256, and up to ±255 exactly', () => {
    fc.assert(
      fc.property(integers, (value) => {
        const error = sizeOf(bucketAndBack(value) - BigInt(value));
        expect(error * 256n <= sizeOf(BigInt(value))).toBe(true);
        if (sizeOf(BigInt(value)) < 256n) expect(error).toBe(0n);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are in the order of their values, and mirror each other', () => {
    fc.assert(
      fc.property(integers, integers, (a, b) => {
        if (a <= b) expect(bucketOfValue(a)).toBeLessThanOrEqual(bucketOfValue(b));
        if (BigInt(a) !== LEAST) expect(bucketOfValue(integerOf(-BigInt(a))) + bucketOfValue(a)).toBe(0);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    [0, 0],
    [255, 255],
    [256, 256],
    [257, 256],
    [258, 257],
    [511, 383],
    [512, 384],
    [2 ** 31 - 1, 3199],
    [2 ** 31, 3200],
    [GREATEST, 7295],
    [LEAST, -7296],
  ])('%p is in bucket %p', (value, bucket) => {
    expect(bucketOfValue(value)).toBe(bucket);
  });

  it('have a middle that fits 64 bits', () => {
    expect([valueOfBucket(-7296), valueOfBucket(7295)]).toEqual([LEAST, 2n ** 63n - 2n ** 54n]);
  });
});
