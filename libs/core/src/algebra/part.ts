import type { DataTypeKind } from '../events/data-type.js';
import type { ExpressionNode } from '../views/expression.js';

/**
 * A part is a state with one commutative, associative combine. Every aggregate is made of parts,
 * so what an engine must know is these and no more.
 *
 * - sum: of a non-null int expression's values; identity 0; exact, an `overflow` error beyond 64 bits
 * - min, max: of any comparable type; identity null; text compares by code point
 *
 * A null value of `of` leaves every part as it is.
 */
export type Part = {
  readonly kind: 'sum' | 'min' | 'max';
  readonly of: ExpressionNode;
  readonly type: DataTypeKind;
};
