import { integerOf } from '../algebra/exact-integer.js';
import { scaleOf, type Scalar, type Scale } from '../events/data-type.js';
import { parseDate } from '../events/parse-date.js';
import { isText } from '../events/read-data.js';
import type { ColumnType } from '../views/view-definition.js';
import { refusedParameter } from './refused-parameter.js';
import { readInstant } from './window-range.js';

/** Digits before the point of an integer: a sum of 2^63 values of 64 bits has 38. */
const MAX_DIGITS = 40;
const EXACT = new RegExp(`^(-?\\d{1,${MAX_DIGITS}})(?:\\.(\\d{1,18}))?$`);
const DOUBLE = /^-?\d{1,400}(?:\.\d{1,400})?(?:[eE][+-]?\d{1,3})?$/;

/**
 * A value of a column as a request writes it: text as it is, true or false, decimal digits, ISO 8601 for times and dates.
 * Integers may be of any size up to 40 digits.
 *
 * @throws TwofoldError `invalid-value` with a pointer to the parameter
 */
export function readLiteral(
  name: string,
  { type }: ColumnType,
  text: string,
  parameter: string = name,
): NonNullable<Scalar> {
  const refuse = (what: string): never => {
    throw refusedParameter('invalid-value', parameter, `${name} is ${what}, ${JSON.stringify(text)} is not`);
  };
  switch (type) {
    case 'string':
      return isText(text) ? text : refuse('well-formed text without U+0000');
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : refuse('true or false');
    case 'timestamp':
      return (
        readInstant(text, 'UTC') ??
        refuse('an ISO 8601 date, or date and time with zone, such as 2001-03-01 or 2001-03-01T00:00:00Z')
      );
    case 'date':
      return parseDate(text) ?? refuse('an ISO 8601 date, such as 2001-03-01');
    case 'double': {
      const value = DOUBLE.test(text) ? Number(text) : NaN;
      return Number.isFinite(value) ? value + 0 : refuse('a finite number, such as -0.5');
    }
    default: {
      const scale =
        (type === 'histogram' ? null : scaleOf(type)) ?? refuse(`a ${type}, which is compared with nothing`);
      return readUnits(text, scale) ?? refuse(scale === 0 ? 'a whole number' : `a ${type}, such as ${example(scale)}`);
    }
  }
}

/** null: it is no number, or has more digits after the point than the scale. */
function readUnits(text: string, scale: Scale): number | bigint | null {
  const [, whole, fraction = ''] = EXACT.exec(text) ?? [];
  if (whole === undefined || fraction.length > scale) return null;
  return integerOf(BigInt(whole + fraction.padEnd(scale, '0')));
}

const example = (scale: Scale): string => `12.${'5'.padEnd(scale, '0')}`;
