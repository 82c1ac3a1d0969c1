import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DuckDBConnection } from '@duckdb/node-api';
import {
  add,
  approximateDistinct,
  average,
  boolean,
  columnOfField,
  compareText,
  count,
  countWhere,
  daily,
  defineEvent,
  defineView,
  distinct,
  double,
  duckDb,
  eventTime,
  first,
  histogram,
  hourly,
  int,
  isEvent,
  latest,
  leavesOf,
  max,
  median,
  min,
  multiply,
  naiveView,
  not,
  optional,
  planView,
  rowKeyOf,
  string,
  sum,
  timestamp,
  sqlTypeOf,
  variance,
  type EventType,
  type OffsetVector,
  type Scalar,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { ArchiveFile, EventRange, MasterDataset } from '@twofold/ports';
import { eventually } from '@twofold/testkit';
import { DuckDbBatchEngine } from './duckdb-batch-engine.js';

const landed = defineEvent({
  type: 'flight.landed',
  stream: 'flights',
  data: {
    origin: string(),
    gate: optional(string()),
    delay: int(),
    distance: optional(int()),
    fuel: double(),
    cancelled: boolean(),
    dueAt: timestamp(),
  },
});

const byGate = planView(
  defineView({
    name: 'by-gate',
    from: landed,
    where: (flight) => not(flight.cancelled),
    by: (flight) => ({ origin: flight.origin, gate: flight.gate }),
    window: daily(),
    measures: (flight) => ({
      flights: count(),
      totalDelay: sum(flight.delay),
      miles: average(flight.distance),
      leastFuel: min(flight.fuel),
      firstGate: min(flight.gate),
      newest: max(flight.dueAt),
      anyCancelled: max(flight.cancelled),
      origins: distinct(flight.origin, { atMost: 3 }),
      gates: approximateDistinct(flight.gate),
      middle: median(flight.distance),
      fuels: histogram(flight.fuel, [-10, 0, 0.5]),
      spread: variance(flight.distance),
      firstFuel: first(flight.fuel),
      lastGate: latest(flight.gate),
    }),
  }),
  [landed],
);
const totalBy = (of: Parameters<typeof sum>[0], window = hourly()): ViewPlan =>
  planView(defineView({ name: 'total', from: landed, window, measures: () => ({ total: sum(of) }) }), [landed]);
const delayOf = { kind: 'field', name: 'delay', type: 'int', nullable: false } as const;

/** An event on the log: which data, when. Where it stands is where it is archived. */
type Flight = { readonly timeMs: number; readonly data: Readonly<Record<string, Scalar>> };
const NOON = Date.UTC(2001, 2, 1, 12);
const flight = (data: Flight['data'] = {}, timeMs = NOON): Flight => ({
  timeMs,
  data: { origin: 'ATL', gate: null, delay: 1, distance: null, fuel: 0.5, cancelled: false, dueAt: NOON, ...data },
});

let directory: string;
let engine: DuckDbBatchEngine;
let writer: DuckDBConnection;
let files = 0;
/** What the archive holds. */
let standing: readonly ArchiveFile[] = [];
const masterDataset: Pick<MasterDataset, 'filesBelow'> = {
  filesBelow: async (_cut, eventType) => standing.filter((file) => file.eventType === eventType),
};
const never = new AbortController().signal;
const rangeTo = (to: OffsetVector): EventRange => ({ from: {}, to, windows: null });
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'twofold-test-'));
  engine = await DuckDbBatchEngine.open({ masterDataset, tempDirectory: directory, memoryLimitMiB: 256, threads: 2 });
  writer = await DuckDBConnection.create();
});
afterAll(async () => {
  await engine.close();
  writer.closeSync();
  await rm(directory, { recursive: true });
});

/** Writes a file of the archive. */
async function archived(
  flights: readonly Flight[],
  { partition = 0, from = 0, event = landed as EventType } = {},
): Promise<ArchiveFile> {
  const location = join(directory, `it's file ${++files}.parquet`);
  const leaves = leavesOf(event);
  const { stream, type, version } = event;
  const rows = flights.map(({ timeMs, data }, index) =>
    [
      `'${stream}', ${partition}::INTEGER, ${from + index}::BIGINT, '${type}', ${version}::INTEGER, (${timeMs})::BIGINT`,
      ...leaves.map((leaf) => `CAST(${sqlLiteral(data[leaf.path] ?? null)} AS ${sqlTypeOf(leaf.type, duckDb)})`),
    ].join(', '),
  );
  const names = ['stream', 'partition', 'offset', 'type', 'version', 'event_time'];
  const columns = [...names, ...leaves.map(({ path }) => columnOfField(path))].map((name) =>
    duckDb.quoteIdentifier(name),
  );
  await writer.run(
    `COPY (SELECT * FROM (VALUES ${rows.map((row) => `(${row})`).join(', ')}) AS t(${columns.join(', ')}))
     TO ${duckDb.quoteText(location)} (FORMAT parquet)`,
  );
  const place = { partition: { stream, partition }, from, to: from + flights.length };
  return {
    ...place,
    eventType: type,
    eventVersion: version,
    rowCount: flights.length,
    sizeBytes: null,
    times: null,
    location,
  };
}

const sqlLiteral = (value: Scalar): string =>
  typeof value === 'string' ? duckDb.quoteText(value) : value === null ? 'NULL' : `(${String(value)})`;

const computed = (plan: ViewPlan, cut: OffsetVector, of: readonly ArchiveFile[]): Promise<readonly ViewRow[]> =>
  computedOf(plan, rangeTo(cut), of);

async function computedOf(plan: ViewPlan, range: EventRange, of: readonly ArchiveFile[]): Promise<readonly ViewRow[]> {
  standing = of;
  const rows: ViewRow[] = [];
  for await (const chunk of engine.compute(plan, range, never)) rows.push(...chunk);
  return inOrder(rows);
}

const inOrder = (rows: readonly ViewRow[]): readonly ViewRow[] =>
  [...rows].sort((a, b) => compareText(rowKeyOf(a), rowKeyOf(b)));

/** Of flights that stand from offset 0 on in partition 0. */
const naive = (plan: ViewPlan, flights: readonly Flight[]): readonly ViewRow[] =>
  inOrder(
    naiveView(
      plan,
      flights.map((one, offset) => ({ ...one, type: landed.type, stream: landed.stream, partition: 0, offset })),
    ),
  );

describe('the DuckDB batch engine', () => {
  test('gives the rows of the naive reference, every type of value among them', async () => {
    const flights = Array.from({ length: 500 }, (_, n) =>
      flight(
        {
          origin: ['ATL', 'JFK', 'Zürich 😀', "O'Hare", '', '"a\\b\n'][n % 6] ?? '',
          gate: n % 4 === 0 ? null : `B${n % 3}`,
          delay: n % 7 === 0 ? -n : n * 1000,
          distance: n % 5 === 0 ? null : n,
          fuel: n % 9 === 0 ? 0 : n / 7 - 20,
          cancelled: n % 11 === 0,
          dueAt: (n - 250) * 86_400_000,
        },
        (n - 250) * 3_600_000 * 7 + (n % 3) - 1,
      ),
    );
    expect(await computed(byGate, { flights: [500] }, [await archived(flights)])).toEqual(naive(byGate, flights));
  });

  test('takes exactly the events below the cut, which goes through the middle of files', async () => {
    const flightsOf = (partition: number): Flight[] =>
      Array.from({ length: 20 }, (_, n) => flight({ delay: 1000 ** partition * (n + 1) }));
    const [first, second, third] = [flightsOf(0), flightsOf(1), flightsOf(2)];
    const standing = await Promise.all([
      archived(first.slice(0, 10), { partition: 0, from: 0 }),
      archived(first.slice(10), { partition: 0, from: 10 }),
      archived(second, { partition: 1 }),
      archived(third, { partition: 2 }),
    ]);
    const plan = totalBy(delayOf);
    for (const [a, b, c] of [
      [0, 0, 0],
      [1, 0, 0],
      [10, 0, 0],
      [11, 19, 20],
      [20, 20, 20],
      [9, 7, 0],
    ] as const) {
      const below = [...first.slice(0, a), ...second.slice(0, b), ...third.slice(0, c)];
      expect(await computed(plan, { flights: [a, b, c] }, standing)).toEqual(naive(plan, below));
    }
  });

  test('takes exactly the events of a range and of its windows, and reads no file outside of it', async () => {
    const days = Array.from({ length: 30 }, (_, n) => flight({ delay: n + 1 }, NOON + (n % 3) * 86_400_000));
    const plan = totalBy(delayOf, daily());
    const broken = { ...(await archived([flight()], { from: 30 })), location: join(directory, 'not there') };
    const all = [
      await archived(days.slice(0, 10)),
      await archived(days.slice(10, 20), { from: 10 }),
      await archived(days.slice(20), { from: 20 }),
      broken,
    ];
    const midnight = NOON - (NOON % 86_400_000);
    for (const [from, to] of [
      [0, 30],
      [10, 20],
      [3, 7],
      [7, 23],
      [19, 20],
      [20, 20],
    ] as const) {
      const range = { from: { flights: [from] }, to: { flights: [to] }, windows: null };
      const within = days.slice(from, to);
      expect(await computedOf(plan, range, all)).toEqual(naive(plan, within));
      const windows = { fromMs: midnight + 86_400_000, toMs: midnight + 3 * 86_400_000 };
      const late = within.filter(({ timeMs }) => timeMs >= windows.fromMs);
      expect(await computedOf(plan, { ...range, windows }, all)).toEqual(naive(plan, late));
    }
  });

  test('gives no rows, and asks nobody, where there is no file', async () => {
    expect(await computed(byGate, { flights: [0] }, [])).toEqual([]);
    expect(await computed(byGate, {}, [])).toEqual([]);
  });

  test('gives no rows where no event is left', async () => {
    expect(await computed(byGate, { flights: [1] }, [await archived([flight({ cancelled: true })])])).toEqual([]);
  });

  test('reads no file of a type that the view does not read', async () => {
    const file = await archived([flight({ delay: 1 })]);
    const other = { ...(await archived([flight({ delay: 10 })])), eventType: 'flight.cancelled' };
    const dead = { ...(await archived([flight({ delay: 100 })])), eventType: null, eventVersion: null };
    const [row] = await computed(totalBy(delayOf), { flights: [4] }, [file, other, dead]);
    expect(row?.parts).toEqual([1]);
  });

  test('puts event times before 1970 into the window that holds them', async () => {
    const times = [-1, 0, -3_600_000, -3_600_001, -86_400_000 * 365 * 60, 3_599_999];
    const flights = times.map((timeMs) => flight({}, timeMs));
    const file = await archived(flights);
    const plan = totalBy(delayOf);
    expect((await computed(plan, { flights: [6] }, [file])).map(({ window }) => window).sort((a, b) => a - b)).toEqual([
      -86_400_000 * 365 * 60,
      -7_200_000,
      -3_600_000,
      0,
    ]);
    expect(await computed(plan, { flights: [6] }, [file])).toEqual(naive(plan, flights));
  });

  test('gives integers beyond 2^53 − 1 exactly, as bigints', async () => {
    const flights = [flight({ delay: Number.MAX_SAFE_INTEGER }), flight({ delay: 2 })];
    const file = await archived(flights);
    const [row] = await computed(totalBy(delayOf), { flights: [2] }, [file]);
    expect(row?.parts).toEqual([9_007_199_254_740_993n]);
    const byDelay = planView(
      defineView({
        name: 'by-delay',
        from: landed,
        by: ({ delay }) => ({ tripled: multiply(delay, 3) }),
        window: daily(),
        measures: () => ({ flights: count() }),
      }),
      [landed],
    );
    const rows = await computed(byDelay, { flights: [2] }, [file]);
    expect(rows.map(({ dimensions }) => dimensions[0])).toEqual(expect.arrayContaining([27_021_597_764_222_973n, 6]));
    expect(rows).toEqual(naive(byDelay, flights));
  });

  test('sums beyond 64 bits exactly, over a cut', async () => {
    const greatest = 2n ** 63n - 1n;
    const flights = Array.from({ length: 30 }, (_, n) => flight({ delay: n % 3 === 2 ? -greatest - 1n : greatest }));
    const file = await archived(flights);
    const plan = totalBy(delayOf);
    expect(await computed(plan, { flights: [20] }, [file])).toEqual(naive(plan, flights.slice(0, 20)));
    expect((await computed(plan, { flights: [20] }, [file]))[0]?.parts).toEqual([
      14n * greatest - 6n * (greatest + 1n),
    ]);
  });

  test.each([
    ['a product', multiply(multiply(delayOf, Number.MAX_SAFE_INTEGER), 1000)],
    ['an addition', add(multiply(delayOf, 1024), Number.MAX_SAFE_INTEGER)],
  ])('rejects with an overflow that names the event where %s leaves 64 bits', async (_, of) => {
    const flights = Array.from({ length: 1030 }, (_unused, n) =>
      flight({ delay: n === 700 ? Number.MAX_SAFE_INTEGER : 1 }),
    );
    const plan = totalBy(of);
    const file = await archived(flights, { partition: 3, from: 50 });
    await expect(computed(plan, { flights: [0, 0, 0, 1080] }, [file])).rejects.toMatchObject({
      name: 'TwofoldError',
      code: 'overflow',
      message: expect.stringContaining('flights/3, offset 750'),
    });
    expect(await computed(plan, { flights: [0, 0, 0, 750] }, [file])).toEqual(naive(plan, flights.slice(0, 700)));
  });

  test('rejects with an overflow of an event that the filter leaves out, as the fold does', async () => {
    const plan = planView(
      defineView({
        name: 'filtered',
        from: landed,
        where: ({ cancelled }) => cancelled,
        window: daily(),
        measures: ({ delay }) => ({ total: sum(multiply(delay, delay)) }),
      }),
      [landed],
    );
    const flights = [flight({ delay: 3, cancelled: true }), flight({ delay: 2 ** 40 })];
    const file = await archived(flights);
    await expect(computed(plan, { flights: [2] }, [file])).rejects.toMatchObject({
      code: 'overflow',
      message: expect.stringContaining('flights/0, offset 1'),
    });
    expect(await computed(plan, { flights: [1] }, [file])).toEqual(naive(plan, flights.slice(0, 1)));
  });

  describe('of an event with versions', () => {
    const newer = defineEvent({
      type: landed.type,
      version: 2,
      stream: landed.stream,
      data: { origin: string(), lateSeconds: int(), gate: optional(string()) },
      from: landed,
      upcast: ({ delay }) => ({ lateSeconds: multiply(delay, 60) }),
    });
    const plan = planView(
      defineView({
        name: 'late',
        from: newer,
        by: ({ origin }) => ({ origin }),
        window: daily(),
        measures: ({ lateSeconds, gate }) => ({ total: sum(lateSeconds), gate: latest(gate) }),
      }),
      [landed, newer],
    );
    const late = (lateSeconds: number): Flight => ({ timeMs: NOON, data: { origin: 'ATL', lateSeconds, gate: 'C1' } });

    test('brings older ones up', async () => {
      const old = await archived([flight({ delay: 2, gate: 'B1' }), flight({ delay: 1, gate: 'B2' })]);
      const recent = await archived([late(7)], { from: 2, event: newer });
      const partsBelow = async (cut: number): Promise<unknown> =>
        (await computed(plan, { flights: [cut] }, [old, recent])).map(({ parts }) => parts);
      expect(await partsBelow(3)).toEqual([[187, `[${NOON},"flights",0,2,"C1"]`]]);
      expect(await partsBelow(2)).toEqual([[180, `[${NOON},"flights",0,1,"B2"]`]]);
      expect(await partsBelow(1)).toEqual([[120, `[${NOON},"flights",0,0,"B1"]`]]);
    });

    test('rejects with an overflow that names the event where bringing it up leaves 64 bits', async () => {
      const old = await archived([flight({ delay: 2 }), flight({ delay: 2n ** 60n })]);
      const recent = await archived([late(7)], { from: 2, event: newer });
      await expect(computed(plan, { flights: [3] }, [old, recent])).rejects.toMatchObject({
        code: 'overflow',
        message: expect.stringContaining('flights/0, offset 1'),
      });
    });
  });

  test('reads several types of event, of several streams, each below its own cut', async () => {
    const fuelled = defineEvent({
      type: 'plane.fuelled',
      stream: 'planes',
      data: { origin: string(), litres: int() },
    });
    const plan = planView(
      defineView({
        name: 'both',
        from: [landed, fuelled],
        by: ({ origin }) => ({ origin }),
        window: daily(),
        measures: ({ delay, litres }) => ({
          total: sum(delay),
          litres: sum(litres),
          fuelled: countWhere(isEvent(fuelled)),
          last: latest(litres),
        }),
      }),
      [landed, fuelled],
    );
    const fuels = [5, 6, 7].map((litres) => ({ timeMs: NOON, data: { origin: 'ATL', litres } }));
    const both = [
      await archived([flight({ delay: 1 }), flight({ delay: 2 })]),
      await archived(fuels, { event: fuelled, partition: 1 }),
    ];
    const partsBelow = async (cut: OffsetVector): Promise<unknown> =>
      (await computed(plan, cut, both)).map(({ parts }) => parts);
    expect(await partsBelow({ flights: [2], planes: [0, 2] })).toEqual([[3, 11, 2, `[${NOON},"planes",1,1,6]`]]);
    expect(await partsBelow({ flights: [1], planes: [0, 0] })).toEqual([[1, 0, 0, null]]);
    expect(await partsBelow({ flights: [], planes: [0, 9] })).toEqual([[0, 18, 3, `[${NOON},"planes",1,2,7]`]]);
  });

  test('is not misled by dimensions named like columns of the archive', async () => {
    const plan = planView(
      defineView({
        name: 'misleading',
        from: landed,
        by: ({ origin, delay, gate }) => ({
          verdict: origin,
          partition: delay,
          offset: delay,
          type: gate,
          version: delay,
        }),
        window: daily(),
        measures: () => ({ p0: count(), eventTime: max(eventTime) }),
      }),
      [landed],
    );
    const flights = [flight({ delay: 5, gate: 'event' }), flight({ delay: 7 }), flight({ delay: 7 }, NOON + 1)];
    expect(await computed(plan, { flights: [3] }, [await archived(flights)])).toEqual(naive(plan, flights));
  });

  test('hands large results over in chunks, and lets go when the reader has enough', async () => {
    const plan = planView(
      defineView({
        name: 'by-number',
        from: landed,
        by: ({ delay }) => ({ delay }),
        window: daily(),
        measures: () => ({ flights: count() }),
      }),
      [landed],
    );
    const flights = Array.from({ length: 5_000 }, (_, n) => flight({ delay: n }));
    standing = [await archived(flights)];
    let chunks = 0;
    const seen = new Set<Scalar>();
    for await (const chunk of engine.compute(plan, rangeTo({ flights: [5_000] }), never)) {
      chunks++;
      for (const { dimensions } of chunk) seen.add(dimensions[0] ?? null);
    }
    expect(chunks).toBeGreaterThan(1);
    expect(seen.size).toBe(5_000);
    for await (const chunk of engine.compute(plan, rangeTo({ flights: [5_000] }), never)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(await computed(totalBy(delayOf), { flights: [1] }, standing)).toHaveLength(1);
  });

  describe('with less memory than the rows take', () => {
    const ROWS = 400_000;
    const plan = planView(
      defineView({
        name: 'by-origin',
        from: landed,
        by: ({ origin }) => ({ origin }),
        window: daily(),
        measures: ({ origin, delay }) => ({ least: min(origin), total: sum(delay) }),
      }),
      [landed],
    );
    let file: ArchiveFile;
    let small: DuckDbBatchEngine;
    beforeAll(async () => {
      const location = join(directory, 'wide.parquet');
      const unread = leavesOf(landed)
        .filter(({ path }) => path !== 'origin' && path !== 'delay')
        .map(({ path, type }) => `CAST(NULL AS ${sqlTypeOf(type, duckDb)}) AS ${columnOfField(path)}`);
      await writer.run(
        `COPY (SELECT 0::INTEGER AS "partition", range AS "offset", 'event' AS verdict, 'flight.landed' AS "type",
         1::INTEGER AS version, 'flights' AS stream, range * 86400000 AS event_time, md5(range::VARCHAR) || md5(range::VARCHAR) AS d_origin,
         range AS d_delay, ${unread} FROM range(${ROWS})) TO '${location}' (FORMAT parquet, ROW_GROUP_SIZE 10000)`,
      );
      const place = { partition: { stream: 'flights', partition: 0 }, from: 0, to: ROWS };
      file = {
        ...place,
        eventType: landed.type,
        eventVersion: 1,
        rowCount: ROWS,
        sizeBytes: null,
        times: null,
        location,
      };
    }, 60_000);
    beforeEach(async () => {
      small = await DuckDbBatchEngine.open({ masterDataset, tempDirectory: directory, memoryLimitMiB: 64, threads: 1 });
    });
    afterEach(async () => {
      await small.close();
      expect(await spillDirectories()).toHaveLength(1);
    });

    /** Of this suite's engine, and of the small one while it is open. */
    const spillDirectories = async (): Promise<string[]> =>
      (await readdir(directory))
        .filter((name) => name.startsWith('twofold-duckdb-'))
        .map((name) => join(directory, name));
    const hasSpilled = async (): Promise<boolean> =>
      (await Promise.all((await spillDirectories()).map((spill) => readdir(spill)))).flat().length > 0;
    const countRows = async (stop = never): Promise<number> => {
      standing = [file];
      let rows = 0;
      for await (const chunk of small.compute(plan, rangeTo({ flights: [ROWS] }), stop)) rows += chunk.length;
      return rows;
    };

    test('spills to the temporary directory and still gives every row', async () => {
      const counting = countRows();
      await eventually('something is spilled', hasSpilled);
      expect(await counting).toBe(ROWS);
    }, 60_000);

    test('is interrupted when it is stopped', async () => {
      const stop = new AbortController();
      const counting = expect(countRows(stop.signal)).rejects.toMatchObject({ code: 'conflict', message: /stopped/ });
      await eventually('something is spilled', hasSpilled);
      stop.abort();
      await counting;
      await expect(countRows(AbortSignal.abort())).rejects.toMatchObject({ code: 'conflict' });
      expect(await countRows()).toBe(ROWS);
    }, 60_000);

    test('is interrupted when the engine is closed', async () => {
      const counting = expect(countRows()).rejects.toThrow(/interrupt/i);
      await eventually('something is spilled', hasSpilled);
      await small.close();
      await counting;
    }, 60_000);
  });

  test('tells a file that cannot be read as store-unavailable', async () => {
    const file = await archived([flight()]);
    await rm(file.location);
    await expect(computed(byGate, { flights: [1] }, [file])).rejects.toMatchObject({
      name: 'TwofoldError',
      code: 'store-unavailable',
    });
  });

  test('several computations run side by side', async () => {
    const file = await archived([flight({ delay: 3 })]);
    const all = await Promise.all(
      Array.from({ length: 5 }, () => computed(totalBy(delayOf), { flights: [1] }, [file])),
    );
    for (const rows of all) expect(rows.map(({ parts }) => parts)).toEqual([[3]]);
  });
});
