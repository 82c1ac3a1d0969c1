import { compareValues } from '../algebra/compare-values.js';
import { addExact, multiplyExact, subtractExact, type ExactInteger } from '../algebra/exact-integer.js';
import { impossible } from '../errors/twofold-error.js';
import type { Scalar } from '../events/data-type.js';
import type { CompareOperator, ExpressionNode } from '../views/expression.js';
import type { PlainEvent } from './plain-event.js';

/** What an expression means for one event. */
export function evaluate(node: ExpressionNode, event: PlainEvent): Scalar {
  const valueOf = (operand: ExpressionNode): Scalar => evaluate(operand, event);
  switch (node.kind) {
    case 'field':
      return event.data[node.name] ?? null;
    case 'event-time':
      return event.timeMs;
    case 'literal':
      return node.value;
    case 'compare': {
      const [left, right] = [valueOf(node.left), valueOf(node.right)];
      return left === null || right === null ? null : holds(node.operator, compareValues(left, right));
    }
    case 'and': {
      const values = node.operands.map(valueOf);
      return values.includes(false) ? false : values.includes(null) ? null : true;
    }
    case 'or': {
      const values = node.operands.map(valueOf);
      return values.includes(true) ? true : values.includes(null) ? null : false;
    }
    case 'not': {
      const value = valueOf(node.operand);
      return value === null ? null : !value;
    }
    case 'is-null':
      return valueOf(node.operand) === null;
    case 'coalesce':
      return node.operands.map(valueOf).find((value) => value !== null) ?? null;
    case 'arithmetic': {
      const [left, right] = [valueOf(node.left), valueOf(node.right)];
      if (left === null || right === null) return null;
      const compute = { add: addExact, subtract: subtractExact, multiply: multiplyExact }[node.operator];
      return compute(left as ExactInteger, right as ExactInteger);
    }
    default:
      return impossible(`expression ${JSON.stringify(node satisfies never)}`);
  }
}

function holds(operator: CompareOperator, order: number): boolean {
  switch (operator) {
    case 'eq':
      return order === 0;
    case 'ne':
      return order !== 0;
    case 'lt':
      return order < 0;
    case 'le':
      return order <= 0;
    case 'gt':
      return order > 0;
    case 'ge':
      return order >= 0;
  }
}
