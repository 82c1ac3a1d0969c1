import { describe, expect, it } from '@jest/globals';
import { canonicalTimeZone, firstInstantOf, isTimeZone, offsetsOf, segmentAt, zoneDigest } from './zone-offsets.js';

const HOUR_MS = 3_600_000;

/** What the clocks of a zone show, by the fields that Intl formats: nothing of this is how the table is made. */
function shownBy(timeZone: string, timeMs: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    era: 'short',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
  }).formatToParts(timeMs);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
}

describe('the name of a time zone', () => {
  it.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['europe/berlin', 'Europe/Berlin'],
    ['UTC', 'UTC'],
    ['utc', 'UTC'],
    ['Etc/UTC', 'UTC'],
    ['GMT', 'UTC'],
    ['Etc/GMT+5', 'Etc/GMT+5'],
  ])('%s is %s', (name, canonical) => {
    expect(canonicalTimeZone(name)).toBe(canonical);
  });

  it.each(['', 'Mars/Olympus', '+05:30', '-08', 'Europe', 'Europe/Berlin ', '__proto__'])('is not %j', (name) => {
    expect(isTimeZone(name)).toBe(false);
    expect(() => offsetsOf(name)).toThrow(expect.objectContaining({ code: 'invalid-value' }));
  });
});

describe('the offsets of a zone', () => {
  it('of UTC are one', () => {
    expect(offsetsOf('UTC')).toHaveLength(1);
    expect(segmentAt(offsetsOf('GMT'), 0)).toMatchObject({ fromMs: -Infinity, untilMs: Infinity, offsetMs: 0 });
  });

  it.each([
    ['Europe/Berlin', '2001-03-25T01:00:00Z', 1, 2],
    ['Europe/Berlin', '2001-10-28T01:00:00Z', 2, 1],
    ['America/New_York', '2024-03-10T07:00:00Z', -5, -4],
    ['Australia/Lord_Howe', '2024-04-06T15:00:00Z', 11, 10.5],
    ['Australia/Lord_Howe', '2024-10-05T15:30:00Z', 10.5, 11],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', -10, 14],
    ['America/Sao_Paulo', '2018-11-04T03:00:00Z', -3, -2],
    ['Africa/Casablanca', '2024-03-10T02:00:00Z', 1, 0],
    ['Asia/Kathmandu', '1985-12-31T18:30:00Z', 5.5, 5.75],
  ])('of %s change at %s from %p to %p hours', (timeZone, at, before, after) => {
    const [last, first] = [Date.parse(at) - 1, Date.parse(at)].map((time) => segmentAt(offsetsOf(timeZone), time));
    expect([last?.offsetMs, first?.offsetMs]).toEqual([before * HOUR_MS, after * HOUR_MS]);
    expect([last?.untilMs, first?.fromMs]).toEqual([Date.parse(at), Date.parse(at)]);
  });

  it.each([
    'Europe/Berlin',
    'Europe/Amsterdam',
    'America/New_York',
    'America/St_Johns',
    'America/Sao_Paulo',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
    'Africa/Monrovia',
    'Asia/Kathmandu',
    'Pacific/Apia',
    'Pacific/Kwajalein',
    'Antarctica/Troll',
  ])('of %s are what Intl shows just before and at each change, and every five weeks from 1900 to 2100', (timeZone) => {
    const offsets = offsetsOf(timeZone);
    const changes = offsets.flatMap(({ fromMs }) => (fromMs === -Infinity ? [] : [fromMs - 1_000, fromMs]));
    const between = Array.from({ length: 2_087 }, (_, index) => Date.UTC(1900, 0, 1) + index * 5 * 7 * 24 * HOUR_MS);
    for (const timeMs of [...changes, ...between])
      expect(`${timeMs} ${timeMs + segmentAt(offsets, timeMs).offsetMs}`).toBe(
        `${timeMs} ${shownBy(timeZone, timeMs)}`,
      );
  });

  it('before 1900 and from 2100 on stay as they are there', () => {
    const berlin = offsetsOf('Europe/Berlin');
    expect(segmentAt(berlin, Date.UTC(1800, 0, 1)).offsetMs).toBe(HOUR_MS);
    expect(segmentAt(berlin, Date.UTC(2500, 6, 1)).offsetMs).toBe(HOUR_MS);
    expect(segmentAt(berlin, Date.UTC(2099, 6, 1)).offsetMs).toBe(2 * HOUR_MS);
  });

  it('follow one another without gap or overlap', () => {
    for (const timeZone of ['Europe/Berlin', 'Pacific/Apia', 'Africa/Casablanca']) {
      const offsets = offsetsOf(timeZone);
      expect(offsets[0]?.fromMs).toBe(-Infinity);
      expect(offsets.at(-1)?.untilMs).toBe(Infinity);
      for (const [index, segment] of offsets.slice(1).entries()) {
        expect(segment.fromMs).toBe(offsets[index]?.untilMs);
        expect(segment.offsetMs).not.toBe(offsets[index]?.offsetMs);
      }
    }
  });
});

describe('the first instant of a local time', () => {
  const instantOf = (timeZone: string, local: string): string =>
    new Date(firstInstantOf(offsetsOf(timeZone), Date.parse(`${local}Z`))).toISOString().slice(0, 16);

  it.each([
    ['an ordinary one', 'Europe/Berlin', '2001-06-01T12:00', '2001-06-01T10:00'],
    ['shown twice', 'Europe/Berlin', '2001-10-28T02:30', '2001-10-28T00:30'],
    ['skipped', 'Europe/Berlin', '2001-03-25T02:30', '2001-03-25T01:00'],
    ['a midnight that is skipped', 'America/Sao_Paulo', '2018-11-04T00:00', '2018-11-04T03:00'],
    ['a day that is skipped', 'Pacific/Apia', '2011-12-30T00:00', '2011-12-30T10:00'],
    ['the day after it', 'Pacific/Apia', '2011-12-31T00:00', '2011-12-30T10:00'],
    ['a midnight that is shown twice', 'America/St_Johns', '2010-11-07T00:00', '2010-11-07T02:30'],
  ])('%s (%s, %s)', (_what, timeZone, local, expected) => {
    expect(instantOf(timeZone, local)).toBe(expected);
  });
});

describe('the digest of a zone', () => {
  it('tells rules apart, not names', () => {
    expect(zoneDigest('Europe/Berlin')).toMatch(/^[0-9a-f]{16}$/);
    expect(zoneDigest('europe/berlin')).toBe(zoneDigest('Europe/Berlin'));
    expect(zoneDigest('America/New_York')).not.toBe(zoneDigest('Europe/Berlin'));
    expect(zoneDigest('UTC')).toBe(zoneDigest('Etc/GMT'));
  });
});
