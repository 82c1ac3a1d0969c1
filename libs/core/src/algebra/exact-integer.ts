import { TwofoldError } from '../errors/twofold-error.js';

const LEAST = -(2n ** 63n);
const GREATEST = 2n ** 63n - 1n;

/** An exact 64-bit integer: a number within ±(2^53 − 1), a bigint beyond. */
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

/** The one form of an integer's value. @throws TwofoldError `overflow` beyond 64 bits */
export function exact(value: bigint): ExactInteger {
  if (value < LEAST || value > GREATEST) throw new TwofoldError('overflow', `${value} does not fit 64 bits`);
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : value;
}
