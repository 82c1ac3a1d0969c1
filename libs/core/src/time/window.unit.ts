import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { WINDOW_UNITS, type Window, type WindowUnit } from '../views/view-definition.js';
import { offsetsOf } from './zone-offsets.js';
import { windowStarter, windowStartSource } from './window-source.js';
import { granularitiesOf, isCoarser, windowEnd, windowsBetween, windowStartAt } from './window.js';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Africa/Monrovia',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Pacific/Kwajalein',
] as const;

const windowOf = (unit: WindowUnit, timeZone = 'UTC'): Window => ({ kind: 'tumbling', unit, timeZone });
const at = (text: string): number => Date.parse(text);
const textOf = (timeMs: number): string => new Date(timeMs).toISOString().replace(':00.000Z', 'Z');

const anyWindow: fc.Arbitrary<Window> = fc.record({
  kind: fc.constant('tumbling'),
  unit: fc.constantFrom(...WINDOW_UNITS.filter((unit) => unit !== 'all')),
  timeZone: fc.constantFrom(...ZONES),
});
/** All times that RFC 3339 has, mostly near changes of some zone. */
const anyTime: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: at('-000001-12-31T00:00Z'), max: at('+010000-01-01T23:59Z') }),
  fc.integer({ min: at('1890-01-01T00:00Z'), max: at('2110-01-01T00:00Z') }),
  fc
    .tuple(
      fc.constantFrom(
        ...ZONES.slice(1).flatMap((zone) =>
          offsetsOf(zone)
            .slice(1)
            .map(({ fromMs }) => fromMs),
        ),
      ),
      fc.oneof(fc.constantFrom(-1, 0, 1), fc.integer({ min: -93_600_000, max: 93_600_000 })),
    )
    .map(([change, distance]) => change + distance),
);

describe('windows', () => {
  it('tile time in order: each holds the times from its start to its end, where the next begins', () => {
    fc.assert(
      fc.property(anyWindow, anyTime, (window, timeMs) => {
        const start = windowStartAt(window, timeMs);
        const end = windowEnd(window, start);
        expect(start <= timeMs && timeMs < end).toBe(true);
        expect([start, end - 1].map((time) => windowStartAt(window, time))).toEqual([start, start]);
        expect(windowStartAt(window, end)).toBe(end);
        expect(windowEnd(window, windowStartAt(window, start - 1))).toBe(start);
      }),
      { numRuns: 5_000 },
    );
  });

  it('are in one of each coarser unit, whole', () => {
    fc.assert(
      fc.property(anyWindow, anyTime, (fine, timeMs) => {
        const start = windowStartAt(fine, timeMs);
        for (const unit of granularitiesOf(fine)) {
          const coarse = { ...fine, unit };
          expect(windowStartAt(coarse, start)).toBe(windowStartAt(coarse, timeMs));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('are the same by the text that folds have', () => {
    const starters = new Map<string, (timeMs: number) => number>();
    fc.assert(
      fc.property(anyWindow, fc.array(anyTime, { minLength: 1, maxLength: 4 }), (window, times) => {
        const key = `${window.unit} ${window.timeZone}`;
        const startOf = starters.get(key) ?? compiled(window);
        starters.set(key, startOf);
        for (const timeMs of times) expect(Object.is(startOf(timeMs), windowStartAt(window, timeMs) + 0)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('of UTC up to weeks are arithmetic in folds', () => {
    expect(windowStartSource(windowOf('day', 'Etc/UTC'))).toEqual({
      prelude: [],
      value: 'Math.floor(timeMs / 86400000) * 86400000',
    });
    expect(windowStartSource(windowOf('all', 'Europe/Berlin'))).toEqual({ prelude: [], value: '0' });
  });
});

/** The starts of the windows that begin within some hours, on a zone's clocks and as instants. */
const startsIn = (window: Window, from: string, to: string): readonly string[] =>
  (windowsBetween(window, at(from), at(to), 100) ?? []).map(textOf);
const hoursOfDay = (timeZone: string, instant: string): number => {
  const day = windowOf('day', timeZone);
  const start = windowStartAt(day, at(instant));
  return (windowEnd(day, start) - start) / 3_600_000;
};

describe('a day', () => {
  it.each([
    ['Europe/Berlin', '2001-03-25T12:00Z', 23],
    ['Europe/Berlin', '2001-10-28T12:00Z', 25],
    ['Europe/Berlin', '2001-06-01T12:00Z', 24],
    ['America/New_York', '2024-03-10T12:00Z', 23],
    ['America/New_York', '2024-11-03T12:00Z', 25],
    ['Australia/Lord_Howe', '2024-10-06T00:00Z', 23.5],
    ['Australia/Lord_Howe', '2024-04-07T00:00Z', 24.5],
    ['America/Sao_Paulo', '2018-11-04T12:00Z', 23],
    ['America/Sao_Paulo', '2018-02-17T12:00Z', 25],
    ['Africa/Casablanca', '2024-03-10T12:00Z', 25],
    ['Africa/Casablanca', '2024-04-14T12:00Z', 23],
    ['Asia/Kathmandu', '1985-12-31T20:00Z', 23.75],
    ['Pacific/Apia', '2011-12-30T00:00Z', 24],
    ['Pacific/Apia', '2011-12-30T12:00Z', 24],
  ])('of %s around %s has %p hours', (timeZone, instant, hours) => {
    expect(hoursOfDay(timeZone, instant)).toBe(hours);
  });

  it('that a zone skipped has no window', () => {
    expect(startsIn(windowOf('day', 'Pacific/Apia'), '2011-12-28T20:00Z', '2012-01-02T00:00Z')).toEqual([
      '2011-12-29T10:00Z', // the 29th
      '2011-12-30T10:00Z', // the 31st
      '2011-12-31T10:00Z',
      '2012-01-01T10:00Z',
    ]);
  });

  it('begins where its midnight would be, if that is skipped', () => {
    expect(startsIn(windowOf('day', 'America/Sao_Paulo'), '2018-11-03T00:00Z', '2018-11-06T00:00Z')).toEqual([
      '2018-11-03T03:00Z',
      '2018-11-04T03:00Z',
      '2018-11-05T02:00Z',
    ]);
  });

  it('that has begun goes on when clocks are set back over its midnight', () => {
    // at 00:01 clocks went back to 23:01
    expect(startsIn(windowOf('day', 'America/St_Johns'), '2010-11-06T00:00Z', '2010-11-09T00:00Z')).toEqual([
      '2010-11-06T02:30Z',
      '2010-11-07T02:30Z',
      '2010-11-08T03:30Z',
    ]);
  });

  it('that clocks show twice is one', () => {
    // Kwajalein went from +11 to −12 hours at the end of September 1969
    expect(startsIn(windowOf('day', 'Pacific/Kwajalein'), '1969-09-28T00:00Z', '1969-10-03T00:00Z')).toEqual([
      '1969-09-28T13:00Z',
      '1969-09-29T13:00Z',
      '1969-10-01T12:00Z',
      '1969-10-02T12:00Z',
    ]);
  });
});

describe('an hour', () => {
  it('that clocks show twice is two windows, one that they skip is none', () => {
    const hourly = windowOf('hour', 'Europe/Berlin');
    expect(windowsBetween(hourly, at('2001-10-27T22:00Z'), at('2001-10-28T23:00Z'), 100)).toHaveLength(25);
    expect(windowsBetween(hourly, at('2001-03-24T23:00Z'), at('2001-03-25T22:00Z'), 100)).toHaveLength(23);
  });

  it('is shorter where clocks change by half an hour', () => {
    const hourly = windowOf('hour', 'Australia/Lord_Howe');
    // 01:00, 01:30 again (until 02:00), 02:00
    expect(startsIn(hourly, '2024-04-06T13:30Z', '2024-04-06T17:00Z')).toEqual([
      '2024-04-06T14:00Z',
      '2024-04-06T15:00Z',
      '2024-04-06T15:30Z',
      '2024-04-06T16:30Z',
    ]);
    // 01:00, 02:30 (02:00 to 02:29 are skipped), 03:00
    expect(startsIn(hourly, '2024-10-05T14:30Z', '2024-10-05T16:30Z')).toEqual([
      '2024-10-05T14:30Z',
      '2024-10-05T15:30Z',
      '2024-10-05T16:00Z',
    ]);
  });

  it('begins at the full hours of the zone', () => {
    expect(textOf(windowStartAt(windowOf('hour', 'Asia/Kathmandu'), at('2024-01-01T12:00Z')))).toBe(
      '2024-01-01T11:15Z',
    );
  });
});

describe('longer windows', () => {
  it.each<[WindowUnit, string, string, string, string]>([
    ['week', 'UTC', '2001-03-01T12:30Z', '2001-02-26T00:00Z', '2001-03-05T00:00Z'],
    ['week', 'UTC', '1969-12-31T23:59Z', '1969-12-29T00:00Z', '1970-01-05T00:00Z'],
    ['week', 'Europe/Berlin', '2001-03-25T12:00Z', '2001-03-18T23:00Z', '2001-03-25T22:00Z'],
    ['month', 'Europe/Berlin', '2001-03-31T22:30Z', '2001-03-31T22:00Z', '2001-04-30T22:00Z'],
    ['quarter', 'America/New_York', '2001-03-31T22:30Z', '2001-01-01T05:00Z', '2001-04-01T05:00Z'],
    ['year', 'Europe/Berlin', '2000-12-31T23:00Z', '2000-12-31T23:00Z', '2001-12-31T23:00Z'],
    ['year', 'UTC', '0000-06-01T00:00Z', '0000-01-01T00:00Z', '0001-01-01T00:00Z'],
    ['month', 'UTC', '2000-02-29T00:00Z', '2000-02-01T00:00Z', '2000-03-01T00:00Z'],
    ['month', 'UTC', '1900-02-28T23:59Z', '1900-02-01T00:00Z', '1900-03-01T00:00Z'],
  ])('of a %s in %s hold %s from %s to %s', (unit, timeZone, time, start, end) => {
    const window = windowOf(unit, timeZone);
    expect(textOf(windowStartAt(window, at(time)))).toBe(start);
    expect(textOf(windowEnd(window, at(start)))).toBe(end);
  });

  it('of all time have neither start nor end', () => {
    expect([windowStartAt(windowOf('all'), 5), windowEnd(windowOf('all'), 0)]).toEqual([0, Infinity]);
  });
});

describe('windows between two times', () => {
  it('begin there, or are too many', () => {
    const daily = windowOf('day');
    expect(startsIn(daily, '2001-03-01T00:00Z', '2001-03-03T00:00Z')).toEqual([
      '2001-03-01T00:00Z',
      '2001-03-02T00:00Z',
    ]);
    expect(startsIn(daily, '2001-03-01T00:01Z', '2001-03-02T00:01Z')).toEqual(['2001-03-02T00:00Z']);
    expect(startsIn(daily, '2001-03-01T00:01Z', '2001-03-01T00:01Z')).toEqual([]);
    expect(windowsBetween(daily, 0, at('9999-01-01T00:00Z'), 64)).toBeNull();
    expect(windowsBetween(daily, 0, 64 * 86_400_000, 64)).toHaveLength(64);
    expect(windowsBetween(windowOf('all'), 0, 1, 64)).toEqual([0]);
  });
});

describe('a coarser window', () => {
  it('holds each of the finer one in its own zone', () => {
    expect(isCoarser(windowOf('month'), windowOf('day'))).toBe(true);
    expect(isCoarser(windowOf('month'), windowOf('week'))).toBe(false);
    expect(isCoarser(windowOf('day'), windowOf('day'))).toBe(false);
    expect(isCoarser(windowOf('minute'), windowOf('hour'))).toBe(false);
    expect(isCoarser(windowOf('month', 'Europe/Berlin'), windowOf('day'))).toBe(false);
    expect(isCoarser(windowOf('all'), windowOf('day', 'Europe/Berlin'))).toBe(true);
    expect(granularitiesOf(windowOf('month'))).toEqual(['month', 'quarter', 'year', 'all']);
    expect(granularitiesOf(windowOf('week'))).toEqual(['week', 'all']);
  });
});

function compiled(window: Window): (timeMs: number) => number {
  const { prelude, value } = windowStartSource(window);
  const make = new Function('windowStarter', `${prelude.join('\n')}\nreturn (timeMs) => ${value};`) as (
    starter: typeof windowStarter,
  ) => (timeMs: number) => number;
  return make(windowStarter);
}
