import { parseTimestamp } from './parse-timestamp.js';

const MS_PER_DAY = 86_400_000;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** Days since 1970-01-01 of a date `YYYY-MM-DD` (RFC 3339, full-date), year 0000 to 9999. null: it is none. */
export function parseDate(text: string): number | null {
  if (!DATE.test(text)) return null;
  const midnight = parseTimestamp(`${text}T00:00:00Z`);
  return midnight === null ? null : midnight / MS_PER_DAY;
}
