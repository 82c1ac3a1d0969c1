import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addExact, exact, multiplyExact, subtractExact, type ExactInteger } from './exact-integer.js';

const GREATEST = 2n ** 63n - 1n;
const LEAST = -(2n ** 63n);
const integers = fc
  .oneof(
    fc.bigInt({ min: LEAST, max: GREATEST }),
    fc.bigInt({ min: -9n, max: 9n }),
    fc.maxSafeInteger().map(BigInt),
    fc.bigInt({ min: -9n, max: 9n }).map((near) => near + 2n ** 53n),
    fc.bigInt({ min: -9n, max: 9n }).map((near) => near + 2n ** 32n),
    fc.bigInt({ min: 0n, max: 9n }).map((below) => GREATEST - below),
    fc.bigInt({ min: 0n, max: 9n }).map((above) => LEAST + above),
  )
  .map(exact);

const fits = (value: bigint): boolean => value >= LEAST && value <= GREATEST;

describe.each<[string, (a: ExactInteger, b: ExactInteger) => ExactInteger, (a: bigint, b: bigint) => bigint]>([
  ['addExact', addExact, (a, b) => a + b],
  ['subtractExact', subtractExact, (a, b) => a - b],
  ['multiplyExact', multiplyExact, (a, b) => a * b],
])('%s', (_name, compute, truth) => {
  it('is exact in 64 bits, in the one form of each value, and refuses what leaves them', () => {
    fc.assert(
      fc.property(integers, integers, (a, b) => {
        const expected = truth(BigInt(a), BigInt(b));
        if (fits(expected)) expect(compute(a, b)).toBe(exact(expected));
        else expect(() => compute(a, b)).toThrow(expect.objectContaining({ code: 'overflow' }));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('exact', () => {
  it.each<[bigint, ExactInteger]>([
    [0n, 0],
    [-1n, -1],
    [2n ** 53n - 1n, Number.MAX_SAFE_INTEGER],
    [1n - 2n ** 53n, Number.MIN_SAFE_INTEGER],
    [2n ** 53n, 2n ** 53n],
    [-(2n ** 53n), -(2n ** 53n)],
    [GREATEST, GREATEST],
    [LEAST, LEAST],
  ])('of %p is %p', (value, expected) => {
    expect(exact(value)).toBe(expected);
  });

  it.each([GREATEST + 1n, LEAST - 1n])('refuses %p', (value) => {
    expect(() => exact(value)).toThrow(expect.objectContaining({ code: 'overflow' }));
  });
});

it('a product with zero is zero, never −0', () => {
  expect(multiplyExact(-5, 0)).toBe(0);
  expect(multiplyExact(0, -5)).toBe(0);
});
