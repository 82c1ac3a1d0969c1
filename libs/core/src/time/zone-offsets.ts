import { createHash } from 'node:crypto';
import { TwofoldError, impossible } from '../errors/twofold-error.js';

const MS_PER_DAY = 86_400_000;

/** A stretch of time in which a zone's clocks are off from UTC by the same. */
export type OffsetSegment = {
  /** First instant, ms since 1970; −Infinity in the first segment. */
  readonly fromMs: number;
  /** First instant of the next segment; Infinity in the last. */
  readonly untilMs: number;
  /** Local time − UTC; whole seconds. */
  readonly offsetMs: number;
  /** The greatest local time (ms, as if it were UTC) that clocks have shown before; −Infinity in the first segment. */
  readonly shownBeforeMs: number;
  /** The same at the segment's end; Infinity in the last. */
  readonly shownAfterMs: number;
};

/** All of time, in order. */
export type ZoneOffsets = readonly OffsetSegment[];

/**
 * Where offsets are taken from Intl. Before and after, a zone keeps the offset that it has at the limit: few clocks were set by
 * a zone before, and no law is known that far ahead.
 */
const FIRST_MS = Date.UTC(1900, 0, 1);
const LAST_MS = Date.UTC(2100, 0, 1);
/**
 * Changes are looked for between instants this far apart: two in between would be taken for one or none. From 1900 on no
 * two changes of a zone are nearer than a week less two hours (Recife, October 2000).
 */
const STEP_MS = 2 * MS_PER_DAY;
/** Offsets change at whole seconds. */
const SECOND_MS = 1_000;

const offsetsByZone = new Map<string, ZoneOffsets>();
const canonicalByName = new Map<string, string | null>();

/** Names that are asked for are a catalog's few, and what callers try. */
const MAX_REMEMBERED_NAMES = 10_000;

/** Whether it is the name of a zone in the IANA tz database that this JavaScript engine knows; an offset such as +05:30 is none. */
export const isTimeZone = (name: string): boolean => canonicalTimeZone(name) !== null;

/** One spelling for each zone: of `europe/berlin` Europe/Berlin, of all names of UTC 'UTC'. null: there is no such zone. */
export function canonicalTimeZone(name: string): string | null {
  const known = canonicalByName.get(name);
  if (known !== undefined) return known;
  const canonical = resolveZone(name);
  if (canonicalByName.size >= MAX_REMEMBERED_NAMES) canonicalByName.clear();
  canonicalByName.set(name, canonical);
  return canonical;
}

/** A zone's offset changes by this engine's tz data. Takes some 40 ms for a zone, once. @throws TwofoldError `invalid-value`: there is no such zone */
export function offsetsOf(timeZone: string): ZoneOffsets {
  const canonical = canonicalTimeZone(timeZone);
  if (canonical === null) throw new TwofoldError('invalid-value', `there is no time zone ${JSON.stringify(timeZone)}`);
  let offsets = offsetsByZone.get(canonical);
  if (offsets === undefined) {
    offsets = segmentsOf(canonical === 'UTC' ? [{ fromMs: -Infinity, offsetMs: 0 }] : changesOf(canonical));
    offsetsByZone.set(canonical, offsets);
  }
  return offsets;
}

/** The segment that holds an instant. */
export function segmentAt(offsets: ZoneOffsets, timeMs: number): OffsetSegment {
  return firstSegmentWhere(offsets, ({ untilMs }) => timeMs < untilMs);
}

/** The first instant at which a zone's clocks show a local time (ms, as if it were UTC) or a later one. */
export function firstInstantOf(offsets: ZoneOffsets, localMs: number): number {
  const { fromMs, offsetMs } = firstSegmentWhere(offsets, ({ shownAfterMs }) => localMs <= shownAfterMs);
  return Math.max(fromMs, localMs - offsetMs);
}

/** Names the rules of a zone: another tz database in which they differ gives another digest. */
export const zoneDigest = (timeZone: string): string =>
  createHash('sha256')
    .update(JSON.stringify(offsetsOf(timeZone).map(({ fromMs, offsetMs }) => [fromMs, offsetMs])))
    .digest('hex')
    .slice(0, 16);

/** `isAtOrAfter` is false up to some segment and true from it on; it is true of the last. */
function firstSegmentWhere(offsets: ZoneOffsets, isAtOrAfter: (segment: OffsetSegment) => boolean): OffsetSegment {
  let low = 0;
  let high = offsets.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isAtOrAfter(offsets[middle] as OffsetSegment)) high = middle;
    else low = middle + 1;
  }
  return offsets[low] as OffsetSegment;
}

function resolveZone(name: string): string | null {
  // an offset is a "time zone" to newer engines, and to this one it is not
  if (/^[+-]/.test(name)) return null;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions();
    return /^((Etc\/)?(UTC|UCT|GMT|Universal|Zulu|Greenwich|GMT[+-]?0)|GMT0)$/i.test(timeZone) ? 'UTC' : timeZone;
  } catch {
    return null;
  }
}

type Change = Pick<OffsetSegment, 'fromMs' | 'offsetMs'>;

function changesOf(timeZone: string): readonly Change[] {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  const offsetAt = (timeMs: number): number => parseOffset(format.format(timeMs));
  let offsetMs = offsetAt(FIRST_MS);
  const changes: Change[] = [{ fromMs: -Infinity, offsetMs }];
  for (let from = FIRST_MS; from < LAST_MS; from += STEP_MS) {
    const until = Math.min(from + STEP_MS, LAST_MS);
    const after = offsetAt(until);
    if (after === offsetMs) continue;
    changes.push({ fromMs: firstChangeAfter(from, until, offsetMs, offsetAt), offsetMs: after });
    offsetMs = after;
  }
  return changes;
}

/** The first instant after `from` at which the offset no longer is `before`; at `until` it is not. */
function firstChangeAfter(from: number, until: number, before: number, offsetAt: (timeMs: number) => number): number {
  let [low, high] = [from, until];
  while (high - low > SECOND_MS) {
    const middle = low + Math.floor((high - low) / 2 / SECOND_MS) * SECOND_MS;
    if (offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** `12/7/1874, GMT-00:43:08` → ms. */
function parseOffset(formatted: string): number {
  const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(formatted);
  if (match === null) return impossible(`Intl formats an offset as ${JSON.stringify(formatted)}`);
  const [, sign, hours = 0, minutes = 0, seconds = 0] = match;
  const total = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * SECOND_MS;
  return sign === '-' ? -total : total;
}

function segmentsOf(changes: readonly Change[]): ZoneOffsets {
  let shownMs = -Infinity;
  return changes.map(({ fromMs, offsetMs }, index) => {
    const untilMs = changes[index + 1]?.fromMs ?? Infinity;
    const shownBeforeMs = shownMs;
    shownMs = Math.max(shownMs, untilMs + offsetMs - 1);
    return { fromMs, untilMs, offsetMs, shownBeforeMs, shownAfterMs: shownMs };
  });
}
