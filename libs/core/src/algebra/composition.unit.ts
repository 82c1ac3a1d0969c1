import { describe, expect, it } from '@jest/globals';
import type { ExpressionNode } from '../views/expression.js';
import { compositionOf } from './composition.js';
import { presentMeasure } from './present-measure.js';

const size: ExpressionNode = { kind: 'field', name: 'size', type: 'int', nullable: false };
const age: ExpressionNode = { ...size, name: 'age', nullable: true };

describe('an aggregate', () => {
  it('has a column that is null only where there may be no value', () => {
    expect(compositionOf({ kind: 'count' }).column).toEqual({ kind: 'int', nullable: false });
    expect(compositionOf({ kind: 'sum', of: age }).column).toEqual({ kind: 'int', nullable: false });
    expect(compositionOf({ kind: 'min', of: age }).column).toEqual({ kind: 'int', nullable: true });
    expect(compositionOf({ kind: 'max', of: size }).column).toEqual({ kind: 'int', nullable: false });
    expect(compositionOf({ kind: 'average', of: size }).column).toEqual({ kind: 'double', nullable: false });
    expect(compositionOf({ kind: 'average', of: age }).column).toEqual({ kind: 'double', nullable: true });
  });

  it('average of what is never null shares its number of values with count', () => {
    expect(compositionOf({ kind: 'average', of: size }).parts[1]).toEqual(compositionOf({ kind: 'count' }).parts[0]);
    expect(compositionOf({ kind: 'average', of: age }).parts[1]).not.toEqual(compositionOf({ kind: 'count' }).parts[0]);
  });
});

describe('a measure', () => {
  const value = { name: 'x', present: 'value', parts: [1], column: { kind: 'int', nullable: true } } as const;
  const ratio = { name: 'x', present: 'ratio', parts: [2, 0], column: { kind: 'double', nullable: true } } as const;

  it('is the value of its part', () => {
    expect(presentMeasure(value, [3, 2n ** 60n, 10])).toBe(2n ** 60n);
    expect(presentMeasure(value, [3, null, 10])).toBeNull();
  });

  it('is the ratio of its parts, null over none', () => {
    expect(presentMeasure(ratio, [4, null, 10])).toBe(2.5);
    expect(presentMeasure(ratio, [2, null, 2n ** 60n])).toBe(2 ** 59);
    expect(presentMeasure(ratio, [0, null, 0])).toBeNull();
  });
});
