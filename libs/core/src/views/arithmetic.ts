import { TwofoldError } from '../errors/twofold-error.js';
import type { ExactTypeName } from '../events/data-type.js';
import type { ArithmeticOperator, Expression, ExpressionNode } from './expression.js';
import * as nodes from './nodes.js';
import { lift, type LiteralOf, type NullOf, type Operand, type Or } from './operand.js';

/** Of two ints, or two decimals of one scale. Beyond 64 bits: an `overflow` error in every engine. */
export const add = <T extends ExactTypeName, N extends boolean, const R extends Operand<NoInfer<T>>>(
  left: Expression<T, N>,
  right: R,
) => arithmetic('add', left, right) as Expression<T, Or<N, NullOf<R>>>;
export const subtract = <T extends ExactTypeName, N extends boolean, const R extends Operand<NoInfer<T>>>(
  left: Expression<T, N>,
  right: R,
) => arithmetic('subtract', left, right) as Expression<T, Or<N, NullOf<R>>>;
/** By an int, or of two decimals: its digits after the point are then those of both together, at most 18. */
export const multiply = <
  T extends ExactTypeName,
  N extends boolean,
  const R extends Expression<ExactTypeName> | LiteralOf<'int'>,
>(
  left: Expression<T, N>,
  right: R,
) =>
  nodes.arithmetic('multiply', left, lift(right, 'int')) as Expression<
    ProductOf<T, R extends Expression<infer U extends ExactTypeName> ? U : 'int'>,
    Or<N, NullOf<R>>
  >;
/** By an int, rounded towards zero, to the scale of `left`; by zero: null. */
export const divide = <T extends ExactTypeName, N extends boolean, const R extends Operand<'int'>>(
  left: Expression<T, N>,
  right: R,
) => nodes.arithmetic('divide', left, lift(right, 'int')) as Expression<T, Or<N, NullOfDivisor<R>>>;
/** What {@link divide} leaves, with the sign of `left`; by zero: null. */
export const remainder = <T extends ExactTypeName, N extends boolean, const R extends Operand<NoInfer<T>>>(
  left: Expression<T, N>,
  right: R,
) => arithmetic('remainder', left, right) as Expression<T, Or<N, NullOfDivisor<R>>>;
export const negate = <T extends ExactTypeName, N extends boolean>(of: Expression<T, N>): Expression<T, N> =>
  nodes.arithmetic('subtract', nodes.literal(0, of.type), of) as Expression<T, N>;

/** A literal that is not zero makes no null. */
type NullOfDivisor<R> = R extends number | bigint
  ? number extends R
    ? true
    : bigint extends R
      ? true
      : R extends 0 | 0n
        ? true
        : false
  : true;

type Tuple<N extends number, T extends readonly unknown[] = readonly []> = number extends N
  ? readonly unknown[]
  : T['length'] extends N
    ? T
    : Tuple<N, readonly [...T, unknown]>;
type Plus<A extends number, B extends number> = [...Tuple<A>, ...Tuple<B>]['length'] & number;
/** The type of a product: scales add up. */
type ProductOf<A extends ExactTypeName, B extends ExactTypeName> = A extends `decimal(${infer X extends number})`
  ? B extends `decimal(${infer Y extends number})`
    ? `decimal(${Plus<X, Y>})`
    : A
  : B;

/** The lower end of the bucket [n · width, (n + 1) · width) that holds the value: 0, 10, 20 … and −10 for −1. */
export function bucket<T extends ExactTypeName, N extends boolean>(
  of: Expression<T, N>,
  width: LiteralOf<NoInfer<T>>,
): Expression<T, N> {
  const by = lift(width, of.type);
  if (by.kind !== 'literal' || !(Number(by.value) > 0))
    throw new TwofoldError('invalid-view-definition', 'the width of a bucket is greater than zero');
  const rest = nodes.arithmetic('remainder', nodes.arithmetic('add', nodes.arithmetic('remainder', of, by), by), by);
  return nodes.arithmetic('subtract', of, rest) as Expression<T, N>;
}

/** An int as a decimal with that many digits after the point. */
export const toDecimal = <const S extends number, N extends boolean>(of: Expression<'int', N>, scale: S) =>
  nodes.arithmetic('multiply', of, lift('1', `decimal(${scale})`)) as Expression<`decimal(${S})`, N>;

const arithmetic = (operator: ArithmeticOperator, left: ExpressionNode, right: unknown): ExpressionNode =>
  nodes.arithmetic(operator, left, lift(right, left.type));
