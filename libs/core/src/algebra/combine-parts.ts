import type { Scalar } from '../events/data-type.js';
import type { Part, Place } from './part.js';
import { partOf } from './part-table.js';
import type { SqlValue } from './part-algebra.js';

/** The state of a part before any event. */
export const identityOf = (part: Part): Scalar => partOf(part.kind).identity;

/** The state of a part of one event: where it stands, and what `of` is there. Of null, unless the part is of events, the identity. */
export function stateOf(part: Part, value: Scalar, place: Place): Scalar {
  if (part.kind === 'count' && part.of === null) return 1;
  return value === null ? identityOf(part) : partOf(part.kind).lift(part, value, place);
}

/** Combines two states of a part: associative, commutative, and {@link identityOf} changes nothing. */
export const combinePart = (part: Part, a: Scalar, b: Scalar): Scalar => partOf(part.kind).combine(part, [a, b]);

/** Combines any number of states of a part; much quicker than one by one. Of none: {@link identityOf}. */
export const combineStates = (part: Part, states: readonly Scalar[]): Scalar => partOf(part.kind).combine(part, states);

/** The state of a part, from what an engine's query for it gave. */
export const stateFromSql = (part: Part, value: SqlValue): Scalar => partOf(part.kind).stateFromSql(part, value);
