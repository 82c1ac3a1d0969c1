import { DuckDBInstance } from '@duckdb/node-api';
import { firstFlights } from './flights.ts';
import { nextPage, type PlainRow } from './gateway.ts';

/** Each view, written by hand over the source: nothing of the product's compiler is in it. Times are milliseconds. */
const BY_HAND: Readonly<Record<string, { readonly key: readonly string[]; readonly sql: string }>> = {
  'delays-by-airport': {
    key: ['airport'],
    sql: `SELECT origin AS airport, date_trunc('day', date) AS start, count(*) AS flights, sum(delay) AS "totalDelay",
      max(delay) AS "worstDelay", sum(delay)::DOUBLE / count(*)::DOUBLE AS "averageDelay" FROM flights GROUP BY ALL`,
  },
  'routes-by-day': {
    key: ['origin', 'destination'],
    sql: `SELECT origin, destination, date_trunc('day', date) AS start, count(*) AS flights, sum(distance) AS "totalDistance",
      min(delay) AS earliest, sum(delay)::DOUBLE / count(*)::DOUBLE AS "averageDelay" FROM flights GROUP BY ALL`,
  },
  'network-by-hour': {
    key: [],
    sql: `SELECT date_trunc('hour', date) AS start, count(*) AS flights, sum(delay) AS "totalDelay", max(delay) AS "worstDelay" FROM flights GROUP BY ALL`,
  },
};

export const FLIGHT_VIEWS = Object.keys(BY_HAND);

export type Comparison = { readonly rows: number; readonly differences: readonly string[] };

/** Differences shown at most. */
const SHOWN = 10;

/** Reads every row of a view from the gateway and compares it with the same question over the first `count` flights. */
export async function compareView(gatewayUrl: string, view: string, count: number): Promise<Comparison> {
  const { key = [], sql = '' } = BY_HAND[view] ?? {};
  const nameOf = (row: PlainRow, start: number): string =>
    [new Date(start).toISOString(), ...key.map((name) => String(row[name]))].join(' ');

  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run(`CREATE TABLE flights AS SELECT * FROM ${firstFlights(count)}`);
  const result = await connection.runAndReadAll(`SELECT *, epoch_ms(start) AS start_ms FROM (${sql})`);
  const expected = new Map<string, PlainRow>();
  for (const { start: _start, start_ms: startMs, ...row } of result.getRowObjectsJS() as PlainRow[])
    expected.set(nameOf(row, Number(startMs)), row);
  connection.closeSync();

  const differences: string[] = [];
  let rows = 0;
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await nextPage(gatewayUrl, view, cursor);
    for (const row of page.rows) {
      rows += 1;
      const name = nameOf(row, Date.parse((row['window'] as { start: string }).start));
      const wanted = expected.get(name);
      const wrong = Object.entries(wanted ?? {}).filter(([column, value]) => !isSame(row[column], value));
      if (wanted === undefined) differences.push(`${name}: is in the answer, not in the source`);
      for (const [column, value] of wrong)
        differences.push(`${name}: ${column} is ${String(row[column])}, should be ${String(value)}`);
      expected.delete(name);
    }
    cursor = page.next;
  }
  for (const name of expected.keys()) differences.push(`${name}: is in the source, not in the answer`);
  const more = differences.length > SHOWN ? [`… and ${differences.length - SHOWN} more`] : [];
  return { rows, differences: [...differences.slice(0, SHOWN), ...more] };
}

/** DuckDB has whole numbers as BigInt; the gateway has them as numbers while they are safe, as text beyond. */
const isSame = (answered: unknown, computed: unknown): boolean =>
  typeof computed === 'bigint'
    ? typeof answered !== 'object' && String(answered) === String(computed)
    : answered === computed;
