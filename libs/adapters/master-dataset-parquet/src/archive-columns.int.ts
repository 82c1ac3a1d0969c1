import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DuckDBConnection, listValue } from '@duckdb/node-api';
import {
  boolean,
  compileSql,
  constant,
  count,
  daily,
  date,
  decimal,
  defineEvent,
  defineView,
  double,
  duckDb,
  int,
  list,
  max,
  min,
  naiveView,
  optional,
  planView,
  record,
  string,
  sum,
  timestamp,
  toText,
  type ArchivedEvent,
  type EventType,
  type Offset,
} from '@twofold/core';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import { NO_CHANGES } from '@twofold/ports';
import { testDatabase } from '@twofold/testkit';
import { ParquetMasterDataset } from './parquet-master-dataset.js';

const first = defineEvent({
  type: 'flight.landed',
  stream: 'flights',
  data: { origin: string(), delay: int(), cancelled: boolean() },
});
const second = defineEvent({
  type: 'flight.landed',
  stream: 'flights',
  from: first,
  data: {
    delay: string({ maxLength: 22 }),
    origin: string(),
    fuel: optional(double()),
    dueAt: timestamp(),
    plane: optional(record({ tail: string(), legs: list(int()), price: decimal(2), built: date() })),
  },
  upcast: ({ delay }) => ({ delay: toText(delay), dueAt: constant('timestamp', new Date(0)) }),
});

const eventAt = (offset: Offset, overrides: Partial<ArchivedEvent> = {}): ArchivedEvent => ({
  offset,
  appliedOffset: offset,
  appendedAtMs: 1_700_000_000_000 + offset,
  verdict: { kind: 'event' },
  id: `flight-${offset}`,
  source: '/flights',
  subject: 'ATL',
  type: 'flight.landed',
  version: 1,
  timeMs: -86_400_001,
  dataText: '{"origin":"Zürich \\u0000"}',
  values: ['Zürich 😀', Number.MIN_SAFE_INTEGER, true],
  ...overrides,
});

const newer: Partial<ArchivedEvent> = {
  version: 2,
  subject: null,
  dataText: null,
  values: ['7', 'JFK', -1.5, -12_345_678_901_234, 'N1', [1, 2n ** 63n - 1n], -1_230, 11_016],
};

describe('the files of the archive', () => {
  const { url, drop } = testDatabase();
  const partition = { stream: 'flights', partition: 3 };
  let directory: string;
  let database: Metadata;
  let archive: ParquetMasterDataset;
  let duck: DuckDBConnection;
  let end = 0;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'twofold-test-'));
    await migrate(url);
    database = await openMetadata(url);
    archive = await ParquetMasterDataset.open({ directory: relative(process.cwd(), directory), database });
    duck = await DuckDBConnection.create();
  }, 60_000);
  afterAll(async () => {
    duck.closeSync();
    await archive.close();
    await database.close();
    await drop();
    await rm(directory, { recursive: true });
  }, 60_000);

  /** Archives a range of these events; where the file of the type stands. */
  async function archived(
    of: (from: Offset) => readonly ArchivedEvent[],
    eventType: string | null,
    types: readonly EventType[] = [first, second],
  ): Promise<string> {
    const events = of(end);
    const to = end + events.length;
    expect(await archive.append(partition, end, to, events, types, NO_CHANGES)).toBe(true);
    end = to;
    const files = await archive.filesBelow({ flights: [0, 0, 0, to] }, eventType);
    return String(files.at(-1)?.location);
  }
  const rowsIn = async (location: string): Promise<unknown> =>
    (await duck.runAndReadAll(`SELECT * FROM read_parquet('${location}')`)).getRowObjects();

  test('hold an event as it came, and typed by its version', async () => {
    const location = await archived((from) => [eventAt(from), eventAt(from + 1, newer)], 'flight.landed');
    expect(isAbsolute(location)).toBe(true);
    const files = await archive.filesBelow({ flights: [0, 0, 0, end] }, 'flight.landed');
    expect(files.map(({ eventVersion, rowCount }) => [eventVersion, rowCount]).sort()).toEqual([
      [1, 1],
      [2, 1],
    ]);
    const [asFirst, asSecond] = [...files].sort((a, b) => Number(a.eventVersion) - Number(b.eventVersion));
    expect(await rowsIn(asFirst?.location ?? '')).toEqual([
      {
        stream: 'flights',
        partition: 3,
        offset: 0n,
        applied_offset: 0n,
        place: 0,
        appended_at: 1_700_000_000_000n,
        verdict: 'event',
        reason: null,
        id: 'flight-0',
        source: '/flights',
        subject: 'ATL',
        type: 'flight.landed',
        version: 1,
        event_time: -86_400_001n,
        data: '{"origin":"Zürich \\u0000"}',
        d_origin: 'Zürich 😀',
        d_delay: BigInt(Number.MIN_SAFE_INTEGER),
        d_cancelled: true,
      },
    ]);
    expect(await rowsIn(asSecond?.location ?? '')).toEqual([
      expect.objectContaining({
        offset: 1n,
        subject: null,
        version: 2,
        data: null,
        d_origin: 'JFK',
        d_delay: '7',
        d_fuel: -1.5,
        d_dueAt: -12_345_678_901_234n,
        'd_plane.tail': 'N1',
        'd_plane.legs': listValue([1n, 2n ** 63n - 1n]),
        'd_plane.price': -1_230n,
        'd_plane.built': 11_016n,
      }),
    ]);
  });

  test('hold nulls for an optional record that is missing', async () => {
    const missing = { ...newer, values: ['7', 'JFK', null, 0, null, null, null, null] };
    const location = await archived((from) => [eventAt(from, missing)], 'flight.landed');
    expect(await rowsIn(location)).toEqual([
      expect.objectContaining({ d_fuel: null, 'd_plane.tail': null, 'd_plane.legs': null, 'd_plane.price': null }),
    ]);
  });

  test('hold dead records with the reason and the text as it came, without typed columns', async () => {
    const dead = (offset: Offset): ArchivedEvent =>
      eventAt(offset, {
        verdict: { kind: 'dead', code: 'invalid-data', reason: 'delay is missing (at /delay)' },
        version: 0,
        dataText: 'a\0b{',
        values: [],
      });
    const [row] = (await rowsIn(await archived((from) => [dead(from)], null))) as Record<string, unknown>[];
    expect(row).toMatchObject({
      verdict: 'dead',
      reason: 'invalid-data: delay is missing (at /delay)',
      type: 'flight.landed',
      data: 'a\0b{',
    });
    expect(Object.keys(row ?? {}).filter((name) => name.startsWith('d_'))).toEqual([]);
  });

  test('have only column types that every engine reads alike', async () => {
    const location = await archived((from) => [eventAt(from, newer)], 'flight.landed');
    const schema = await duck.runAndReadAll(
      `SELECT name, type, logical_type FROM parquet_schema('${location}') OFFSET 1`,
    );
    const types = Object.fromEntries(schema.getRows().map(([name, type]) => [name, type]));
    expect(types).toMatchObject({ partition: 'INT32', version: 'INT32', offset: 'INT64', event_time: 'INT64' });
    expect(types).toMatchObject({
      d_delay: 'BYTE_ARRAY',
      d_fuel: 'DOUBLE',
      d_dueAt: 'INT64',
      'd_plane.price': 'INT64',
    });
    // a list is a group of its own
    expect(new Set(Object.values(types).filter((type) => type !== null))).toEqual(
      new Set(['BYTE_ARRAY', 'INT32', 'INT64', 'DOUBLE']),
    );
  });

  test('stand in order of offset, over many chunks, and answer a view like the naive reference', async () => {
    const events = (from: Offset): ArchivedEvent[] =>
      Array.from({ length: 5_001 }, (_, n) =>
        eventAt(from + n, { timeMs: (n - 2500) * 3_600_000, values: [`A${n % 7}`, n - 2500, n % 3 === 0] }),
      );
    const start = end;
    const location = await archived(events, 'flight.landed');
    const offsets = (await duck.runAndReadAll(`SELECT "offset" FROM read_parquet('${location}')`)).getColumns()[0];
    expect(offsets?.map(Number)).toEqual(Array.from({ length: 5_001 }, (_, n) => start + n));
    const plan = planView(
      defineView({
        name: 'delays',
        from: first,
        where: ({ cancelled }) => cancelled,
        by: ({ origin }) => ({ origin }),
        window: daily(),
        measures: ({ delay }) => ({ flights: count(), total: sum(delay), least: min(delay), greatest: max(delay) }),
      }),
      [first],
    );
    const within = [{ partition: 3, from: start, to: start + 4_000 }];
    const sql = compileSql(plan, [{ source: 0, relation: `read_parquet('${location}')`, within }], duckDb);
    const rows = (await duck.runAndReadAll(sql)).getRows();
    const flat = rows.map((row) => row.map((value) => (typeof value === 'bigint' ? Number(value) : value)));
    const taken = events(start).slice(0, 4_000);
    const naive = naiveView(
      plan,
      taken.map(({ offset, timeMs, values: [origin = null, delay = null, cancelled = null] }) => ({
        ...partition,
        offset,
        timeMs,
        type: 'flight.landed',
        data: { origin, delay, cancelled },
      })),
    );
    const expected = naive.map(({ dimensions, window, parts }) => [...dimensions, window, ...parts]);
    const inOrder = (of: readonly unknown[]): string[] => of.map((row) => JSON.stringify(row)).sort();
    expect(inOrder(flat)).toEqual(inOrder(expected));
  });

  test('are read in order where they are old and do not tell it, and only those of the range', async () => {
    const held = (offset: Offset): ArchivedEvent => eventAt(offset, { verdict: { kind: 'held' } });
    const start = end;
    const location = await archived(
      (from) => [held(from), held(from + 1), eventAt(from + 2), eventAt(from, { appliedOffset: from + 2 })],
      'flight.landed',
    );
    const old = join(directory, 'old');
    await duck.run(
      `COPY (SELECT * EXCLUDE (place) FROM read_parquet('${location}') ORDER BY "offset") TO '${old}' (FORMAT parquet)`,
    );
    await rename(old, location);
    const later = await archived((from) => [eventAt(from)], 'flight.landed');
    const first = await archived((from) => [eventAt(from)], 'flight.landed');
    await duck.run(
      `COPY (SELECT * EXCLUDE (place, applied_offset) FROM read_parquet('${later}')) TO '${old}' (FORMAT parquet)`,
    );
    await rename(old, later);
    await rename(first, old);
    const read = async (from: Offset, below: Offset): Promise<readonly Offset[]> => {
      const offsets: Offset[] = [];
      for await (const chunk of archive.read(partition, { from, below }, ['flight.landed']))
        offsets.push(...chunk.map(({ offset }) => offset - start));
      return offsets;
    };
    expect(await read(start, start + 5)).toEqual([2, 0, 4]);
    expect(await read(start + 4, start + 5)).toEqual([4]);
    await expect(read(start, start + 6)).rejects.toMatchObject({ code: 'store-unavailable' });
    await rename(old, first);
    expect(await read(start, start + 6)).toEqual([2, 0, 4, 5]);
    await expect(read(start, end + 1)).rejects.toThrow('impossible');
  });

  test('cannot be made of offsets outside the range, out of order, or of a version that was not given', async () => {
    const append = (events: readonly ArchivedEvent[]): Promise<boolean> =>
      archive.append(partition, end, end + 2, events, [first], NO_CHANGES);
    await expect(append([eventAt(end), eventAt(end + 2)])).rejects.toThrow('impossible');
    await expect(append([eventAt(end - 1)])).rejects.toThrow('impossible');
    await expect(append([eventAt(end + 1), eventAt(end)])).rejects.toThrow('impossible');
    await expect(append([eventAt(end, { version: 2 })])).rejects.toThrow('impossible');
    await expect(archive.append(partition, end, end, [], [first], NO_CHANGES)).rejects.toThrow('impossible');
  });

  test('have no summary beyond what is archived', async () => {
    await expect(archive.summaryBelow({ flights: [0, 0, 0, end + 1] })).rejects.toThrow('impossible');
  });
});
