import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { civilOfDay, dayOfCivil, dayPartOf, firstDayOf, firstDayOfNext, type DayPart } from './civil-date.js';

const MS_PER_DAY = 86_400_000;
/** From the day before the year 0 to the day after the year 9999. */
const anyDay = fc.integer({ min: -719_529, max: 2_932_897 });
const dayOf = (text: string): number => Date.parse(`${text}T00:00Z`) / MS_PER_DAY;

describe('a civil day', () => {
  it('has the date that JavaScript says, and its date has the day', () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        const date = new Date(day * MS_PER_DAY);
        const civil = civilOfDay(day);
        expect(civil).toEqual({
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          dayOfMonth: date.getUTCDate(),
        });
        expect(dayOfCivil(civil.year, civil.month, civil.dayOfMonth)).toBe(day);
        expect(dayPartOf('dayOfWeek', day) % 7).toBe(date.getUTCDay());
      }),
      { numRuns: 2_000 },
    );
  });

  it('is in a unit that begins at or before it, and ends after it', () => {
    fc.assert(
      fc.property(anyDay, fc.constantFrom('day', 'week', 'month', 'quarter', 'year'), (day, unit) => {
        const [first, next] = [firstDayOf(unit, day), firstDayOfNext(unit, day)];
        expect(first <= day && day < next).toBe(true);
        expect([firstDayOf(unit, first), firstDayOf(unit, next - 1), firstDayOf(unit, next)]).toEqual([
          first,
          first,
          next,
        ]);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, Readonly<Record<DayPart, number>>]>([
    [
      '2001-03-01',
      { year: 2001, quarter: 1, month: 3, dayOfMonth: 1, dayOfYear: 60, dayOfWeek: 4, isoWeek: 9, isoYear: 2001 },
    ],
    [
      '2000-12-31',
      { year: 2000, quarter: 4, month: 12, dayOfMonth: 31, dayOfYear: 366, dayOfWeek: 7, isoWeek: 52, isoYear: 2000 },
    ],
    [
      '2024-12-30',
      { year: 2024, quarter: 4, month: 12, dayOfMonth: 30, dayOfYear: 365, dayOfWeek: 1, isoWeek: 1, isoYear: 2025 },
    ],
    [
      '2021-01-03',
      { year: 2021, quarter: 1, month: 1, dayOfMonth: 3, dayOfYear: 3, dayOfWeek: 7, isoWeek: 53, isoYear: 2020 },
    ],
    [
      '1900-03-01',
      { year: 1900, quarter: 1, month: 3, dayOfMonth: 1, dayOfYear: 60, dayOfWeek: 4, isoWeek: 9, isoYear: 1900 },
    ],
    [
      '0000-01-01',
      { year: 0, quarter: 1, month: 1, dayOfMonth: 1, dayOfYear: 1, dayOfWeek: 6, isoWeek: 52, isoYear: -1 },
    ],
  ])('%s has these parts', (text, parts) => {
    for (const [part, value] of Object.entries(parts))
      expect([part, dayPartOf(part as DayPart, dayOf(text))]).toEqual([part, value]);
  });
});
