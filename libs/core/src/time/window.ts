import type { WindowNumber } from '../views/view-row.js';
import { WINDOW_UNITS, type Window, type WindowUnit } from '../views/view-definition.js';
import { firstDayOf, firstDayOfNext, type CivilDay } from './civil-date.js';
import { firstInstantOf, offsetsOf, segmentAt, type ZoneOffsets } from './zone-offsets.js';

const MS_PER_DAY = 86_400_000;

/** Milliseconds of the units that are shorter than a day. */
export const SHORT_UNITS = { minute: 60_000, hour: 3_600_000 } as const;

/** What divides time, and what a time can be truncated to: all units but `all`. */
export type TruncateUnit = Exclude<WindowUnit, 'all'>;
export const TRUNCATE_UNITS: readonly TruncateUnit[] = WINDOW_UNITS.filter((unit) => unit !== 'all');

/** The number of the one window of all time. */
export const ALL_TIME: WindowNumber = 0;

/**
 * The start of the window that holds an event time, which names it. Windows tile time, without gap or overlap, in order; each
 * is the instants [start, end):
 *
 * - minute, hour: a new one begins at each full minute (hour) of the zone's clocks, and where the zone's offset changes.
 *   So an hour that clocks show twice is two windows, and a change by half an hour makes a shorter one
 * - day, week (from Monday), month, quarter, year: begins at the first instant at which the zone's clocks show its first date or
 *   a later one, which is not midnight where that is skipped; and ends where the next begins. Clocks that are set back
 *   over midnight do not take back a day that has begun. A date that a zone skipped has no window
 * - all: one window, named 0
 *
 * Offsets are those of {@link offsetsOf}.
 */
export function windowStartAt({ unit, timeZone }: Window, timeMs: number): WindowNumber {
  if (unit === 'all') return ALL_TIME;
  const offsets = offsetsOf(timeZone);
  if (unit === 'minute' || unit === 'hour') {
    const { fromMs, offsetMs } = segmentAt(offsets, timeMs);
    return Math.max(fromMs, roundDown(timeMs + offsetMs, SHORT_UNITS[unit]) - offsetMs);
  }
  return firstInstantOf(offsets, firstDayOf(unit, dayReachedAt(offsets, timeMs)) * MS_PER_DAY);
}

/** The first instant after the window that begins at `start`: there the next one begins. Infinity: it is of all time. */
export function windowEnd({ unit, timeZone }: Window, start: WindowNumber): number {
  if (unit === 'all') return Infinity;
  const offsets = offsetsOf(timeZone);
  if (unit === 'minute' || unit === 'hour') {
    const { untilMs, offsetMs } = segmentAt(offsets, start);
    const width = SHORT_UNITS[unit];
    return Math.min(untilMs, roundDown(start + offsetMs, width) + width - offsetMs);
  }
  return firstInstantOf(offsets, firstDayOfNext(unit, dayReachedAt(offsets, start)) * MS_PER_DAY);
}

/** The windows that begin in [fromMs, toMs), in order. null: they are more than `atMost`. */
export function windowsBetween(
  window: Window,
  fromMs: number,
  toMs: number,
  atMost: number,
): readonly WindowNumber[] | null {
  if (window.unit === 'all') return fromMs <= ALL_TIME && ALL_TIME < toMs ? [ALL_TIME] : [];
  const starts: WindowNumber[] = [];
  const first = windowStartAt(window, fromMs);
  for (let start = first < fromMs ? windowEnd(window, first) : first; start < toMs; start = windowEnd(window, start)) {
    if (starts.length === atMost) return null;
    starts.push(start);
  }
  return starts;
}

/** The units whose windows (in the same zone) hold each window of a unit whole, from short to long; without itself. */
const COARSER: Readonly<Record<WindowUnit, readonly WindowUnit[]>> = {
  minute: ['hour', 'day', 'week', 'month', 'quarter', 'year', 'all'],
  hour: ['day', 'week', 'month', 'quarter', 'year', 'all'],
  day: ['week', 'month', 'quarter', 'year', 'all'],
  week: ['all'],
  month: ['quarter', 'year', 'all'],
  quarter: ['year', 'all'],
  year: ['all'],
  all: [],
};

/** Whether each window of `fine` lies in one of `coarse`, and the two are not the same. */
export const isCoarser = (coarse: Window, fine: Window): boolean =>
  COARSER[fine.unit].includes(coarse.unit) && (coarse.unit === 'all' || coarse.timeZone === fine.timeZone);

/** The units that rows of a window's unit can be rolled up to, its own first. */
export const granularitiesOf = ({ unit }: Window): readonly WindowUnit[] => [unit, ...COARSER[unit]];

export const isWindowUnit = (text: string): text is WindowUnit => (WINDOW_UNITS as readonly string[]).includes(text);

/** The latest date that a zone's clocks have shown up to an instant. */
function dayReachedAt(offsets: ZoneOffsets, timeMs: number): CivilDay {
  const { offsetMs, shownBeforeMs } = segmentAt(offsets, timeMs);
  return Math.floor(Math.max(timeMs + offsetMs, shownBeforeMs) / MS_PER_DAY);
}

const roundDown = (value: number, width: number): number => Math.floor(value / width) * width;
