import { compareText } from '../algebra/compare-values.js';
import { addExact, multiplyExact, subtractExact } from '../algebra/exact-integer.js';
import type { Scalar } from '../events/data-type.js';

/** What compiled folds may call. */
export const runtime = { addExact, subtractExact, multiplyExact, compareText, ifBoth, allOf, anyOf, negated } as const;

function ifBoth(a: Scalar, b: Scalar, compute: (a: NonNullable<Scalar>, b: NonNullable<Scalar>) => Scalar): Scalar {
  return a === null || b === null ? null : compute(a, b);
}

function allOf(...values: readonly Scalar[]): Scalar {
  return values.includes(false) ? false : values.includes(null) ? null : true;
}

function anyOf(...values: readonly Scalar[]): Scalar {
  return values.includes(true) ? true : values.includes(null) ? null : false;
}

function negated(value: Scalar): Scalar {
  return value === null ? null : !value;
}
