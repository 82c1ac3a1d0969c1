import { describe, expect, it } from '@jest/globals';
import type { ExpressionNode } from '../views/expression.js';
import type { Aggregate } from '../views/view-definition.js';
import { compositionOf } from './composition.js';

const size: ExpressionNode = { kind: 'field', name: 'size', type: 'int', nullable: false };
const age: ExpressionNode = { ...size, name: 'age', nullable: true };
const price: ExpressionNode = { kind: 'field', name: 'price', type: 'decimal(2)', nullable: true };
const name: ExpressionNode = { kind: 'field', name: 'name', type: 'string', nullable: false };

describe('an aggregate', () => {
  it.each<[Aggregate, string, boolean]>([
    [{ kind: 'count' }, 'int', false],
    [{ kind: 'countWhere', where: { kind: 'is-null', operand: age, type: 'boolean', nullable: false } }, 'int', false],
    [{ kind: 'sum', of: age }, 'int', false],
    [{ kind: 'sum', of: price }, 'decimal(2)', false],
    [{ kind: 'min', of: age }, 'int', true],
    [{ kind: 'max', of: size }, 'int', false],
    [{ kind: 'min', of: price }, 'decimal(2)', true],
    [{ kind: 'average', of: size }, 'double', false],
    [{ kind: 'average', of: price }, 'double', true],
    [{ kind: 'variance', of: price }, 'double', true],
    [{ kind: 'standardDeviation', of: size }, 'double', false],
    [{ kind: 'first', of: name }, 'string', false],
    [{ kind: 'latest', of: price }, 'decimal(2)', true],
    [{ kind: 'distinct', of: age, atMost: 10 }, 'int', false],
    [{ kind: 'approximateDistinct', of: name }, 'int', false],
    [{ kind: 'quantile', of: price, rank: 0.5 }, 'decimal(2)', true],
    [{ kind: 'histogram', of: price, boundaries: [100] }, 'histogram', false],
  ])('%j has the type %s, and is null only where there may be no value', (aggregate, type, nullable) => {
    expect(compositionOf(aggregate).column).toEqual({ type, nullable });
  });

  it('of what is never null shares its number of values with count', () => {
    const count = compositionOf({ kind: 'count' }).parts[0];
    expect(compositionOf({ kind: 'average', of: size }).parts[1]).toEqual(count);
    expect(compositionOf({ kind: 'variance', of: size }).parts[2]).toEqual(count);
    expect(compositionOf({ kind: 'average', of: age }).parts[1]).toEqual({ kind: 'count', of: age });
  });

  it('countWhere counts where it is true', () => {
    const where: ExpressionNode = { kind: 'field', name: 'isNew', type: 'boolean', nullable: true };
    const [part] = compositionOf({ kind: 'countWhere', where }).parts;
    expect(part).toMatchObject({ kind: 'count', of: { kind: 'case', branches: [{ when: where }], nullable: true } });
  });
});
