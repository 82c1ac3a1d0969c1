import type { DataTypeKind, ValueOf } from '../events/data-type.js';

export type CompareOperator = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';
export type ArithmeticOperator = 'add' | 'subtract' | 'multiply';

/** A literal as plain data: ints beyond 2^53 − 1 are not offered, timestamps are milliseconds. */
export type LiteralValue = string | number | boolean;

/**
 * An expression over the fields of one event, as plain data. SQL's rules for null: a comparison or a sum with null
 * is null, and/or are three-valued, a filter keeps only what is true.
 */
export type ExpressionNode =
  | { readonly kind: 'field'; readonly name: string; readonly type: DataTypeKind; readonly nullable: boolean }
  | { readonly kind: 'event-time'; readonly type: 'timestamp'; readonly nullable: false }
  | { readonly kind: 'literal'; readonly value: LiteralValue; readonly type: DataTypeKind; readonly nullable: false }
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
  | {
      readonly kind: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly left: ExpressionNode;
      readonly right: ExpressionNode;
      readonly type: 'int';
      readonly nullable: boolean;
    }
  | {
      readonly kind: 'coalesce';
      readonly operands: readonly ExpressionNode[];
      readonly type: DataTypeKind;
      readonly nullable: boolean;
    };

declare const kindOfValue: unique symbol;
declare const mayBeNull: unique symbol;

/** An expression whose value is of kind K, and may be null if N says so. The types exist at compile time only. */
export type Expression<K extends DataTypeKind = DataTypeKind, N extends boolean = boolean> = ExpressionNode & {
  readonly [kindOfValue]?: K;
  readonly [mayBeNull]?: N;
};

/** What an expression evaluates to. */
export type ValueOfExpression<E> =
  E extends Expression<infer K, infer N> ? ValueOf<K> | (true extends N ? null : never) : never;
