import { describe, expect, it } from '@jest/globals';
import { TIME_PARTS, timeFunctions } from './time-functions.js';
import { TRUNCATE_UNITS } from './window.js';

const { datePart, truncate, dateOf } = timeFunctions;
const at = (text: string): number => Date.parse(text);

describe('a part of a time', () => {
  it.each([
    ['year', '2000-12-31T23:30Z', 'Europe/Berlin', 2001],
    ['month', '2000-12-31T23:30Z', 'Europe/Berlin', 1],
    ['isoWeek', '2000-12-31T23:30Z', 'Europe/Berlin', 1],
    ['isoWeek', '2000-12-31T22:30Z', 'Europe/Berlin', 52],
    ['hour', '2001-03-25T00:59Z', 'Europe/Berlin', 1],
    ['hour', '2001-03-25T01:00Z', 'Europe/Berlin', 3],
    ['hour', '2001-10-28T00:30Z', 'Europe/Berlin', 2],
    ['hour', '2001-10-28T01:30Z', 'Europe/Berlin', 2],
    ['minute', '2024-01-01T12:00Z', 'Asia/Kathmandu', 45],
    ['minute', '1969-12-31T23:59:59.999Z', 'UTC', 59],
    ['dayOfMonth', '2011-12-30T10:00Z', 'Pacific/Apia', 31],
  ])('%s of %s in %s is %p', (part, time, zone, expected) => {
    expect(datePart.javaScript(at(time), part, zone)).toBe(expected);
  });

  it('of a date needs no zone', () => {
    expect(datePart.javaScript(11_382, 'dayOfYear')).toBe(60);
  });
});

describe('the date of a time', () => {
  it.each([
    ['2011-12-30T09:59Z', 'Pacific/Apia', '2011-12-29'],
    ['2011-12-30T10:00Z', 'Pacific/Apia', '2011-12-31'],
    ['2001-03-01T00:00Z', 'America/New_York', '2001-02-28'],
    ['2001-03-01T00:00Z', 'UTC', '2001-03-01'],
  ])('%s in %s is %s', (time, zone, date) => {
    expect(dateOf.javaScript(at(time), zone)).toBe(at(date) / 86_400_000);
  });
});

describe('a time truncated to a unit', () => {
  it('is the start of the window that holds it', () => {
    expect(truncate.javaScript(at('2001-10-28T12:34:56Z'), 'day', 'Europe/Berlin')).toBe(at('2001-10-27T22:00Z'));
    expect(TRUNCATE_UNITS).not.toContain('all');
  });
});

describe('functions of times', () => {
  it('are null where an operand is', () => {
    for (const part of TIME_PARTS) expect(datePart.javaScript(null, part, 'UTC')).toBeNull();
    expect(datePart.javaScript(null, 'year')).toBeNull();
    expect(truncate.javaScript(null, 'day', 'UTC')).toBeNull();
    expect(dateOf.javaScript(null, 'UTC')).toBeNull();
  });
});
