import type { DataTypeName, ScalarTypeName } from '../events/data-type.js';
import type { EventType } from '../events/event-type.js';
import type { CompareOperator, Expression, ExpressionNode } from './expression.js';
import * as nodes from './nodes.js';
import { lift, type AllNull, type AnyNull, type LiteralOf, type NullOf, type Operand, type Or } from './operand.js';

type Condition = Expression<'boolean'>;

/** The event's own time (`time` of the envelope). */
export const eventTime: Expression<'timestamp', false> = { kind: 'event-time', type: 'timestamp', nullable: false };

/** The name of the event's type: where a view reads several, which of them it is. */
export const eventType: Expression<'string', false> = { kind: 'event-type', type: 'string', nullable: false };

/** Whether it is this event. */
export const isEvent = ({ type }: EventType): Expression<'boolean', false> =>
  nodes.compare('eq', eventType, nodes.literal(type, 'string')) as Expression<'boolean', false>;

/** Of two values of one type. Text compares by code point. */
export const eq = <T extends ScalarTypeName, N extends boolean, const R extends Operand<NoInfer<T>>>(
  left: Expression<T, N>,
  right: R,
) => compare<N, R>('eq', left, right);
export const ne = <T extends ScalarTypeName, N extends boolean, const R extends Operand<NoInfer<T>>>(
  left: Expression<T, N>,
  right: R,
) => compare<N, R>('ne', left, right);
export const lt = <T extends ScalarTypeName, N extends boolean, const R extends Operand<NoInfer<T>>>(
  left: Expression<T, N>,
  right: R,
) => compare<N, R>('lt', left, right);
export const le = <T extends ScalarTypeName, N extends boolean, const R extends Operand<NoInfer<T>>>(
  left: Expression<T, N>,
  right: R,
) => compare<N, R>('le', left, right);
export const gt = <T extends ScalarTypeName, N extends boolean, const R extends Operand<NoInfer<T>>>(
  left: Expression<T, N>,
  right: R,
) => compare<N, R>('gt', left, right);
export const ge = <T extends ScalarTypeName, N extends boolean, const R extends Operand<NoInfer<T>>>(
  left: Expression<T, N>,
  right: R,
) => compare<N, R>('ge', left, right);
/** Whether it is one of these. */
export const oneOf = <T extends ScalarTypeName>(
  of: Expression<T>,
  values: readonly Operand<NoInfer<T>>[],
): Expression<'boolean'> => or(...values.map((value) => compare<boolean, unknown>('eq', of, value) as Condition));

export const and = <const R extends readonly Condition[]>(...operands: R) =>
  nodes.logic('and', operands) as Expression<'boolean', AnyNull<R>>;
export const or = <const R extends readonly Condition[]>(...operands: R) =>
  nodes.logic('or', operands) as Expression<'boolean', AnyNull<R>>;
export const not = <N extends boolean>(operand: Expression<'boolean', N>): Expression<'boolean', N> =>
  nodes.negation(operand) as Expression<'boolean', N>;
export const isNull = (operand: Expression): Expression<'boolean', false> =>
  nodes.nullTest(operand) as Expression<'boolean', false>;

/** The first operand that is not null. With one that cannot be null, neither can the result. */
export const coalesce = <
  T extends DataTypeName,
  N extends boolean,
  const R extends readonly (Expression<NoInfer<T>> | LiteralOf<NoInfer<T>>)[],
>(
  first: Expression<T, N>,
  ...others: R
) =>
  nodes.coalesceOf([first, ...others.map((operand) => lift(operand, first.type))]) as Expression<
    T,
    AllNull<readonly [Expression<T, N>, ...R]>
  >;

/** A case under way: {@link Case.otherwise} ends it. */
export type Case<T extends DataTypeName, N extends boolean = boolean> = {
  when<const R extends Operand<T>>(condition: Condition, then: R): Case<T, Or<N, NullOf<R>>>;
  /** What it is where no condition is true. */
  otherwise<const R extends Operand<T>>(value: R): Expression<T, Or<N, NullOf<R>>>;
  /** Null where no condition is true. */
  end(): Expression<T, true>;
};

/** The `then` of the first condition that is true: `when(a, x).when(b, y).otherwise(z)`. */
export const when = <T extends DataTypeName, N extends boolean>(
  condition: Condition,
  then: Expression<T, N>,
): Case<T, N> => caseFrom<T, N>([{ when: condition, then }], then.type);

type Branches = readonly { readonly when: ExpressionNode; readonly then: ExpressionNode }[];

const caseFrom = <T extends DataTypeName, N extends boolean>(branches: Branches, type: DataTypeName): Case<T, N> => ({
  when: (condition, then) => caseFrom([...branches, { when: condition, then: lift(then, type) }], type),
  otherwise: (value) => nodes.caseOf(branches, lift(value, type)) as never,
  end: () => nodes.caseOf(branches, nodes.literal(null, type)) as Expression<T, true>,
});

const compare = <N extends boolean, R>(operator: CompareOperator, left: ExpressionNode, right: R) =>
  nodes.compare(operator, left, lift(right, left.type)) as Expression<'boolean', Or<N, NullOf<R>>>;
