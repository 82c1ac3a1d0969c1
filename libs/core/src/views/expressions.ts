import type { DataTypeKind, ValueOf } from '../events/data-type.js';
import type { ArithmeticOperator, CompareOperator, Expression, ExpressionNode, LiteralValue } from './expression.js';
import { TwofoldError } from '../errors/twofold-error.js';
import { isText } from '../events/read-data.js';

/** An expression of kind K, or a literal of it. Timestamps are written as a Date. */
export type Operand<K extends DataTypeKind> = Expression<K> | LiteralOf<K>;
type LiteralOf<K extends DataTypeKind> = K extends 'timestamp'
  ? Date
  : K extends 'int' | 'double'
    ? number
    : ValueOf<K>;

/** The event's own time (`time` of the envelope). */
export const eventTime: Expression<'timestamp', false> = { kind: 'event-time', type: 'timestamp', nullable: false };

export const eq = <K extends DataTypeKind>(left: Expression<K>, right: Operand<NoInfer<K>>) =>
  compare('eq', left, right);
export const ne = <K extends DataTypeKind>(left: Expression<K>, right: Operand<NoInfer<K>>) =>
  compare('ne', left, right);
export const lt = <K extends DataTypeKind>(left: Expression<K>, right: Operand<NoInfer<K>>) =>
  compare('lt', left, right);
export const le = <K extends DataTypeKind>(left: Expression<K>, right: Operand<NoInfer<K>>) =>
  compare('le', left, right);
export const gt = <K extends DataTypeKind>(left: Expression<K>, right: Operand<NoInfer<K>>) =>
  compare('gt', left, right);
export const ge = <K extends DataTypeKind>(left: Expression<K>, right: Operand<NoInfer<K>>) =>
  compare('ge', left, right);

export const and = (...operands: readonly Expression<'boolean'>[]): Expression<'boolean'> => logic('and', operands);
export const or = (...operands: readonly Expression<'boolean'>[]): Expression<'boolean'> => logic('or', operands);
export const not = (operand: Expression<'boolean'>): Expression<'boolean'> => ({
  kind: 'not',
  operand,
  type: 'boolean',
  nullable: operand.nullable,
});
export const isNull = (operand: Expression): Expression<'boolean', false> => ({
  kind: 'is-null',
  operand,
  type: 'boolean',
  nullable: false,
});

/** Of 64-bit integers; beyond them, an `overflow` error in every engine. */
export const add = <N extends boolean>(left: Expression<'int', N>, right: Operand<'int'>) =>
  arithmetic('add', left, right);
export const subtract = <N extends boolean>(left: Expression<'int', N>, right: Operand<'int'>) =>
  arithmetic('subtract', left, right);
export const multiply = <N extends boolean>(left: Expression<'int', N>, right: Operand<'int'>) =>
  arithmetic('multiply', left, right);

/** The first operand that is not null. With a last one that cannot be null, neither can the result. */
export function coalesce<K extends DataTypeKind>(
  first: Expression<K>,
  otherwise: LiteralOf<NoInfer<K>>,
): Expression<K, false>;
export function coalesce<K extends DataTypeKind>(
  first: Expression<K>,
  otherwise: Expression<NoInfer<K>>,
): Expression<K>;
export function coalesce(first: ExpressionNode, otherwise: unknown): ExpressionNode {
  const second = lift(otherwise, first.type);
  return { kind: 'coalesce', operands: [first, second], type: first.type, nullable: first.nullable && second.nullable };
}

function compare(operator: CompareOperator, left: ExpressionNode, right: unknown): Expression<'boolean'> {
  const other = lift(right, left.type);
  return { kind: 'compare', operator, left, right: other, type: 'boolean', nullable: left.nullable || other.nullable };
}

const logic = (kind: 'and' | 'or', operands: readonly ExpressionNode[]): Expression<'boolean'> => ({
  kind,
  operands,
  type: 'boolean',
  nullable: operands.some((operand) => operand.nullable),
});

function arithmetic(operator: ArithmeticOperator, left: ExpressionNode, right: unknown): Expression<'int'> {
  const other = lift(right, 'int');
  return { kind: 'arithmetic', operator, left, right: other, type: 'int', nullable: left.nullable || other.nullable };
}

/** A literal as a node of the type that its place asks for; a node as it is. */
function lift(operand: unknown, type: DataTypeKind): ExpressionNode {
  if (typeof operand === 'object' && operand !== null && 'kind' in operand) return operand as ExpressionNode;
  const given = operand instanceof Date ? operand.getTime() : operand;
  // + 0 makes −0 a plain 0, as the readers of data do
  const value = typeof given === 'number' ? given + 0 : given;
  if (!isLiteral(value, type)) {
    throw new TwofoldError('invalid-view-definition', `${String(operand)} is not a literal of type ${type}`);
  }
  return { kind: 'literal', value, type, nullable: false };
}

function isLiteral(value: unknown, type: DataTypeKind): value is LiteralValue {
  switch (type) {
    case 'string':
      return typeof value === 'string' && isText(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'double':
      return Number.isFinite(value);
    case 'int':
    case 'timestamp':
      return Number.isSafeInteger(value);
  }
}
