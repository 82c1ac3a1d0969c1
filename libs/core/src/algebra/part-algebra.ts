import type { Partition } from '../answer/offset-vector.js';
import type { Scalar } from '../events/data-type.js';
import type { Part, Place } from './part.js';

/** A value that a part takes in: one that is not null. */
export type Present = NonNullable<Scalar>;

/** What an engine's query gave for a part: lists as arrays, structs as objects, maps as arrays of their entries. */
export type SqlValue = Scalar | readonly SqlValue[] | { readonly [name: string]: SqlValue };

/**
 * One kind of part, everything that a fold, an engine and the merge need of it. `combine` is associative and commutative,
 * `identity` changes nothing, and equal states have equal text.
 */
export type PartAlgebra<P extends Part = Part> = {
  /** The state before any value. */
  readonly identity: Scalar;
  /** The state of one value. */
  lift(part: P, value: Present, place: Place): Scalar;
  /** Of any number of states one; of none the identity. */
  combine(part: P, states: readonly Scalar[]): Scalar;
  readonly inFold: FoldedState<P>;
  /** The aggregate of a group, as SQL of each engine. `of`: SQL of its values; null: it is of events. */
  readonly sql: Readonly<Record<'duckdb', (part: P, of: string | null) => string>>;
  /** The state, from what `sql` gave. Equal to the fold's, text and all. */
  stateFromSql(part: P, value: SqlValue): Scalar;
};

/** How a compiled fold keeps a part of a row. */
export type FoldedState<P extends Part = Part> =
  /** As the state itself. `step`: JavaScript that takes `value` (not null) into the variable `state`; it may call the fold's runtime. */
  | { readonly kind: 'scalar'; step(part: P, state: string, value: string): string }
  /** As an object. It is made from the state that is taken up, the identity at first. */
  | { readonly kind: 'held'; hold(part: P, partition: Partition): (state: Scalar) => HeldState };

/** A part of a row while it is folded. */
export interface HeldState {
  take(value: Present, timeMs: number, offset: number): void;
  /** As stores keep it. */
  state(): Scalar;
}

/** An engine's integer, of any type it has for them, in the one form; −0 is 0. */
export function scalarFromSql(value: SqlValue): Scalar {
  if (typeof value === 'bigint') {
    const asNumber = Number(value);
    return Number.isSafeInteger(asNumber) ? asNumber : value;
  }
  if (typeof value === 'number') return value + 0;
  return value as Scalar;
}
