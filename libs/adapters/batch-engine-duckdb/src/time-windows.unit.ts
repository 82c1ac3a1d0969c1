import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import {
  TIME_PARTS,
  TRUNCATE_UNITS,
  offsetsOf,
  timeFunctions,
  windowEnd,
  windowStartAt,
  windowStartSql,
  type Window,
  type WindowUnit,
} from '@twofold/core';
import fc from 'fast-check';

const DUCKDB = { name: 'duckdb' } as const;
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
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How far RFC 3339 reaches, with an offset of a day. */
const FIRST_MS = Date.parse('-000001-12-31T00:00Z');
const LAST_MS = Date.parse('+010000-01-01T23:59:59.999Z');

const windowOf = (unit: WindowUnit, timeZone: string): Window => ({ kind: 'tumbling', unit, timeZone });

describe('times in DuckDB', () => {
  let connection: DuckDBConnection;
  beforeAll(async () => {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    connection = await instance.connect();
  });
  afterAll(() => connection.closeSync());

  const columnOf = async (sql: string): Promise<readonly (number | null)[]> => {
    const rows = (await connection.runAndReadAll(sql)).getRows();
    return rows.map(([value]) => (value === null ? null : Number(value)));
  };
  const load = async (times: readonly (number | null)[]): Promise<void> => {
    await connection.run('CREATE OR REPLACE TEMP TABLE times (n INTEGER, event_time BIGINT)');
    const appender = await connection.createAppender('times');
    for (const [index, timeMs] of times.entries()) {
      appender.appendInteger(index);
      if (timeMs === null) appender.appendNull();
      else appender.appendBigInt(BigInt(timeMs));
      appender.endRow();
    }
    appender.closeSync();
  };
  const evaluated = (sql: string): Promise<readonly (number | null)[]> =>
    columnOf(`SELECT ${sql} FROM times ORDER BY n`);

  describe.each(ZONES)('of %s', (timeZone) => {
    const times = timesOf(timeZone);
    beforeAll(() => load(times));

    it.each(TRUNCATE_UNITS)('are in the same windows of a %s as in JavaScript', async (unit) => {
      const window = windowOf(unit, timeZone);
      const expected = times.map((timeMs) => windowStartAt(window, timeMs));
      expect(await evaluated(windowStartSql(window, 'event_time', DUCKDB))).toEqual(expected);
      const truncated = timeFunctions.truncate.sql(['event_time', '', ''], [undefined, unit, timeZone], DUCKDB);
      expect(await evaluated(truncated)).toEqual(expected);
    });

    it.each(TIME_PARTS)('have the same %s as in JavaScript', async (part) => {
      const sql = timeFunctions.datePart.sql(['event_time', '', ''], [undefined, part, timeZone], DUCKDB);
      expect(await evaluated(sql)).toEqual(
        times.map((time) => timeFunctions.datePart.javaScript(time, part, timeZone)),
      );
    });

    it('are on the same dates as in JavaScript', async () => {
      const sql = timeFunctions.dateOf.sql(['event_time', ''], [undefined, timeZone], DUCKDB);
      expect(await evaluated(sql)).toEqual(times.map((time) => timeFunctions.dateOf.javaScript(time, timeZone)));
    });
  });

  it('are all in the one window of all time', async () => {
    await load([FIRST_MS, 0, LAST_MS]);
    expect(await evaluated(windowStartSql(windowOf('all', 'UTC'), 'event_time', DUCKDB))).toEqual([0, 0, 0]);
  });

  it('that are null are in no window, on no date and have no parts', async () => {
    await load([null]);
    const [unit, zone] = ['month', 'Europe/Berlin'] as const;
    const long = `coalesce(${Array.from({ length: 20 }, () => 'event_time').join(', ')})`;
    for (const operand of ['event_time', long]) {
      expect(await evaluated(timeFunctions.truncate.sql([operand, '', ''], [undefined, unit, zone], DUCKDB))).toEqual([
        null,
      ]);
      expect(await evaluated(timeFunctions.datePart.sql([operand, '', ''], [undefined, unit, zone], DUCKDB))).toEqual([
        null,
      ]);
      expect(await evaluated(timeFunctions.datePart.sql([operand, ''], [undefined, unit], DUCKDB))).toEqual([null]);
      expect(await evaluated(timeFunctions.dateOf.sql([operand, ''], [undefined, zone], DUCKDB))).toEqual([null]);
    }
  });

  it('may be of any expression, whose text stands once', async () => {
    const times = [0, Date.parse('2001-03-25T01:00Z'), LAST_MS];
    await load(times);
    const nest = (of: string): string =>
      timeFunctions.truncate.sql([of, '', ''], [undefined, 'day', 'Europe/Berlin'], DUCKDB);
    const nested = nest(nest(nest(nest('event_time'))));
    expect(nested.length).toBeLessThan(5 * nest('event_time').length);
    expect(await evaluated(nested)).toEqual(
      times.map((timeMs) => windowStartAt(windowOf('day', 'Europe/Berlin'), timeMs)),
    );
  });

  it('have the same parts of dates as in JavaScript, for each date of the calendar tried', async () => {
    const someDays = Array.from({ length: 20_000 }, (_, index) => -719_529 + index * 182 + (index % 7));
    const turns = Array.from({ length: 420 }, (_, year) => Date.UTC(1900 + year, 0, 1) / DAY_MS);
    const days = [...someDays, ...turns.flatMap((day) => [-4, -3, -2, -1, 0, 1, 2, 3, 58, 59, 60].map((d) => day + d))];
    await load(days);
    for (const part of TIME_PARTS.slice(0, -2)) {
      const sql = timeFunctions.datePart.sql(['event_time', ''], [undefined, part], DUCKDB);
      expect(await evaluated(sql)).toEqual(days.map((day) => timeFunctions.datePart.javaScript(day, part)));
    }
  });

  it.each([
    ['Europe/Berlin', '2001-03-25T12:00Z', 23],
    ['Europe/Berlin', '2001-10-28T12:00Z', 25],
    ['America/New_York', '2024-03-10T12:00Z', 23],
    ['America/New_York', '2024-11-03T12:00Z', 25],
    ['Australia/Lord_Howe', '2024-10-06T00:00Z', 23.5],
    ['Australia/Lord_Howe', '2024-04-07T00:00Z', 24.5],
    ['America/Sao_Paulo', '2018-11-04T12:00Z', 23],
    ['America/Sao_Paulo', '2018-02-17T12:00Z', 25],
    ['Africa/Casablanca', '2024-03-10T12:00Z', 25],
    ['Asia/Kathmandu', '1985-12-31T20:00Z', 23.75],
    ['Pacific/Apia', '2011-12-30T12:00Z', 24],
  ])('have in %s around %s a day of %p hours', async (timeZone, around, hours) => {
    const middle = Date.parse(around);
    await load(Array.from({ length: 60 * 72 }, (_, minute) => middle + (minute - 60 * 36) * MINUTE_MS));
    const [day, hour] = (['day', 'hour'] as const).map((unit) =>
      windowStartSql(windowOf(unit, timeZone), 'event_time', DUCKDB),
    );
    const minutesOfDay = await columnOf(
      `SELECT count(*) FROM times WHERE ${day} = (SELECT ${day} FROM times WHERE event_time = ${middle})`,
    );
    const hoursOfDay = await columnOf(
      `SELECT count(DISTINCT ${hour}) FROM times WHERE ${day} = (SELECT ${day} FROM times WHERE event_time = ${middle})`,
    );
    expect(minutesOfDay).toEqual([hours * 60]);
    expect(hoursOfDay).toEqual([Math.ceil(hours)]);
  });
});

/** Every half hour around some changes of a zone, the edges of all of them and of windows beside them, and times at random. */
function timesOf(timeZone: string): readonly number[] {
  const changes = offsetsOf(timeZone).flatMap(({ fromMs }) => (fromMs === -Infinity ? [] : [fromMs]));
  const edges = [...changes, 0, Date.UTC(1900, 0, 1), Date.UTC(2100, 0, 1)].flatMap((timeMs) =>
    TRUNCATE_UNITS.flatMap((unit) => {
      const window = windowOf(unit, timeZone);
      const start = windowStartAt(window, timeMs);
      return [timeMs, start, windowEnd(window, start)].flatMap((edge) => [edge - 1, edge]);
    }),
  );
  const around = changes
    .slice(-6)
    .flatMap((change) => Array.from({ length: 200 }, (_, index) => change + (index - 100) * (HOUR_MS / 2)));
  const random = fc.sample(
    fc.oneof(
      fc.integer({ min: FIRST_MS, max: LAST_MS }),
      fc.integer({ min: Date.UTC(1890, 0, 1), max: Date.UTC(2110, 0, 1) }),
    ),
    3_000,
  );
  return [...new Set([...edges, ...around, ...random, FIRST_MS, LAST_MS])];
}
