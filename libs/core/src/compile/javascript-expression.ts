import { impossible } from '../errors/twofold-error.js';
import { scaleOf } from '../events/data-type.js';
import type { ArithmeticOperator, CompareOperator, ExpressionNode } from '../views/expression.js';

/** What stands for the event in the text. */
export type JavaScriptScope = {
  /** The text of a leaf's value: a local, or `null` for a leaf that the event does not have. */
  readonly field: (path: string) => string;
  /** The name of the event's type. Event time is the local `timeMs`. */
  readonly eventType: string;
};

/** Statements that come first, and the text of each node's value. */
export type CompiledExpressions = { readonly prelude: readonly string[]; readonly values: readonly string[] };

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
  divide: 'divideExact',
  remainder: 'remainderExact',
};

/**
 * Compiles expressions to JavaScript text that may call the functions of {@link runtime}. All arithmetic is computed in the
 * prelude, each once however often it stands there, so that an overflow is one wherever it stands; what earlier calls of
 * the result computed is used by later ones. Equal to `evaluate` in libs/core/src/naive, by property test.
 */
export function expressionCompiler(scope: JavaScriptScope): (nodes: readonly ExpressionNode[]) => CompiledExpressions {
  const computed = new Map<string, string>();
  return (nodes) => {
    const prelude: string[] = [];
    const keep = (node: ExpressionNode, text: string): string => {
      const key = JSON.stringify(node);
      const known = computed.get(key);
      if (known !== undefined) return known;
      const name = `x${computed.size}`;
      prelude.push(`const ${name} = ${text};`);
      computed.set(key, name);
      return name;
    };
    /** Of a value that is read twice: a local or a literal as it is, anything else under a name. */
    const named = (node: ExpressionNode): string => {
      const text = textOf(node);
      return isSimple(text) ? text : keep(node, text);
    };
    const textOf = (node: ExpressionNode): string => {
      switch (node.kind) {
        case 'field':
          return scope.field(node.name);
        case 'event-time':
          return 'timeMs';
        case 'event-type':
          return JSON.stringify(scope.eventType);
        case 'literal':
          return literalText(node);
        case 'compare':
          return compareText(node.operator, node.left, node.right);
        case 'and':
          return node.nullable ? `allOf(${listText(node.operands)})` : joined(node.operands.map(textOf), '&&', 'true');
        case 'or':
          return node.nullable ? `anyOf(${listText(node.operands)})` : joined(node.operands.map(textOf), '||', 'false');
        case 'not':
          return node.nullable ? `negated(${textOf(node.operand)})` : `(!${textOf(node.operand)})`;
        case 'is-null':
          return `(${textOf(node.operand)} === null)`;
        case 'coalesce':
          return `(${node.operands.map(textOf).join(' ?? ')})`;
        case 'arithmetic': {
          const [left, right] = [named(node.left), named(node.right)];
          const nullable = [left, right].filter((_, index) => (index === 0 ? node.left : node.right).nullable);
          return keep(node, unlessNull(nullable, `${ARITHMETIC[node.operator]}(${left}, ${right})`));
        }
        case 'case': {
          const branches = node.branches.map(({ when, then }) => [textOf(when), textOf(then)] as const);
          return `(${branches.map(([when, then]) => `${when} === true ? ${then} : `).join('')}${textOf(node.otherwise)})`;
        }
        case 'call':
          return callText(node);
        default:
          return impossible(`expression ${JSON.stringify(node satisfies never)}`);
      }
    };
    const listText = (operands: readonly ExpressionNode[]): string => operands.map(textOf).join(', ');
    const callText = (node: Call): string => {
      const operands = argumentsOf(node).map((operand) =>
        typeof operand === 'number' ? `${operand}` : textOf(operand),
      );
      const nullable = operands.filter((_, index) => node.operands[index]?.nullable === true);
      return nullable.every(isSimple)
        ? unlessNull(nullable, `functions.${node.name}(${operands.join(', ')})`)
        : `callFunction(${[JSON.stringify(node.name), ...operands].join(', ')})`;
    };
    const compareText = (operator: CompareOperator, left: ExpressionNode, right: ExpressionNode): string => {
      const compare = (a: string, b: string): string => compared(operator, left.type === 'string', a, b);
      const texts = [textOf(left), textOf(right)] as const;
      const nullable = texts.filter((_, index) => (index === 0 ? left : right).nullable);
      return nullable.every(isSimple)
        ? unlessNull(nullable, compare(...texts))
        : `ifBoth(${texts.join(', ')}, (a, b) => ${compare('a', 'b')})`;
    };
    const values = nodes.map(textOf);
    return { prelude, values };
  };
}

type Call = Extract<ExpressionNode, { kind: 'call' }>;

/** A local or a number: to name it twice costs nothing. */
const isSimple = (text: string): boolean => /^(?:[\w$]+|\(-?\d+n?\))$/.test(text);

/** The text's value, null where one of the operands is. */
const unlessNull = (operands: readonly string[], text: string): string =>
  operands.length === 0 ? text : `(${operands.map((operand) => `${operand} === null`).join(' || ')} ? null : ${text})`;

/** The operands of a call as its function takes them: the text of a decimal also needs its scale. */
export function argumentsOf({ name, operands }: Call): readonly (ExpressionNode | number)[] {
  const [of] = operands;
  return name === 'toText' && of !== undefined ? [of, scaleOf(of.type) ?? 0] : operands;
}

function literalText({ value, type }: Extract<ExpressionNode, { kind: 'literal' }>): string {
  if (value === null) return 'null';
  return typeof value === 'string' && scaleOf(type) !== null ? `(${value}n)` : `(${JSON.stringify(value)})`;
}

function compared(operator: CompareOperator, isText: boolean, a: string, b: string): string {
  const isOrder = operator !== 'eq' && operator !== 'ne';
  return isText && isOrder ? `(compareText(${a}, ${b}) ${COMPARE[operator]} 0)` : `(${a} ${COMPARE[operator]} ${b})`;
}

const joined = (operands: readonly string[], operator: string, ofNone: string): string =>
  operands.length === 0 ? ofNone : `(${operands.join(` ${operator} `)})`;
