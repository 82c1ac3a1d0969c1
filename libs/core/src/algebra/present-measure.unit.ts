import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Scalar } from '../events/data-type.js';
import type { PlannedMeasure, Presentation } from '../views/view-plan.js';
import { encodeBuckets } from './buckets-part.js';
import { integerOf } from './exact-integer.js';
import { BEYOND } from './part.js';
import { encodePlacedValue } from './place-part.js';
import { presentMeasure } from './present-measure.js';

/** The measure is of all the states, after one that it is not of. */
const presented = (present: Presentation, ...states: readonly Scalar[]): unknown => {
  const measure: PlannedMeasure = {
    name: 'x',
    present,
    parts: states.map((_, index) => index + 1),
    column: { type: 'int', nullable: true },
  };
  return presentMeasure(measure, ['not this', ...states]);
};

describe('a measure', () => {
  it('is the state of its part', () => {
    expect(presented({ kind: 'value' }, 2n ** 60n)).toBe(2n ** 60n);
    expect(presented({ kind: 'value' }, null)).toBeNull();
  });

  it('is the value of the event at the place', () => {
    const place = { timeMs: 5, stream: 'things', partition: 1, offset: 9 };
    expect(presented({ kind: 'value-at-place' }, encodePlacedValue({ place, value: 2n ** 60n }))).toBe(2n ** 60n);
    expect(presented({ kind: 'value-at-place' }, null)).toBeNull();
  });

  it('is the size of a set, and an error that says its bound beyond it', () => {
    expect(presented({ kind: 'size', atMost: 3 }, '["a","b"]')).toBe(2);
    expect(presented({ kind: 'size', atMost: 3 }, '[]')).toBe(0);
    expect(() => presented({ kind: 'size', atMost: 3 }, BEYOND)).toThrow(
      expect.objectContaining({
        code: 'distinct-too-large',
        message: expect.stringMatching(/more than 3 .*approximateDistinct/),
      }),
    );
  });

  it('is how many values are in each bucket', () => {
    const state = encodeBuckets([
      [0, 2],
      [2, 2n ** 60n],
    ]);
    expect(presented({ kind: 'histogram', boundaries: [1, 5] }, state)).toEqual([2, 0, 2n ** 60n]);
    expect(presented({ kind: 'histogram', boundaries: [1] }, '')).toEqual([0, 0]);
  });
});

describe('an average', () => {
  it('is the ratio of its parts, null over none', () => {
    expect(presented({ kind: 'ratio', scale: 0 }, 10, 4)).toBe(2.5);
    expect(presented({ kind: 'ratio', scale: 0 }, 2n ** 60n, 2)).toBe(2 ** 59);
    expect(presented({ kind: 'ratio', scale: 0 }, 0, 0)).toBeNull();
    expect(presented({ kind: 'ratio', scale: 2 }, 1230, 10)).toBe(1.23);
    expect(presented({ kind: 'ratio', scale: 0 }, -1, 3)).toBe(-1 / 3);
  });

  it('is rounded once, where dividing rounded numbers would round thrice', () => {
    // (2^53 + 1) ÷ (2^53 + 1) by way of doubles is right by luck; this is not
    expect(presented({ kind: 'ratio', scale: 0 }, 2n ** 54n + 3n, 3)).toBe(6_004_799_503_160_662);
    expect(presented({ kind: 'ratio', scale: 0 }, 3n * (2n ** 53n + 1n), 3)).toBe(2 ** 53);
    expect(presented({ kind: 'ratio', scale: 0 }, 3n * (2n ** 53n + 1n) + 1n, 3)).toBe(2 ** 53 + 2);
  });
});

describe('variance and standard deviation', () => {
  const spread = (kind: 'variance' | 'standard-deviation', values: readonly bigint[], scale = 0): unknown => {
    const sum = values.reduce((a, b) => a + b, 0n);
    const squares = values.reduce((a, b) => a + b * b, 0n);
    return presented({ kind, scale }, integerOf(sum), integerOf(squares), values.length);
  };

  it('are of the population', () => {
    expect(spread('variance', [2n, 4n, 4n, 4n, 5n, 5n, 7n, 9n])).toBe(4);
    expect(spread('standard-deviation', [2n, 4n, 4n, 4n, 5n, 5n, 7n, 9n])).toBe(2);
    expect(spread('variance', [200n, 400n], 2)).toBe(1);
    expect(spread('variance', [])).toBeNull();
  });

  it('lose nothing to large values that differ little', () => {
    const big = 2n ** 62n;
    expect(spread('variance', [big, big + 1n, big + 2n])).toBe(2 / 3);
    expect(spread('standard-deviation', [big, big])).toBe(0);
    expect(spread('standard-deviation', [-(2n ** 63n), 2n ** 63n - 1n])).toBe(2 ** 63);
  });

  it('are never negative, and 0 only where all values are equal', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { minLength: 1 }), (values) => {
        const variance = Number(spread('variance', values));
        expect(variance === 0).toBe(values.every((value) => value === values[0]));
        expect(variance).toBeGreaterThanOrEqual(0);
        const deviation = Number(spread('standard-deviation', values));
        expect(Math.abs(deviation ** 2 - variance)).toBeLessThanOrEqual(variance * 4e-16);
      }),
    );
  });
});
