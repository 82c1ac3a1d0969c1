import { compareText } from '../algebra/compare-values.js';
import { addExact, divideExact, multiplyExact, remainderExact, subtractExact } from '../algebra/exact-integer.js';
import type { Scalar, Value } from '../events/data-type.js';
import { callFunction, functions } from '../functions/function-table.js';

/** What compiled expressions may call. */
export const runtime = {
  addExact,
  subtractExact,
  multiplyExact,
  divideExact,
  remainderExact,
  compareText,
  callFunction,
  functions,
  ifBoth,
  allOf,
  anyOf,
  negated,
} as const;

function ifBoth(a: Scalar, b: Scalar, compute: (a: NonNullable<Scalar>, b: NonNullable<Scalar>) => Scalar): Scalar {
  return a === null || b === null ? null : compute(a, b);
}

function allOf(...values: readonly Value[]): Scalar {
  return values.includes(false) ? false : values.includes(null) ? null : true;
}

function anyOf(...values: readonly Value[]): Scalar {
  return values.includes(true) ? true : values.includes(null) ? null : false;
}

function negated(value: Scalar): Scalar {
  return value === null ? null : !value;
}
