import {
  ARITHMETIC_OPERATORS,
  COMPARE_OPERATORS,
  FUNCTION_NAMES,
  coalesce,
  constant,
  eventTime,
  eventType,
  itemTypeOf,
  nullOf,
  scaleOf,
  when,
  type DataTypeName,
  type ExactTypeName,
  type Expression,
  type ExpressionNode,
  type Leaf,
  type ScalarTypeName,
} from '@twofold/core';
import fc from 'fast-check';
import { conditions } from './conditions.js';
import type { ExpressionScope } from './expression-scope.js';
import { arithmetic, literalText, numbers } from './numbers.js';
import { valuesOfType } from './scalar-values.js';
import { moments, texts } from './texts-and-times.js';

/** Arbitraries of expressions over some leaves. */
export type ExpressionArbitraries = {
  /** Of every scalar type that there are leaves or functions of, of lists that leaves are of; of other types: null and literals. */
  readonly ofType: <T extends DataTypeName>(type: T) => fc.Arbitrary<Expression<T>>;
  readonly scalarTypes: readonly ScalarTypeName[];
};

/** Every kind of node, operator and function: what a generator must reach. */
export const EXPRESSION_WORDS: readonly string[] = [
  ...['field', 'event-time', 'event-type', 'literal', 'and', 'or', 'not', 'is-null', 'coalesce', 'case'],
  ...COMPARE_OPERATORS,
  ...ARITHMETIC_OPERATORS,
  ...FUNCTION_NAMES,
];

/** The one of {@link EXPRESSION_WORDS} that a node is. */
export const wordOf = (node: ExpressionNode): string =>
  node.kind === 'call' ? node.name : 'operator' in node ? node.operator : node.kind;

/** Levels of choices above the leaves of an expression; a choice is up to four levels of nodes. */
const MAX_DEPTH = 4;
const SOME_TYPES: readonly ScalarTypeName[] = [
  ...(['string', 'int', 'double', 'boolean', 'timestamp', 'date', 'decimal(2)', 'decimal(3)'] as const),
];
const MS_PER_DAY = 86_400_000;

/**
 * Expressions over the leaves of some events, of every node and function, made by the builders that teams use. Arithmetic
 * mostly stays within 64 bits, and now and then does not.
 */
export function expressionsOver(
  leaves: readonly Leaf[],
  eventNames: readonly string[] = ['thing.seen'],
): ExpressionArbitraries {
  const scalarTypes = [
    ...new Set([...SOME_TYPES, ...leaves.map(({ type }) => itemTypeOf(type) ?? (type as ScalarTypeName))]),
  ];
  const listTypes = [...new Set(leaves.map(({ type }) => type as `list(${ScalarTypeName})`))].filter(
    (type) => itemTypeOf(type) !== null,
  );
  const depthIdentifier = fc.createDepthIdentifier();
  const arbitraries = fc.letrec<Record<string, Expression>>((tie) => {
    const of = <T extends DataTypeName>(type: T): fc.Arbitrary<Expression<T>> => tie(type) as never;
    const scope: ExpressionScope = { scalarTypes, listTypes, eventNames, of };
    // the first choice is what is taken at the greatest depth
    const choicesOf = (type: DataTypeName): readonly fc.WeightedArbitrary<Expression>[] => [
      { weight: 8, arbitrary: leafOf(type, leaves) },
      { weight: 1, arbitrary: fc.tuple(of(type), orNull(type, of(type))).map(([a, b]) => coalesce(a, b)) },
      { weight: 1, arbitrary: caseOf(type, scope) },
      ...computationsOf(type, scope).map((arbitrary) => ({ weight: 1, arbitrary })),
    ];
    return Object.fromEntries(
      [...scalarTypes, ...listTypes].map((type) => [
        type,
        fc.oneof({ maxDepth: MAX_DEPTH, depthIdentifier, depthSize: 'small' }, ...choicesOf(type)),
      ]),
    );
  });
  return { scalarTypes, ofType: (type) => (arbitraries[type] ?? leafOf(type, leaves)) as never };
}

/** Fields of the type, literals, and what the envelope has of it. */
function leafOf(type: DataTypeName, leaves: readonly Leaf[]): fc.Arbitrary<Expression> {
  const choices: fc.WeightedArbitrary<Expression>[] = [];
  const fields = leaves
    .filter((leaf) => leaf.type === type)
    .map(({ path, nullable }): Expression => ({ kind: 'field', name: path, type, nullable }));
  if (fields.length > 0) choices.push({ weight: 8, arbitrary: fc.constantFrom(...fields) });
  if (itemTypeOf(type) === null) choices.push({ weight: 1, arbitrary: literalOf(type as ScalarTypeName) });
  if (type === 'timestamp') choices.push({ weight: 2, arbitrary: fc.constant(eventTime) });
  if (type === 'string') choices.push({ weight: 1, arbitrary: fc.constant(eventType) });
  return choices.length === 0 ? fc.constant(nullOf(type)) : fc.oneof(...choices);
}

function computationsOf(type: DataTypeName, scope: ExpressionScope): readonly fc.Arbitrary<Expression>[] {
  switch (type) {
    case 'boolean':
      return conditions(scope);
    case 'string':
      return texts(scope);
    case 'timestamp':
    case 'date':
      return moments(type, scope);
    case 'int':
      return [...numbers(scope), ...arithmetic(type, scope)];
    default:
      return scaleOf(type) === null ? [] : arithmetic(type as ExactTypeName, scope);
  }
}

const orNull = (type: DataTypeName, of: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> =>
  fc.oneof({ weight: 9, arbitrary: of }, { weight: 1, arbitrary: fc.constant(nullOf(type)) });

const caseOf = (type: DataTypeName, { of }: ExpressionScope): fc.Arbitrary<Expression> =>
  fc
    .tuple(of('boolean'), of(type), fc.option(fc.tuple(of('boolean'), of(type))), fc.option(of(type)))
    .map(([condition, then, second, otherwise]) => {
      const first = when(condition, then);
      const all = second === null ? first : first.when(...second);
      return otherwise === null ? all.end() : all.otherwise(otherwise);
    });

const literalOf = (type: ScalarTypeName): fc.Arbitrary<Expression> =>
  valuesOfType(type).map((value) => {
    if (type === 'timestamp') return constant(type, new Date(Number(value)));
    if (type === 'date') return constant(type, new Date(Number(value) * MS_PER_DAY).toISOString().slice(0, 10));
    return scaleOf(type) === null
      ? constant(type, value as never)
      : constant(type, literalText(value as number | bigint, type as ExactTypeName));
  });
