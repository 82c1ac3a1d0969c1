import type { ScalarTypeName } from '../events/data-type.js';
import type { ExpressionNode } from '../views/expression.js';

/**
 * A part is a state with one commutative, associative combine. Every aggregate is made of parts,
 * so what an engine must know is these and no more.
 *
 * A null value of `of` leaves every part as it is. A state is one scalar, as stores keep it:
 *
 * - count: of events (`of` null), or of values that are not null; identity 0
 * - sum: of the values, or of their squares (power 2); identity 0; exact, of any size
 * - min, max: of a scalar type; identity null; text compares by code point
 * - argmin, argmax: the value at the least (greatest) place, which is (event time, stream, partition, offset); identity null;
 *   else canonical text of place and value
 * - set: the different values, as canonical text; once there are more than `atMost` the state is {@link BEYOND}; identity '[]'
 * - registers: of HyperLogLog, the greatest rank by register, as canonical text; identity ''
 * - buckets: how many values by bucket, as canonical text; identity ''
 * - reduced: the state of a projection, of whichever has more events in it, as canonical text `[events, state]`; identity null. It is
 *   not of a value: only the projection's own fold makes it
 */
export type Part =
  | { readonly kind: 'count'; readonly of: ExpressionNode | null }
  | { readonly kind: 'sum'; readonly of: ExpressionNode; readonly power: 1 | 2 }
  | { readonly kind: 'min' | 'max'; readonly of: ExpressionNode; readonly type: ScalarTypeName }
  | { readonly kind: 'argmin' | 'argmax'; readonly of: ExpressionNode; readonly type: ScalarTypeName }
  | { readonly kind: 'set'; readonly of: ExpressionNode; readonly type: ScalarTypeName; readonly atMost: number }
  | { readonly kind: 'registers'; readonly of: ExpressionNode; readonly type: ScalarTypeName }
  | {
      readonly kind: 'buckets';
      readonly of: ExpressionNode;
      readonly type: ScalarTypeName;
      readonly index: BucketIndex;
    }
  /** `of` is null. */
  | { readonly kind: 'reduced'; readonly of: ExpressionNode | null };

/** Which bucket a value is in. */
export type BucketIndex =
  { readonly kind: 'log-linear' } | { readonly kind: 'boundaries'; readonly boundaries: readonly (number | string)[] };

/** The state of a set that has grown beyond its bound. */
export const BEYOND = 'beyond';

/** Where an event stands: the order of first and latest. */
export type Place = {
  readonly timeMs: number;
  readonly stream: string;
  readonly partition: number;
  readonly offset: number;
};
