import type { DataTypeName, Expression, ScalarTypeName } from '@twofold/core';
import type fc from 'fast-check';

/** What expressions are made over. */
export type ExpressionScope = {
  readonly scalarTypes: readonly ScalarTypeName[];
  readonly listTypes: readonly `list(${ScalarTypeName})`[];
  /** Names of types of events. */
  readonly eventNames: readonly string[];
  /** Expressions of one of the types. */
  readonly of: <T extends DataTypeName>(type: T) => fc.Arbitrary<Expression<T>>;
};
