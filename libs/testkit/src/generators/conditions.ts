import {
  COMPARE_OPERATORS,
  and,
  contains,
  eq,
  eventType,
  ge,
  gt,
  isNull,
  itemTypeOf,
  le,
  listContains,
  lt,
  ne,
  not,
  oneOf,
  or,
  startsWith,
  type Expression,
} from '@twofold/core';
import fc from 'fast-check';
import type { ExpressionScope } from './expression-scope.js';

const COMPARE = { eq, ne, lt, le, gt, ge };
const MAX_OPERANDS = 3;

/** Comparisons of every type, the connectives, and what asks of texts and lists. */
export function conditions({
  scalarTypes,
  listTypes,
  eventNames,
  of,
}: ExpressionScope): readonly fc.Arbitrary<Expression>[] {
  const comparisons = scalarTypes.map((type) =>
    fc
      .tuple(fc.constantFrom(...COMPARE_OPERATORS), of(type), of(type))
      .map(([operator, left, right]) => COMPARE[operator](left, right)),
  );
  const texts = fc.tuple(of('string'), of('string'));
  const operands = fc.array(of('boolean'), { maxLength: MAX_OPERANDS });
  return [
    ...comparisons,
    operands.map((conditions) => and(...conditions)),
    operands.map((conditions) => or(...conditions)),
    of('boolean').map((condition) => not(condition)),
    fc.oneof(...[...scalarTypes, ...listTypes].map((type) => of(type))).map((value) => isNull(value)),
    fc
      .tuple(of('string'), fc.array(of('string'), { maxLength: MAX_OPERANDS }))
      .map(([text, values]) => oneOf(text, values)),
    texts.map(([text, start]) => startsWith(text, start)),
    texts.map(([text, sought]) => contains(text, sought)),
    fc.constantFrom(...eventNames).map((name) => eq(eventType, name)),
    ...listTypes.map((type) =>
      fc.tuple(of(type), of(itemTypeOf(type) ?? 'string')).map(([list, item]) => listContains(list, item)),
    ),
  ];
}
