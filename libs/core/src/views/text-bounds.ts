import type { Leaf } from '../events/leaves.js';
import type { ExpressionNode } from './expression.js';
import { operandsOf } from './operands.js';

/** Digits of a 64-bit integer with its sign, and a point and leading zero beside a scale. */
const LONGEST_NUMBER = 22;
/** A code point takes up to two UTF-16 units. */
const UNITS_OF_CODE_POINT = 2;

/** The greatest length of a text expression's value, in UTF-16 units. */
export function longestText(node: ExpressionNode, leaves: readonly Leaf[]): number {
  const longest = (operand: ExpressionNode): number => longestText(operand, leaves);
  switch (node.kind) {
    case 'field':
      return longestOfLeaf(leaves.find(({ path }) => path === node.name));
    case 'event-type':
      return LONGEST_EVENT_TYPE;
    case 'literal':
      return String(node.value ?? '').length;
    case 'coalesce':
      return Math.max(...node.operands.map(longest));
    case 'case':
      return Math.max(...node.branches.map(({ then }) => longest(then)), longest(node.otherwise));
    case 'call':
      return longestCall(node, longest);
    default:
      return Math.max(0, ...operandsOf(node).map(longest));
  }
}

/** Names of types are far shorter. */
const LONGEST_EVENT_TYPE = 100;

function longestCall(
  { name, operands }: Extract<ExpressionNode, { kind: 'call' }>,
  longest: (operand: ExpressionNode) => number,
): number {
  const [first, , taken] = operands;
  if (first === undefined) return 0;
  switch (name) {
    case 'concat':
      return operands.reduce((sum, operand) => sum + longest(operand), 0);
    case 'substring': {
      const ofText = longest(first);
      const isLiteral = taken?.kind === 'literal' && typeof taken.value === 'number';
      return isLiteral ? Math.min(ofText, Math.max(0, Number(taken.value)) * UNITS_OF_CODE_POINT) : ofText;
    }
    case 'toText':
      return first.type === 'string' ? longest(first) : LONGEST_NUMBER;
    default:
      return longest(first);
  }
}

function longestOfLeaf(leaf: Leaf | undefined): number {
  if (leaf?.field.kind === 'string') return leaf.field.maxLength;
  return leaf?.field.kind === 'enum' ? Math.max(...leaf.field.values.map(({ length }) => length)) : 0;
}
