import { impossible } from '../errors/twofold-error.js';
import { scaleOf, type ScalarTypeName } from '../events/data-type.js';
import type { ExpressionNode } from '../views/expression.js';
import type { Aggregate, ColumnType } from '../views/view-definition.js';
import type { Presentation } from '../views/view-plan.js';
import type { Part } from './part.js';

/** Which parts an aggregate is made of, and how its value is presented from them. */
export type Composition = {
  readonly parts: readonly Part[];
  readonly present: Presentation;
  readonly column: ColumnType;
};

const COUNT: Part = { kind: 'count', of: null };
const INT: ColumnType = { type: 'int', nullable: false };

/** To add an aggregate, say here what it is made of. */
export function compositionOf(aggregate: Aggregate): Composition {
  switch (aggregate.kind) {
    case 'count':
      return { parts: [COUNT], present: { kind: 'value' }, column: INT };
    case 'countWhere':
      return { parts: [{ kind: 'count', of: oneWhere(aggregate.where) }], present: { kind: 'value' }, column: INT };
    case 'sum':
      return {
        parts: [sumOf(aggregate.of)],
        present: { kind: 'value' },
        column: { type: aggregate.of.type, nullable: false },
      };
    case 'min':
    case 'max':
      return {
        parts: [{ kind: aggregate.kind, of: aggregate.of, type: scalarTypeOf(aggregate.of) }],
        present: { kind: 'value' },
        column: columnOf(aggregate.of),
      };
    case 'average':
      return {
        parts: [sumOf(aggregate.of), howManyOf(aggregate.of)],
        present: { kind: 'ratio', scale: scaleOfValues(aggregate.of) },
        column: { type: 'double', nullable: aggregate.of.nullable },
      };
    case 'variance':
    case 'standardDeviation':
      return {
        parts: [sumOf(aggregate.of), sumOf(aggregate.of, 2), howManyOf(aggregate.of)],
        present: {
          kind: aggregate.kind === 'variance' ? 'variance' : 'standard-deviation',
          scale: scaleOfValues(aggregate.of),
        },
        column: { type: 'double', nullable: aggregate.of.nullable },
      };
    case 'first':
    case 'latest':
      return {
        parts: [
          {
            kind: aggregate.kind === 'first' ? 'argmin' : 'argmax',
            of: aggregate.of,
            type: scalarTypeOf(aggregate.of),
          },
        ],
        present: { kind: 'value-at-place' },
        column: columnOf(aggregate.of),
      };
    case 'distinct': {
      const { of, atMost } = aggregate;
      return {
        parts: [{ kind: 'set', of, type: scalarTypeOf(of), atMost }],
        present: { kind: 'size', atMost },
        column: INT,
      };
    }
    case 'approximateDistinct':
      return {
        parts: [{ kind: 'registers', of: aggregate.of, type: scalarTypeOf(aggregate.of) }],
        present: { kind: 'estimate' },
        column: INT,
      };
    case 'quantile':
      return {
        parts: [{ kind: 'buckets', of: aggregate.of, type: scalarTypeOf(aggregate.of), index: { kind: 'log-linear' } }],
        present: { kind: 'quantile', rank: aggregate.rank },
        column: columnOf(aggregate.of),
      };
    case 'histogram': {
      const { of, boundaries } = aggregate;
      return {
        parts: [{ kind: 'buckets', of, type: scalarTypeOf(of), index: { kind: 'boundaries', boundaries } }],
        present: { kind: 'histogram', boundaries },
        column: { type: 'histogram', nullable: false },
      };
    }
    default:
      return impossible(`aggregate ${JSON.stringify(aggregate satisfies never)}`);
  }
}

const sumOf = (of: ExpressionNode, power: 1 | 2 = 1): Part => ({ kind: 'sum', of, power });

/** How many values are not null: where none can be, that is how many events. */
const howManyOf = (of: ExpressionNode): Part => (of.nullable ? { kind: 'count', of } : COUNT);

/** 1 where it is true, else null. */
const oneWhere = (where: ExpressionNode): ExpressionNode => ({
  kind: 'case',
  branches: [{ when: where, then: { kind: 'literal', value: 1, type: 'int', nullable: false } }],
  otherwise: { kind: 'literal', value: null, type: 'int', nullable: true },
  type: 'int',
  nullable: true,
});

/** A row stands for at least one event; so a measure of a value that is never null is never null. */
const columnOf = ({ type, nullable }: ExpressionNode): ColumnType => ({ type, nullable });

const scalarTypeOf = ({ type }: ExpressionNode): ScalarTypeName =>
  type.startsWith('list(') ? impossible(`an aggregate of ${type}`) : (type as ScalarTypeName);

const scaleOfValues = ({ type }: ExpressionNode): number => scaleOf(type) ?? impossible(`a sum of ${type}`);
