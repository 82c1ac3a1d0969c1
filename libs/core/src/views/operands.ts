import type { ExpressionNode } from './expression.js';

/** The nodes directly below one, each with its place in it, as a JSON pointer has it. */
export function namedOperandsOf(node: ExpressionNode): readonly (readonly [place: string, operand: ExpressionNode])[] {
  switch (node.kind) {
    case 'field':
    case 'event-time':
    case 'event-type':
    case 'literal':
      return [];
    case 'compare':
    case 'arithmetic':
      return [
        ['left', node.left],
        ['right', node.right],
      ];
    case 'and':
    case 'or':
    case 'coalesce':
    case 'call':
      return node.operands.map((operand, index) => [`operands/${index}`, operand]);
    case 'case':
      return [
        ...node.branches.flatMap(({ when, then }, index): readonly (readonly [string, ExpressionNode])[] => [
          [`branches/${index}/when`, when],
          [`branches/${index}/then`, then],
        ]),
        ['otherwise', node.otherwise],
      ];
    case 'not':
    case 'is-null':
      return [['operand', node.operand]];
  }
}

export const operandsOf = (node: ExpressionNode): readonly ExpressionNode[] =>
  namedOperandsOf(node).map(([, operand]) => operand);
