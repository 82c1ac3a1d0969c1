import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { roundedRatio, roundedRootOfRatio } from './exact-ratio.js';

const positives = fc.bigInt({ min: 1n, max: 2n ** 150n });

/** A double as the ratio of integers that it is. */
function fractionOf(value: number): readonly [numerator: bigint, denominator: bigint] {
  let exponent = 0;
  let whole = value;
  while (!Number.isInteger(whole)) {
    whole *= 2;
    exponent += 1;
  }
  return [BigInt(whole), 2n ** BigInt(exponent)];
}

/** The doubles next to a positive one. */
function neighboursOf(value: number): readonly [below: number, above: number] {
  const bits = new BigInt64Array(new Float64Array([value]).buffer);
  const doubleOf = (of: bigint): number => new Float64Array(new BigInt64Array([of]).buffer)[0] ?? 0;
  return [doubleOf((bits[0] ?? 0n) - 1n), doubleOf((bits[0] ?? 0n) + 1n)];
}

const middleOf = (a: number, b: number): readonly [bigint, bigint] => {
  const [[n, d], [m, e]] = [fractionOf(a), fractionOf(b)];
  return [n * e + m * d, 2n * d * e];
};

describe('a ratio of integers', () => {
  it('is the nearest double', () => {
    fc.assert(
      fc.property(positives, positives, (numerator, denominator) => {
        const rounded = roundedRatio(numerator, denominator);
        const [below, above] = neighboursOf(rounded);
        const [lowN, lowD] = middleOf(below, rounded);
        const [highN, highD] = middleOf(rounded, above);
        expect(numerator * lowD >= lowN * denominator && numerator * highD <= highN * denominator).toBe(true);
        expect(roundedRatio(-numerator, denominator)).toBe(-rounded);
      }),
    );
  });

  it.each([
    [2n ** 53n + 1n, 1n, 2 ** 53],
    [2n ** 53n + 3n, 1n, 2 ** 53 + 4],
    [0n, 5n, 0],
    [1n, 3n, 1 / 3],
    [2n ** 200n, 2n ** 199n, 2],
  ])('%p ÷ %p is %p', (numerator, denominator, ratio) => {
    expect(roundedRatio(numerator, denominator)).toBe(ratio);
  });
});

describe('the root of a ratio', () => {
  it('is the nearest double', () => {
    fc.assert(
      fc.property(positives, positives, (numerator, denominator) => {
        const rounded = roundedRootOfRatio(numerator, denominator);
        const [below, above] = neighboursOf(rounded);
        const [lowN, lowD] = middleOf(below, rounded);
        const [highN, highD] = middleOf(rounded, above);
        expect(numerator * lowD * lowD >= lowN * lowN * denominator).toBe(true);
        expect(numerator * highD * highD <= highN * highN * denominator).toBe(true);
      }),
    );
  });

  it('is exact where it can be', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 53n }), fc.bigInt({ min: 0n, max: 60n }), (root, bits) => {
        expect(roundedRootOfRatio(root * root, 2n ** (2n * bits))).toBe(Number(root) / 2 ** Number(bits));
      }),
    );
    expect(roundedRootOfRatio(0n, 7n)).toBe(0);
  });
});
