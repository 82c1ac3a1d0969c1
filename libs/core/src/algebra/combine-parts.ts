import { impossible } from '../errors/twofold-error.js';
import type { Scalar } from '../events/data-type.js';
import { compareValues } from './compare-values.js';
import { addExact, type ExactInteger } from './exact-integer.js';
import type { Part } from './part.js';

/** The state of a part before any event. */
export const identityOf = (part: Part): Scalar => (part.kind === 'sum' ? 0 : null);

/** Combines two states of a part: associative, commutative, and {@link identityOf} changes nothing. */
export function combinePart(part: Part, a: Scalar, b: Scalar): Scalar {
  switch (part.kind) {
    case 'sum':
      return addExact(a as ExactInteger, b as ExactInteger);
    case 'min':
      return a === null ? b : b === null ? a : compareValues(a, b) <= 0 ? a : b;
    case 'max':
      return a === null ? b : b === null ? a : compareValues(a, b) >= 0 ? a : b;
    default:
      return impossible(`part ${JSON.stringify(part.kind satisfies never)}`);
  }
}
