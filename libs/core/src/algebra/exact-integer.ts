import { TwofoldError } from '../errors/twofold-error.js';

const LEAST = -(2n ** 63n);
const GREATEST = 2n ** 63n - 1n;

/** An exact integer: a number within ±(2^53 − 1), a bigint beyond. A value has 64 bits, a sum of them any number. */
export type ExactInteger = number | bigint;

export function addExact(a: ExactInteger, b: ExactInteger): ExactInteger {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return exact(BigInt(a) + BigInt(b));
}

export function subtractExact(a: ExactInteger, b: ExactInteger): ExactInteger {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return exact(BigInt(a) - BigInt(b));
}

export function multiplyExact(a: ExactInteger, b: ExactInteger): ExactInteger {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return exact(BigInt(a) * BigInt(b));
}

/** Rounded towards zero, as SQL does; by zero: null. */
export function divideExact(a: ExactInteger, b: ExactInteger): ExactInteger | null {
  if (b == 0) return null;
  return typeof a === 'number' && typeof b === 'number' ? Math.trunc(a / b) + 0 : exact(BigInt(a) / BigInt(b));
}

/** What {@link divideExact} leaves, with the sign of `a`; by zero: null. */
export function remainderExact(a: ExactInteger, b: ExactInteger): ExactInteger | null {
  if (b == 0) return null;
  return typeof a === 'number' && typeof b === 'number' ? (a % b) + 0 : exact(BigInt(a) % BigInt(b));
}

/** The one form of a 64-bit integer's value. @throws TwofoldError `overflow` beyond 64 bits */
export function exact(value: bigint): ExactInteger {
  if (value < LEAST || value > GREATEST) throw new TwofoldError('overflow', `${value} does not fit 64 bits`);
  return integerOf(value);
}

/** The one form of an integer of any size, as sums have it: a number within ±(2^53 − 1), a bigint beyond. */
export function integerOf(value: bigint): ExactInteger {
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : value;
}

/** Of any size. */
export function addAny(a: ExactInteger, b: ExactInteger): ExactInteger {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return integerOf(BigInt(a) + BigInt(b));
}

/** Of any size. */
export function squareOf(a: ExactInteger): ExactInteger {
  if (typeof a === 'number') {
    const square = a * a;
    if (Number.isSafeInteger(square)) return square;
  }
  return integerOf(BigInt(a) * BigInt(a));
}
