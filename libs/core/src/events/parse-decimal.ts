import type { ExactInteger } from '../algebra/exact-integer.js';
import { exact } from '../algebra/exact-integer.js';
import { MAX_DECIMAL_DIGITS, type Scale } from './data-type.js';

const DECIMAL = /^(-?)(\d{1,18})(?:\.(\d{1,18}))?$/;
const INTEGER = /^-?\d{1,19}$/;
const LEAST = -(2n ** 63n);
const GREATEST = 2n ** 63n - 1n;

/** The units of a decimal's text: "-12.3" of scale 2 is -1230. null: it is none, has more digits than the scale after the point, or more than 18. */
export function parseDecimal(text: string, scale: Scale): ExactInteger | null {
  const [, sign = '', whole = '', fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === '' || fraction.length > scale) return null;
  const digits = `${whole.replace(/^0+(?=\d)/, '')}${fraction.padEnd(scale, '0')}`.replace(/^0+(?=\d)/, '');
  return digits.length > MAX_DECIMAL_DIGITS ? null : exact(BigInt(`${sign}${digits}`));
}

/** The value of an integer's decimal digits; null: it is none, or does not fit 64 bits. */
export function parseInteger(text: string): ExactInteger | null {
  if (!INTEGER.test(text)) return null;
  const value = BigInt(text);
  return value < LEAST || value > GREATEST ? null : exact(value);
}
