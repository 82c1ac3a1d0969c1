const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MS_PER_DAY = 86_400_000;
const ZERO = 48;
/** `2001-03-01T12:30:00Z` and `2001-03-01T12:30:00.000Z`: what programs write. */
const WITHOUT_FRACTION = 20;
const WITH_MILLISECONDS = 24;

/** The last text and its time: the time of an event and a time in its data are often the same. */
const last = { text: '', time: null as number | null };

/**
 * RFC 3339 text → milliseconds since 1970-01-01T00:00Z; digits beyond the millisecond are cut off. null: it is not
 * RFC 3339, or no such day or time exists. A leap second (:60) is refused: no engine could place it.
 */
export function parseTimestamp(text: string): number | null {
  if (text === last.text) return last.time;
  const time = parseCommon(text) ?? parseAny(text);
  last.text = text;
  last.time = time;
  return time;
}

/** The two common forms, without a regular expression: this is on the path of every event. null: see {@link parseAny}. */
function parseCommon(text: string): number | null {
  const hasMilliseconds = text.length === WITH_MILLISECONDS && text.charCodeAt(19) === 46; // .
  if (!hasMilliseconds && text.length !== WITHOUT_FRACTION) return null;
  const punctuated =
    text.charCodeAt(4) === 45 && // -
    text.charCodeAt(7) === 45 &&
    text.charCodeAt(10) === 84 && // T
    text.charCodeAt(13) === 58 && // :
    text.charCodeAt(16) === 58 &&
    text.charCodeAt(text.length - 1) === 90; // Z
  if (!punctuated) return null;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const milliseconds = hasMilliseconds ? digit(text, 20) * 100 + twoDigits(text, 21) : 0;
  return timeOf(
    year,
    month,
    twoDigits(text, 8),
    twoDigits(text, 11),
    twoDigits(text, 14),
    twoDigits(text, 17),
    milliseconds,
  );
}

/** NaN where there is no digit: it makes everything that is computed with it NaN, which no comparison lets through. */
function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - ZERO;
  return value >= 0 && value <= 9 ? value : NaN;
}

const twoDigits = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1);

function parseAny(text: string): number | null {
  const match = RFC_3339.exec(text);
  if (match === null) return null;
  const number = (group: number): number => Number(match[group] ?? 0);
  if (number(9) > 23 || number(10) > 59) return null;
  const milliseconds = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const local = timeOf(number(1), number(2), number(3), number(4), number(5), number(6), milliseconds);
  const offsetMs = (match[8] === '-' ? -1 : 1) * (number(9) * 60 + number(10)) * 60_000;
  return local === null ? null : local - offsetMs;
}

/** null: there is no such day or time. */
function timeOf(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  ms: number,
): number | null {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = (DAYS_IN_MONTH[month - 1] ?? 0) + (isLeap && month === 2 ? 1 : 0);
  const exists = day >= 1 && day <= days && hour <= 23 && minute <= 59 && second <= 59;
  if (!exists) return null;
  const time = daysFromCivil(year, month, day) * MS_PER_DAY + hour * 3_600_000 + minute * 60_000 + second * 1_000 + ms;
  return Number.isNaN(time) ? null : time;
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms"). */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}
