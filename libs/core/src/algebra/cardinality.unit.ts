import { describe, expect, it } from '@jest/globals';
import { estimateOf } from './cardinality.js';
import { RANK_BITS, REGISTERS, encodeRegisters, registerOf, registersPart } from './registers-part.js';

const of = { kind: 'field', name: 'x', type: 'int', nullable: false } as const;

/** What is stated. */
const STANDARD_ERROR = 1.04 / Math.sqrt(REGISTERS);

/** The root of the mean square of the errors, as shares of the truth. */
const rootMeanSquare = (errors: readonly number[]): number =>
  Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);

const estimateOfRange = (from: number, howMany: number): number =>
  estimateOf(encodeRegisters(Array.from({ length: howMany }, (_, index) => registerOf(`value ${from + index}`))));

/** Numbers in (0, 1) that look random, always the same (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}

describe('the estimate of how many values are different', () => {
  it('is nothing of nothing, and exact of one', () => {
    expect(estimateOf('')).toBe(0);
    expect(estimateOfRange(0, 1)).toBe(1);
  });

  it.each([
    [10, 200],
    [100, 200],
    [1_000, 200],
    [4_096, 100],
    [10_000, 60],
    [20_000, 30],
    [100_000, 8],
  ])('of %i values has at most the stated standard error, over %i sets', (howMany, sets) => {
    const errors = Array.from({ length: sets }, (_, index) => estimateOfRange(index * howMany, howMany) / howMany - 1);
    // the error of the error: of 20 sets a good half above what is stated happens by chance
    expect(rootMeanSquare(errors)).toBeLessThan(STANDARD_ERROR * (1 + 2.5 / Math.sqrt(2 * sets)));
  });

  it.each([1e6, 1e9, 1e15])('of %d values has it too, and no bias, over 100 simulated sets', (howMany) => {
    const random = randomNumbers(howMany % 1e9);
    const mean = howMany / REGISTERS;
    const errors = Array.from({ length: 100 }, () => {
      // about mean ± √mean values are in a register (Poisson); of n values in a register the greatest rank is at most r with probability (1 − 2^−r)^n
      const registers = Array.from({ length: REGISTERS }, (_, register): readonly [number, number] => {
        const inRegister = mean + Math.sqrt(-2 * mean * Math.log(random())) * Math.cos(2 * Math.PI * random());
        const share = Math.log(random()) / inRegister;
        const rank = Math.ceil(-Math.log2(-Math.expm1(share)));
        return [register, Math.min(RANK_BITS + 1, Math.max(1, rank))];
      });
      return estimateOf(encodeRegisters(registers)) / howMany - 1;
    });
    expect(rootMeanSquare(errors)).toBeLessThan(STANDARD_ERROR * 1.2);
    const bias = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    expect(Math.abs(bias)).toBeLessThan((STANDARD_ERROR * 3) / Math.sqrt(100));
  });
});

describe('registers', () => {
  it('are of the first bits of md5, in every release', () => {
    // md5: 0cc175b9c0f1b6a8…, d41d8cd98f00b204…, c4ca4238a0b92382…
    expect([registerOf('a'), registerOf(''), registerOf(1), registerOf(1n)]).toEqual([
      [0x0cc, 4],
      [0xd41, 1],
      [0xc4c, 1],
      [0xc4c, 1],
    ]);
  });

  it('of text, in ascending order, keep the greater rank', () => {
    const text = encodeRegisters([
      [4095, 1],
      [0, 53],
      [0, 2],
      [64, 3],
    ]);
    expect(text).toBe('--p0-2zz0');
    expect(registersPart.combine({ kind: 'registers', of, type: 'int' }, [text, '--q0-1'])).toBe('--q0-2zz0');
  });
});
