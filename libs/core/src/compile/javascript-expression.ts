import { impossible } from '../errors/twofold-error.js';
import type { ArithmeticOperator, CompareOperator, ExpressionNode } from '../views/expression.js';

const COMPARE: Readonly<Record<CompareOperator, string>> = {
  eq: '===',
  ne: '!==',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
};
const ARITHMETIC: Readonly<Record<ArithmeticOperator, string>> = {
  add: 'addExact',
  subtract: 'subtractExact',
  multiply: 'multiplyExact',
};

/**
 * An expression as JavaScript text over the locals `v0`, `v1`, … (the fields by index) and `timeMs`.
 * It may call the functions of {@link runtime}. Equal to `evaluate` in libs/core/src/naive, by property test.
 */
export function javaScriptOf(node: ExpressionNode, indexOfField: (name: string) => number): string {
  const of = (operand: ExpressionNode): string => javaScriptOf(operand, indexOfField);
  const guarded = (left: ExpressionNode, right: ExpressionNode, whenBoth: (a: string, b: string) => string): string => {
    const nullable = [left, right].some((operand) => operand.nullable);
    return nullable
      ? `ifBoth(${of(left)}, ${of(right)}, (a, b) => ${whenBoth('a', 'b')})`
      : whenBoth(of(left), of(right));
  };
  switch (node.kind) {
    case 'field':
      return `v${indexOfField(node.name)}`;
    case 'event-time':
      return 'timeMs';
    case 'literal':
      return `(${JSON.stringify(node.value)})`;
    case 'compare':
      return guarded(node.left, node.right, (a, b) => compared(node.operator, node.left.type === 'string', a, b));
    case 'and':
      return node.nullable ? `allOf(${node.operands.map(of).join(', ')})` : joined(node.operands.map(of), '&&', 'true');
    case 'or':
      return node.nullable
        ? `anyOf(${node.operands.map(of).join(', ')})`
        : joined(node.operands.map(of), '||', 'false');
    case 'not':
      return node.nullable ? `negated(${of(node.operand)})` : `(!${of(node.operand)})`;
    case 'is-null':
      return `(${of(node.operand)} === null)`;
    case 'coalesce':
      return `(${node.operands.map(of).join(' ?? ')})`;
    case 'arithmetic':
      return guarded(node.left, node.right, (a, b) => `${ARITHMETIC[node.operator]}(${a}, ${b})`);
    default:
      return impossible(`expression ${JSON.stringify(node satisfies never)}`);
  }
}

function compared(operator: CompareOperator, isText: boolean, a: string, b: string): string {
  const isOrder = operator !== 'eq' && operator !== 'ne';
  return isText && isOrder ? `(compareText(${a}, ${b}) ${COMPARE[operator]} 0)` : `(${a} ${COMPARE[operator]} ${b})`;
}

const joined = (operands: readonly string[], operator: string, ofNone: string): string =>
  operands.length === 0 ? ofNone : `(${operands.join(` ${operator} `)})`;
