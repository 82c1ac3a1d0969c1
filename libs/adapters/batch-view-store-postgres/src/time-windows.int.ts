import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TRUNCATE_UNITS, offsetsOf, windowEnd, windowStartAt, windowStartSql, type Window } from '@twofold/core';
import { testServers } from '@twofold/testkit';
import fc from 'fast-check';
import pg from 'pg';

const POSTGRES = { name: 'postgres' } as const;
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Africa/Monrovia',
  'Pacific/Apia',
] as const;

/** How far RFC 3339 reaches, with an offset of a day. */
const FIRST_MS = Date.parse('-000001-12-31T00:00Z');
const LAST_MS = Date.parse('+010000-01-01T23:59:59.999Z');

describe('windows in Postgres', () => {
  const client = new pg.Client({ connectionString: testServers().databaseUrl });
  beforeAll(async () => {
    await client.connect();
    // windows are those of the view's zone, whatever the session's is
    await client.query("SET TIME ZONE 'America/New_York'");
  });
  afterAll(() => client.end());

  const evaluated = async (sql: string, times: readonly (number | null)[]): Promise<readonly (number | null)[]> => {
    const { rows } = await client.query<{ start: string | null }>(
      `SELECT ${sql} AS start FROM unnest($1::bigint[]) WITH ORDINALITY AS t(window_number, n) ORDER BY n`,
      [times],
    );
    return rows.map(({ start }) => (start === null ? null : Number(start)));
  };

  describe.each(ZONES)('of %s', (timeZone) => {
    it.each(TRUNCATE_UNITS)('of a %s are the same as in JavaScript', async (unit) => {
      const window: Window = { kind: 'tumbling', unit, timeZone };
      const times = timesNear(window);
      const expected = times.map((timeMs) => windowStartAt(window, timeMs));
      expect(await evaluated(windowStartSql(window, 'window_number', POSTGRES), times)).toEqual(expected);
    });
  });

  it('of all time is one, of no time there is none', async () => {
    const window: Window = { kind: 'tumbling', unit: 'all', timeZone: 'UTC' };
    expect(await evaluated(windowStartSql(window, 'window_number', POSTGRES), [FIRST_MS, 5])).toEqual([0, 0]);
    const daily: Window = { kind: 'tumbling', unit: 'day', timeZone: 'Europe/Berlin' };
    expect(await evaluated(windowStartSql(daily, 'window_number', POSTGRES), [null])).toEqual([null]);
  });
});

/** The edges of the windows in which the zone's offset changes, and times at random. */
function timesNear(window: Window): readonly number[] {
  const edges = offsetsOf(window.timeZone).flatMap(({ fromMs }) => {
    if (fromMs === -Infinity) return [];
    const start = windowStartAt(window, fromMs);
    return [fromMs, start, windowEnd(window, start)].flatMap((edge) => [edge - 1, edge]);
  });
  const random = fc.sample(
    fc.oneof(
      fc.integer({ min: FIRST_MS, max: LAST_MS }),
      fc.integer({ min: Date.UTC(1890, 0, 1), max: Date.UTC(2110, 0, 1) }),
    ),
    2_000,
  );
  return [...edges, ...random, FIRST_MS, LAST_MS];
}
