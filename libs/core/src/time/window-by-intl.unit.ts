import { describe, expect, it } from '@jest/globals';
import type { Window, WindowUnit } from '../views/view-definition.js';
import { windowStartAt } from './window.js';
import { offsetsOf } from './zone-offsets.js';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** Minutes looked at before and after a change: days that are there and begin, and no other change. */
const BEFORE = 2 * DAY_MINUTES;
const AFTER = 2 * DAY_MINUTES;

type Shown = { readonly timeMs: number; readonly date: string; readonly hour: string; readonly offset: string };

/** What Intl's own formats show at each minute around a change: dates, hours and offsets as text. */
function shownAround(timeZone: string, change: number): readonly Shown[] {
  const clock = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', timeZoneName: 'longOffset' },
  });
  return Array.from({ length: BEFORE + AFTER }, (_, index) => {
    const timeMs = change + (index - BEFORE) * MINUTE_MS;
    const [date = '', hour = '', offset = ''] = clock.format(timeMs).split(/,? /);
    return { timeMs, date, hour, offset };
  });
}

const startIn = (unit: WindowUnit, timeZone: string, timeMs: number): number => {
  const window: Window = { kind: 'tumbling', unit, timeZone };
  return windowStartAt(window, timeMs);
};

describe.each([
  ['Europe/Berlin', ['2001-03-25', '2001-10-28', '1947-05-11', '1980-04-06']],
  ['America/New_York', ['2024-03-10', '2024-11-03', '1974-01-06']],
  ['America/St_Johns', ['2010-03-14', '2010-11-07', '1988-04-03']],
  ['Australia/Lord_Howe', ['2024-04-06', '2024-10-05', '1985-10-19']],
  ['Pacific/Apia', ['2011-12-30', '2011-09-24', '2012-03-31']],
  ['America/Sao_Paulo', ['2018-11-04', '2018-02-18', '1985-11-02']],
  ['Africa/Casablanca', ['2024-03-10', '2024-04-14', '2030-01-06']],
  ['Asia/Kathmandu', ['1985-12-31']],
  ['Pacific/Kwajalein', ['1969-09-30', '1993-08-21']],
])('windows of %s', (timeZone, dates) => {
  const changes = offsetsOf(timeZone)
    .slice(1)
    .map(({ fromMs }) => fromMs)
    .filter((change) => dates.some((date) => Math.abs(change - Date.parse(`${date}T12:00Z`)) < 1.6 * 86_400_000));

  it('are looked at where the zone does change', () => {
    expect(changes.length).toBeGreaterThanOrEqual(dates.length - 1);
  });

  it.each(changes)('of days around %p begin where Intl shows a date that was not reached before', (change) => {
    let latest = '';
    let start: number | null = null;
    const wrong: unknown[] = [];
    for (const { timeMs, date } of shownAround(timeZone, change)) {
      if (date > latest) {
        start = latest === '' ? null : timeMs;
        latest = date;
      }
      const found = startIn('day', timeZone, timeMs);
      if (start !== null && found !== start) wrong.push({ timeMs, found, start });
    }
    expect(wrong).toEqual([]);
    expect(start).not.toBeNull();
  });

  it.each(changes)('of hours around %p begin where Intl shows another hour or offset', (change) => {
    let last: Shown | null = null;
    let start: number | null = null;
    const wrong: unknown[] = [];
    for (const shown of shownAround(timeZone, change)) {
      const isNew = last !== null && (shown.hour !== last.hour || shown.offset !== last.offset);
      if (isNew) start = shown.timeMs;
      last = shown;
      const { timeMs } = shown;
      const found = startIn('hour', timeZone, timeMs);
      if (start !== null && found !== start) wrong.push({ timeMs, found, start });
      if (startIn('minute', timeZone, timeMs) !== timeMs) wrong.push({ timeMs });
    }
    expect(wrong).toEqual([]);
    expect(start).not.toBeNull();
  });
});
