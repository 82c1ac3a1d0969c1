import {
  DAY_PARTS,
  TIME_PARTS,
  add,
  bucket,
  constant,
  datePart,
  decimalTextOf,
  divide,
  length,
  listLength,
  multiply,
  negate,
  parseInteger,
  position,
  remainder,
  scaleOf,
  subtract,
  toDecimal,
  type ExactTypeName,
  type Expression,
} from '@twofold/core';
import fc from 'fast-check';
import type { ExpressionScope } from './expression-scope.js';
import { ZONES } from './scalar-values.js';

/** Numbers that are computed with stay below so many units, mostly. */
const TAME = 1_000;
/** Of so many operands of arithmetic, one may be any number, and one is near the ends of its type, so that some of it overflows. */
const WILD_IN = 24;
const EXTREME_INTS = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 62n, 10n ** 17n, -(10n ** 16n)] as const;
const EXTREME_UNITS = [10n ** 18n - 1n, 1n - 10n ** 18n, 10n ** 17n, -(10n ** 16n)] as const;
const MAX_SCALE = 18;
const MAX_WIDTH = 300;

/** Every function that gives an int. */
export const numbers = ({ listTypes, of }: ExpressionScope): readonly fc.Arbitrary<Expression>[] => [
  of('string').map((text) => length(text)),
  of('string').map((text) => parseInteger(text)),
  fc.tuple(of('string'), of('string')).map(([text, sought]) => position(text, sought)),
  ...listTypes.map((type) => of(type).map((list) => listLength(list))),
  fc.tuple(of('date'), fc.constantFrom(...DAY_PARTS)).map(([day, part]) => datePart(day, part)),
  fc
    .tuple(of('timestamp'), fc.constantFrom(...TIME_PARTS), fc.constantFrom(...ZONES))
    .map(([time, part, zone]) => datePart(time, part, zone)),
];

/** Arithmetic that gives an int, or a decimal of one scale. */
export function arithmetic(type: ExactTypeName, scope: ExpressionScope): readonly fc.Arbitrary<Expression>[] {
  const operand = tamed(type, scope);
  const factor = tamed('int', scope);
  const scale = scaleOf(type) ?? 0;
  const pair = fc.tuple(operand, operand);
  return [
    pair.map(([a, b]) => add(a, b)),
    pair.map(([a, b]) => subtract(a, b)),
    fc.tuple(operand, factor).map(([a, b]) => multiply(a, b)),
    fc.tuple(scope.of(type), factor).map(([a, b]) => divide(a, b)),
    fc.tuple(scope.of(type), operand).map(([a, b]) => remainder(a, b)),
    operand.map((a) => negate(a)),
    fc.tuple(operand, fc.integer({ min: 1, max: MAX_WIDTH })).map(([a, width]) => bucket(a, literalText(width, type))),
    // one of scale 18 would have 19 digits
    ...(scale > 0 && scale < MAX_SCALE ? [factor.map((a) => toDecimal(a, scale))] : []),
    ...factorsOf(scale, scope).map(([left, right]) =>
      fc.tuple(tamed(left, scope), tamed(right, scope)).map(([a, b]) => multiply(a, b)),
    ),
  ];
}

/** Types of two decimals whose product has the scale. */
const factorsOf = (
  scale: number,
  { scalarTypes }: ExpressionScope,
): readonly (readonly [ExactTypeName, ExactTypeName])[] =>
  Array.from({ length: Math.max(0, scale - 1) }, (_, index): readonly [ExactTypeName, ExactTypeName] => [
    `decimal(${index + 1})`,
    `decimal(${scale - index - 1})`,
  ]).filter((types) => types.every((type) => scalarTypes.includes(type)));

/** A number that is mostly small: the remainder of one. */
const tamed = <T extends ExactTypeName>(type: T, { of }: ExpressionScope): fc.Arbitrary<Expression<T>> =>
  fc.oneof(
    {
      weight: WILD_IN - 2,
      arbitrary: of(type).map((value) =>
        value.kind === 'literal' && Math.abs(Number(value.value)) < TAME
          ? value
          : remainder(value, constant<ExactTypeName>(type, literalText(TAME, type)) as Expression<T>),
      ),
    },
    { weight: 1, arbitrary: of(type) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom<bigint[]>(...(type === 'int' ? EXTREME_INTS : EXTREME_UNITS))
        .map((units) => constant<ExactTypeName>(type, literalText(units, type)) as Expression<T>),
    },
  );

/** A literal as definitions write it, of units of the type. */
export const literalText = (units: number | bigint, type: ExactTypeName): never =>
  (type === 'int' ? units : decimalTextOf(units, scaleOf(type) ?? 0)) as never;
