import { TwofoldError } from '../errors/twofold-error.js';
import { parseDate } from '../events/parse-date.js';
import { parseTimestamp } from '../events/parse-timestamp.js';
import { windowsBetween } from '../time/window.js';
import { firstInstantOf, offsetsOf } from '../time/zone-offsets.js';
import type { Window } from '../views/view-definition.js';
import type { RowSelection } from '../views/view-row.js';

const MS_PER_DAY = 86_400_000;
/** Windows that a selection lists: so many a store looks up one by one without more work than by going through all. */
const MAX_LISTED_WINDOWS = 64;

/**
 * The windows that begin within [from, to). Each is ISO 8601: a date and time with zone, or a date alone, which is the first
 * instant of it in the window's zone. undefined: no bound.
 *
 * @throws TwofoldError `invalid-range` with a pointer to the parameter
 */
export function readWindowRange(
  window: Window,
  from: string | undefined,
  to: string | undefined,
): Pick<RowSelection, 'fromWindow' | 'toWindow' | 'windows'> {
  if (window.unit === 'all' && (from ?? to) !== undefined) {
    const parameter = from === undefined ? 'to' : 'from';
    throw refusal(parameter, `the view has one window of all time, so ${parameter} selects nothing`);
  }
  const fromWindow = readBound('from', window, from);
  const toWindow = readBound('to', window, to);
  if (fromWindow === null || toWindow === null) return { fromWindow, toWindow };
  if (fromWindow > toWindow) throw refusal('from', `from (${from}) is after to (${to})`);
  const windows = windowsBetween(window, fromWindow, toWindow, MAX_LISTED_WINDOWS);
  return windows === null ? { fromWindow, toWindow } : { fromWindow, toWindow, windows };
}

/** ISO 8601 → ms since 1970; a date alone is the first instant of it in the zone. null: it is neither, or there is no such time. */
export function readInstant(text: string, timeZone: string): number | null {
  const day = parseDate(text);
  return day === null ? parseTimestamp(text) : firstInstantOf(offsetsOf(timeZone), day * MS_PER_DAY);
}

function readBound(name: 'from' | 'to', { timeZone }: Window, text: string | undefined): number | null {
  if (text === undefined) return null;
  const time = readInstant(text, timeZone);
  if (time !== null) return time;
  throw refusal(
    name,
    `${name} is an ISO 8601 date, or date and time with zone, such as 2001-03-01 or 2001-03-01T00:00:00Z; ${JSON.stringify(text)} is not`,
  );
}

const refusal = (name: string, message: string): TwofoldError => new TwofoldError('invalid-range', message, `/${name}`);
