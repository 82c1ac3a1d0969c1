import { compareValues, isInOrder } from '../algebra/compare-values.js';
import {
  addExact,
  divideExact,
  multiplyExact,
  remainderExact,
  subtractExact,
  type ExactInteger,
} from '../algebra/exact-integer.js';
import { argumentsOf } from '../compile/javascript-expression.js';
import { impossible } from '../errors/twofold-error.js';
import { scaleOf, type Scalar, type Value } from '../events/data-type.js';
import { callFunction } from '../functions/function-table.js';
import type { ExpressionNode } from '../views/expression.js';
import type { PlainEvent } from './plain-event.js';

const ARITHMETIC = {
  add: addExact,
  subtract: subtractExact,
  multiply: multiplyExact,
  divide: divideExact,
  remainder: remainderExact,
};

/** What an expression means for one event. Every operand is evaluated: an overflow is one wherever it stands. @throws TwofoldError `overflow` */
export function evaluate(node: ExpressionNode, event: PlainEvent): Value {
  const valueOf = (operand: ExpressionNode): Value => evaluate(operand, event);
  switch (node.kind) {
    case 'field':
      return event.data[node.name] ?? null;
    case 'event-time':
      return event.timeMs;
    case 'event-type':
      return event.type;
    case 'literal':
      return typeof node.value === 'string' && scaleOf(node.type) !== null ? BigInt(node.value) : node.value;
    case 'compare': {
      const [left, right] = [valueOf(node.left) as Scalar, valueOf(node.right) as Scalar];
      return left === null || right === null ? null : isInOrder(node.operator, compareValues(left, right));
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
      return ARITHMETIC[node.operator](left as ExactInteger, right as ExactInteger);
    }
    case 'case': {
      const branches = node.branches.map(({ when, then }) => [valueOf(when), valueOf(then)] as const);
      const otherwise = valueOf(node.otherwise);
      const [, value = otherwise] = branches.find(([when]) => when === true) ?? [];
      return value;
    }
    case 'call':
      return callFunction(
        node.name,
        ...argumentsOf(node).map((operand) => (typeof operand === 'number' ? operand : valueOf(operand))),
      );
    default:
      return impossible(`expression ${JSON.stringify(node satisfies never)}`);
  }
}
