import { scaleOf } from '../events/data-type.js';
import { dateTextOf, instantTextOf } from '../time/time-text.js';
import type { ColumnType } from '../views/view-definition.js';

/**
 * A value of a dimension or a measure as answers show it, in plain JSON: an int is a number within ±(2^53 − 1) and the
 * string of its digits beyond, a decimal a string with all digits of its scale ("12.30"), times and dates are ISO 8601,
 * a histogram is an array of counts.
 */
export function presentValue({ type }: ColumnType, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  switch (type) {
    case 'timestamp':
      return instantTextOf(Number(value));
    case 'date':
      return dateTextOf(Number(value));
    case 'histogram':
      return (typeof value === 'string' ? (JSON.parse(value) as unknown[]) : (value as readonly unknown[])).map(
        integer,
      );
    default: {
      const scale = scaleOf(type);
      return scale === null || type === 'int' ? integer(value) : decimalTextOf(value as number | bigint, scale);
    }
  }
}

/** Units of a decimal as text: 1230 of scale 2 is "12.30". */
export function decimalTextOf(units: number | bigint, scale: number): string {
  const digits = String(units < 0 ? -units : units).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return `${units < 0 ? '-' : ''}${whole}${scale === 0 ? '' : `.${digits.slice(-scale)}`}`;
}

const integer = (value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
