import { TwofoldError } from '../errors/twofold-error.js';
import { scaleOf, type DataTypeName, type ScalarTypeName, type ValueOf } from '../events/data-type.js';
import { parseDate } from '../events/parse-date.js';
import { parseDecimal } from '../events/parse-decimal.js';
import type { Expression, ExpressionNode, LiteralValue } from './expression.js';
import * as nodes from './nodes.js';

/** A literal as definitions write it: a timestamp as a Date, a date as 'YYYY-MM-DD', a decimal as a string such as '12.50'. */
export type LiteralOf<T extends DataTypeName> = T extends 'timestamp'
  ? Date
  : T extends 'int'
    ? number | bigint
    : T extends 'date' | `decimal(${number})`
      ? string
      : T extends ScalarTypeName
        ? ValueOf<T>
        : never;

/** An expression of a type, or a literal of it. */
export type Operand<T extends DataTypeName, N extends boolean = boolean> = Expression<T, N> | LiteralOf<T>;

/** Whether a result of two may be null. */
export type Or<A extends boolean, B extends boolean> = true extends A ? true : B;
/** Whether an operand may be null: a literal is not. */
export type NullOf<R> = R extends ExpressionNode ? (R extends Expression<DataTypeName, infer N> ? N : boolean) : false;
/** Whether one of the operands may be null. */
export type AnyNull<R extends readonly unknown[]> = true extends NullOf<R[number]> ? true : false;

/** False where one of them cannot be null. */
export type AllNull<R extends readonly unknown[]> = R extends readonly [infer H, ...infer Rest]
  ? true extends NullOf<H>
    ? AllNull<Rest>
    : false
  : true;

/** A value of a type, for where an expression is needed: `constant('int', 7)`. */
export const constant = <T extends ScalarTypeName>(type: T, value: LiteralOf<T>): Expression<T, false> =>
  lift(value, type) as Expression<T, false>;
/** Null, as a value of a type. */
export const nullOf = <T extends DataTypeName>(type: T): Expression<T, true> =>
  nodes.literal(null, type) as Expression<T, true>;

/** A literal as a node of the type that its place asks for; a node as it is. */
export function lift(operand: unknown, type: DataTypeName): ExpressionNode {
  if (typeof operand === 'object' && operand !== null && 'kind' in operand) return operand as ExpressionNode;
  const value = literalValueOf(operand, type);
  if (value === null)
    throw new TwofoldError('invalid-view-definition', `${String(operand)} is not a literal of type ${type}`);
  return nodes.literal(value, type);
}

function literalValueOf(given: unknown, type: DataTypeName): LiteralValue {
  if (given instanceof Date) return type === 'timestamp' ? given.getTime() : null;
  if (type === 'date') return typeof given === 'string' ? parseDate(given) : null;
  if (type !== 'int' && scaleOf(type) !== null) {
    const units = typeof given === 'string' ? parseDecimal(given, scaleOf(type) ?? 0) : null;
    return typeof units === 'bigint' ? `${units}` : units;
  }
  if (typeof given === 'bigint') return Number.isSafeInteger(Number(given)) ? Number(given) : `${given}`;
  // + 0 makes −0 a plain 0, as the readers of data do
  if (typeof given === 'number') return given + 0;
  return type !== 'int' && (typeof given === 'string' || typeof given === 'boolean') ? given : null;
}
