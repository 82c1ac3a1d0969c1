import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { daily, hourly } from './define-view.js';
import { startOfWindow, widthOf, windowAt } from './window-number.js';

describe('a window', () => {
  it.each([
    ['1970-01-01T00:00:00.000Z', 0, 0],
    ['1970-01-01T23:59:59.999Z', 0, 23],
    ['1970-01-02T00:00:00.000Z', 1, 24],
    ['1969-12-31T23:59:59.999Z', -1, -1],
    ['1969-12-31T00:00:00.000Z', -1, -24],
    ['1969-12-30T23:59:59.999Z', -2, -25],
    ['2001-03-01T12:30:00.000Z', 11_382, 273_180],
    ['0000-01-01T00:00:00.000Z', -719_528, -17_268_672],
    ['9999-12-31T23:59:59.999Z', 2_932_896, 70_389_527],
  ])('that holds %s is day %p and hour %p', (text, day, hour) => {
    expect(windowAt(daily(), Date.parse(text))).toBe(day);
    expect(windowAt(hourly(), Date.parse(text))).toBe(hour);
  });

  it('holds the times from its start to before the next', () => {
    const times = fc.integer({ min: Date.UTC(-1, 11, 31), max: Date.UTC(10_000, 0, 2) });
    fc.assert(
      fc.property(fc.constantFrom(daily(), hourly()), times, (window, time) => {
        const start = startOfWindow(window, windowAt(window, time));
        expect(start <= time && time < start + widthOf(window)).toBe(true);
      }),
    );
  });
});
