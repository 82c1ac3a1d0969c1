import { impossible } from '../errors/twofold-error.js';

/** Days since 1970-01-01 in the proleptic Gregorian calendar; the year before 1 is 0. */
export type CivilDay = number;

export type CivilDate = { readonly year: number; readonly month: number; readonly dayOfMonth: number };

/** Units that are made of whole civil days. Weeks begin on Monday (ISO 8601). */
export type CivilUnit = 'day' | 'week' | 'month' | 'quarter' | 'year';

const DAYS_PER_ERA = 146_097;
/** From 0000-03-01, where eras of 400 years begin, to 1970-01-01. */
const DAYS_TO_1970 = 719_468;

/**
 * H. Hinnant, "chrono-compatible low-level date algorithms", days_from_civil. `month` may lie outside of 1 to 12: it then is
 * one of another year.
 */
export function dayOfCivil(year: number, month: number, dayOfMonth: number): CivilDay {
  const fromMarch = month - 3;
  const y = year + Math.floor(fromMarch / 12);
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (fromMarch - Math.floor(fromMarch / 12) * 12) + 2) / 5) + dayOfMonth - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - DAYS_TO_1970;
}

/** The inverse of {@link dayOfCivil}: Hinnant's civil_from_days. */
export function civilOfDay(day: CivilDay): CivilDate {
  const z = day + DAYS_TO_1970;
  const era = Math.floor(z / DAYS_PER_ERA);
  const dayOfEra = z - era * DAYS_PER_ERA;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    dayOfMonth: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
  };
}

/** 1 (Monday) to 7, as ISO 8601 counts: 1970-01-01 was a Thursday. */
export const isoDayOfWeek = (day: CivilDay): number => day + 4 - Math.floor((day + 3) / 7) * 7;

/** The first day of the unit that holds a day. */
export function firstDayOf(unit: CivilUnit, day: CivilDay): CivilDay {
  if (unit === 'day') return day;
  if (unit === 'week') return day + 1 - isoDayOfWeek(day);
  const { year, month } = civilOfDay(day);
  return dayOfCivil(year, firstMonthOf(unit, month), 1);
}

/** The first day of the next unit. */
export function firstDayOfNext(unit: CivilUnit, day: CivilDay): CivilDay {
  if (unit === 'day') return day + 1;
  if (unit === 'week') return day + 8 - isoDayOfWeek(day);
  const { year, month } = civilOfDay(day);
  return dayOfCivil(year, firstMonthOf(unit, month) + MONTHS[unit], 1);
}

const MONTHS = { month: 1, quarter: 3, year: 12 } as const;

const firstMonthOf = (unit: keyof typeof MONTHS, month: number): number => month - ((month - 1) % MONTHS[unit]);

/** Parts of a civil date that are numbers. */
export const DAY_PARTS = [
  'year',
  'quarter',
  'month',
  'dayOfMonth',
  'dayOfYear',
  'dayOfWeek',
  'isoWeek',
  'isoYear',
] as const;
export type DayPart = (typeof DAY_PARTS)[number];

/** dayOfWeek is 1 (Monday) to 7; isoWeek is 1 to 53 within isoYear, the year of the week's Thursday (ISO 8601). */
export function dayPartOf(part: DayPart, day: CivilDay): number {
  switch (part) {
    case 'year':
      return civilOfDay(day).year;
    case 'quarter':
      return Math.ceil(civilOfDay(day).month / 3);
    case 'month':
      return civilOfDay(day).month;
    case 'dayOfMonth':
      return civilOfDay(day).dayOfMonth;
    case 'dayOfYear':
      return day - firstDayOf('year', day) + 1;
    case 'dayOfWeek':
      return isoDayOfWeek(day);
    case 'isoWeek':
      return Math.floor((dayPartOf('dayOfYear', thursdayOf(day)) - 1) / 7) + 1;
    case 'isoYear':
      return civilOfDay(thursdayOf(day)).year;
    default:
      return impossible(`part of a day ${JSON.stringify(part satisfies never)}`);
  }
}

const thursdayOf = (day: CivilDay): CivilDay => day + 4 - isoDayOfWeek(day);
