import { impossible } from '../errors/twofold-error.js';
import type { ExpressionNode } from '../views/expression.js';
import type { Aggregate, ColumnType } from '../views/view-definition.js';
import type { Part } from './part.js';

/** Which parts an aggregate is made of, and how its value is presented from them. */
export type Composition = {
  readonly parts: readonly Part[];
  readonly present: 'value' | 'ratio';
  readonly column: ColumnType;
};

const ONE: ExpressionNode = { kind: 'literal', value: 1, type: 'int', nullable: false };
const HOW_MANY: Part = { kind: 'sum', of: ONE, type: 'int' };

/** To add an aggregate, say here what it is made of. */
export function compositionOf(aggregate: Aggregate): Composition {
  switch (aggregate.kind) {
    case 'count':
      return { parts: [HOW_MANY], present: 'value', column: { kind: 'int', nullable: false } };
    case 'sum':
      return {
        parts: [{ kind: 'sum', of: aggregate.of, type: 'int' }],
        present: 'value',
        column: { kind: 'int', nullable: false },
      };
    case 'min':
    case 'max': {
      const { type, nullable } = aggregate.of;
      return {
        parts: [{ kind: aggregate.kind, of: aggregate.of, type }],
        present: 'value',
        column: { kind: type, nullable },
      };
    }
    case 'average':
      return {
        parts: [{ kind: 'sum', of: aggregate.of, type: 'int' }, howManyHave(aggregate.of)],
        present: 'ratio',
        column: { kind: 'double', nullable: aggregate.of.nullable },
      };
    default:
      return impossible(`aggregate ${JSON.stringify(aggregate satisfies never)}`);
  }
}

/** The number of values that are not null: 1 + 0·x, which is null where x is. */
function howManyHave(of: ExpressionNode): Part {
  if (!of.nullable) return HOW_MANY;
  const nothing: ExpressionNode = {
    kind: 'arithmetic',
    operator: 'multiply',
    left: of,
    right: { kind: 'literal', value: 0, type: 'int', nullable: false },
    type: 'int',
    nullable: true,
  };
  return {
    kind: 'sum',
    of: { kind: 'arithmetic', operator: 'add', left: nothing, right: ONE, type: 'int', nullable: true },
    type: 'int',
  };
}
