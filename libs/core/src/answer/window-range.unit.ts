import { describe, expect, it } from '@jest/globals';
import type { Window, WindowUnit } from '../views/view-definition.js';
import { readInstant, readWindowRange } from './window-range.js';

const windowOf = (unit: WindowUnit, timeZone = 'UTC'): Window => ({ kind: 'tumbling', unit, timeZone });
const at = (text: string): number => Date.parse(text);

describe('the range of windows that is asked for', () => {
  it('is open at a bound that is not given', () => {
    expect(readWindowRange(windowOf('day'), undefined, undefined)).toEqual({ fromWindow: null, toWindow: null });
    expect(readWindowRange(windowOf('day'), undefined, '2001-03-01')).toEqual({
      fromWindow: null,
      toWindow: at('2001-03-01T00:00Z'),
    });
  });

  it('lists its windows where they are few', () => {
    expect(readWindowRange(windowOf('day'), '2001-03-01T00:00:01Z', '2001-03-04')).toEqual({
      fromWindow: at('2001-03-01T00:00:01Z'),
      toWindow: at('2001-03-04T00:00Z'),
      windows: [at('2001-03-02T00:00Z'), at('2001-03-03T00:00Z')],
    });
    expect(readWindowRange(windowOf('day'), '2001-03-01', '2001-03-01').windows).toEqual([]);
    expect(readWindowRange(windowOf('day'), '2001-01-01', '2001-03-06').windows).toHaveLength(64);
    expect(readWindowRange(windowOf('day'), '2001-01-01', '2001-03-07')).not.toHaveProperty('windows');
    expect(readWindowRange(windowOf('minute'), '0000-01-01', '9999-12-31')).not.toHaveProperty('windows');
  });

  it.each([
    ['UTC', '2001-03-25', '2001-03-25T00:00Z'],
    ['Europe/Berlin', '2001-03-25', '2001-03-24T23:00Z'],
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00Z'], // there was no midnight
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00Z'], // nor such a day
    ['Europe/Berlin', '2001-03-25T00:00:00Z', '2001-03-25T00:00Z'],
    ['Europe/Berlin', '2001-03-25T00:00:00-05:00', '2001-03-25T05:00Z'],
  ])('has a date as its first instant in the zone: %s %s', (timeZone, text, instant) => {
    expect(readInstant(text, timeZone)).toBe(at(instant));
    expect(readWindowRange(windowOf('hour', timeZone), text, undefined).fromWindow).toBe(at(instant));
  });

  it.each([
    ['day', 'yesterday', undefined, '/from'],
    ['day', undefined, '2001-02-29', '/to'],
    ['day', '2001-03-01T00:00', undefined, '/from'],
    ['day', '', undefined, '/from'],
    ['day', '2001-03-02', '2001-03-01', '/from'],
    ['all', '2001-03-02', undefined, '/from'],
    ['all', undefined, '2001-03-02', '/to'],
  ] as const)('of a %s is refused: %p to %p', (unit, from, to, pointer) => {
    expect(() => readWindowRange(windowOf(unit), from, to)).toThrow(
      expect.objectContaining({ code: 'invalid-range', pointer }),
    );
  });
});
