import { civilOfDay, type CivilDay } from './civil-date.js';

/** A date by ISO 8601: `YYYY-MM-DD`, and as JavaScript writes years beyond 0000 to 9999: `+010000-01-01`, `-000001-12-31`. */
export function dateTextOf(day: CivilDay): string {
  const { year, month, dayOfMonth } = civilOfDay(day);
  const isPlain = year >= 0 && year <= 9_999;
  const yearText = isPlain ? padded(year, 4) : `${year < 0 ? '-' : '+'}${padded(Math.abs(year), 6)}`;
  return `${yearText}-${padded(month, 2)}-${padded(dayOfMonth, 2)}`;
}

/** An instant by ISO 8601, in UTC with milliseconds. */
export const instantTextOf = (timeMs: number): string => new Date(timeMs).toISOString();

const padded = (value: number, digits: number): string => String(value).padStart(digits, '0');
