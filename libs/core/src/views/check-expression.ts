import { TwofoldError } from '../errors/twofold-error.js';
import type { Leaf } from '../events/leaves.js';
import type { ExpressionNode } from './expression.js';
import * as nodes from './nodes.js';
import { namedOperandsOf } from './operands.js';
import type { RefuseView } from './view-problem.js';

/** Of a tree that is compiled by recursion, and whose text engines parse by recursion. */
const MAX_DEPTH = 32;
/** Of one expression: its SQL stays within some 100 kB. */
const MAX_NODES = 1_000;

/**
 * Checks an expression that came as plain data: every node is of a kind that there is, every field that is named is one of
 * the leaves, operands fit, and each node states the type and nullability that follow from its operands.
 */
export function checkExpression(
  node: ExpressionNode,
  leaves: readonly Leaf[],
  refuse: RefuseView,
  pointer: string,
): void {
  let count = 0;
  const check = (at: ExpressionNode, place: string, depth: number): void => {
    count += 1;
    if (count > MAX_NODES) refuse(`an expression has at most ${MAX_NODES} nodes`, pointer);
    if (depth > MAX_DEPTH) refuse(`an expression is at most ${MAX_DEPTH} deep`, pointer);
    for (const [name, operand] of operandsAt(at, place, refuse)) check(operand, `${place}/${name}`, depth + 1);
    const right = rebuilt(at, leaves, refuse, place);
    const extra = Object.keys(at).find((key) => !(key in right));
    if (extra !== undefined) refuse(`a ${at.kind} has no ${JSON.stringify(extra)}`, place);
    if (right.type !== at.type) refuse(`this is of type ${right.type}, not ${String(at.type)}`, place);
    if (right.nullable !== at.nullable) refuse(right.nullable ? 'this may be null' : 'this is never null', place);
  };
  check(node, pointer, 1);
}

function operandsAt(node: ExpressionNode, place: string, refuse: RefuseView): ReturnType<typeof namedOperandsOf> {
  const operands = (() => {
    try {
      return namedOperandsOf(node) as ReturnType<typeof namedOperandsOf> | undefined;
    } catch {
      return undefined;
    }
  })();
  if (operands?.every(([, operand]) => typeof operand === 'object' && operand !== null) !== true)
    return refuse(
      `${JSON.stringify((node as { kind?: unknown } | null | undefined)?.kind)} is no kind of expression, or lacks what it is of`,
      place,
    );
  return operands;
}

/** The node as its builder makes it of the same operands. */
function rebuilt(node: ExpressionNode, leaves: readonly Leaf[], refuse: RefuseView, place: string): ExpressionNode {
  try {
    switch (node.kind) {
      case 'field': {
        const leaf = leaves.find(({ path }) => path === node.name);
        if (leaf === undefined) return refuse(`there is no field ${JSON.stringify(node.name)}`, place);
        return nodes.field(leaf.path, leaf.type, leaf.nullable);
      }
      case 'event-time':
        return { kind: 'event-time', type: 'timestamp', nullable: false };
      case 'event-type':
        return { kind: 'event-type', type: 'string', nullable: false };
      case 'literal':
        return nodes.literal(node.value, node.type);
      case 'compare':
        return nodes.compare(node.operator, node.left, node.right);
      case 'and':
      case 'or':
        return nodes.logic(node.kind, node.operands);
      case 'not':
        return nodes.negation(node.operand);
      case 'is-null':
        return nodes.nullTest(node.operand);
      case 'arithmetic':
        return nodes.arithmetic(node.operator, node.left, node.right);
      case 'coalesce':
        return nodes.coalesceOf(node.operands);
      case 'case':
        return nodes.caseOf(node.branches, node.otherwise);
      case 'call':
        return nodes.call(node.name, node.operands);
      default:
        return refuse(
          `${JSON.stringify((node satisfies never as ExpressionNode).kind)} is no kind of expression`,
          place,
        );
    }
  } catch (error) {
    if (error instanceof TwofoldError && error.pointer === undefined) return refuse(error.message, place);
    throw error;
  }
}
