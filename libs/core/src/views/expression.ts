import type { DataTypeName, ExactTypeName, ValueOf } from '../events/data-type.js';
import type { FunctionName } from './functions.js';

export const COMPARE_OPERATORS = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const;
export type CompareOperator = (typeof COMPARE_OPERATORS)[number];

/** Of 64-bit integers and of decimals of one scale. Division rounds towards zero; by zero it is null, and so is the remainder. */
export const ARITHMETIC_OPERATORS = ['add', 'subtract', 'multiply', 'divide', 'remainder'] as const;
export type ArithmeticOperator = (typeof ARITHMETIC_OPERATORS)[number];

/**
 * A literal as plain data. An int beyond ±(2^53 − 1) is the string of its digits, a decimal is its units as an int has them,
 * timestamps are milliseconds, dates days.
 */
export type LiteralValue = string | number | boolean | null;

/**
 * An expression over the fields of one event, as plain data. SQL's rules for null: a comparison or a sum with null
 * is null, and/or are three-valued, a filter keeps only what is true.
 *
 * Arithmetic that leaves 64 bits is an `overflow` error that names the event, wherever in a view it stands: a case
 * that does not come to it, or an `and` that is false without it, makes no difference. So every engine finds the same.
 */
export type ExpressionNode =
  /** `name` is the path of a leaf. Of an event that does not have it, null. */
  | { readonly kind: 'field'; readonly name: string; readonly type: DataTypeName; readonly nullable: boolean }
  | { readonly kind: 'event-time'; readonly type: 'timestamp'; readonly nullable: false }
  /** The name of the event's type: which of several a view reads. */
  | { readonly kind: 'event-type'; readonly type: 'string'; readonly nullable: false }
  | { readonly kind: 'literal'; readonly value: LiteralValue; readonly type: DataTypeName; readonly nullable: boolean }
  /** Of two values of one scalar type. */
  | {
      readonly kind: 'compare';
      readonly operator: CompareOperator;
      readonly left: ExpressionNode;
      readonly right: ExpressionNode;
      readonly type: 'boolean';
      readonly nullable: boolean;
    }
  | {
      readonly kind: 'and' | 'or';
      readonly operands: readonly ExpressionNode[];
      readonly type: 'boolean';
      readonly nullable: boolean;
    }
  | { readonly kind: 'not'; readonly operand: ExpressionNode; readonly type: 'boolean'; readonly nullable: boolean }
  | { readonly kind: 'is-null'; readonly operand: ExpressionNode; readonly type: 'boolean'; readonly nullable: false }
  /** add, subtract, divide, remainder: of one type. multiply: scales add up. divide: of a decimal by an int only. */
  | {
      readonly kind: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly left: ExpressionNode;
      readonly right: ExpressionNode;
      readonly type: ExactTypeName;
      readonly nullable: boolean;
    }
  | {
      readonly kind: 'coalesce';
      readonly operands: readonly ExpressionNode[];
      readonly type: DataTypeName;
      readonly nullable: boolean;
    }
  /** The `then` of the first `when` that is true, else `otherwise`. */
  | {
      readonly kind: 'case';
      readonly branches: readonly { readonly when: ExpressionNode; readonly then: ExpressionNode }[];
      readonly otherwise: ExpressionNode;
      readonly type: DataTypeName;
      readonly nullable: boolean;
    }
  /** One of the functions of text, lists, times, numbers and conversion; null where an operand is null. */
  | {
      readonly kind: 'call';
      readonly name: FunctionName;
      readonly operands: readonly ExpressionNode[];
      readonly type: DataTypeName;
      readonly nullable: boolean;
    };

declare const typeOfValue: unique symbol;
declare const mayBeNull: unique symbol;

/** An expression whose value is of type T, and may be null if N says so. The types exist at compile time only. */
export type Expression<T extends DataTypeName = DataTypeName, N extends boolean = boolean> = ExpressionNode & {
  readonly [typeOfValue]?: T;
  readonly [mayBeNull]?: N;
};

/** What an expression evaluates to. */
export type ValueOfExpression<E> =
  E extends Expression<infer T, infer N> ? ValueOf<T> | (true extends N ? null : never) : never;
