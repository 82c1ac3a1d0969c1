import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import {
  allTime,
  approximateDistinct,
  compareValues,
  compileFold,
  compileSql,
  defineEvent,
  defineView,
  duckDb,
  int,
  integerOf,
  mergeRows,
  planView,
  presentMeasure,
  quantile,
  type ExactInteger,
  type ViewRow,
} from '@twofold/core';
import { rowsOfChunk } from './rows-of-chunk.js';

/** Folding a million values seven times takes some seconds, on busy cores more. */
jest.setTimeout(300_000);

const HOW_MANY = 1_000_000;
const RANKS = [0, 0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.9999, 1];
/** What is stated of approximateDistinct: 1.04 ÷ √4096. */
const STANDARD_ERROR = 1.04 / Math.sqrt(4096);
/** What is stated of quantile. */
const QUANTILE_ERROR = 1 / 256;

const event = defineEvent({ type: 'thing.seen', stream: 'things', data: { x: int() } });
const plan = planView(
  defineView({
    name: 'approximations',
    from: event,
    window: allTime(),
    measures: ({ x }) => ({
      different: approximateDistinct(x),
      ...Object.fromEntries(RANKS.map((rank, index) => [`q${index}`, quantile(x, rank)])),
    }),
  }),
  [event],
);

/** 64 bits that look random, of a number. */
const MIXED = '(hash(range) >> 1)::BIGINT';
/** The million values, as SQL over their number `range`. */
const DISTRIBUTIONS: readonly (readonly [name: string, sql: string])[] = [
  ['uniform over 64 bits', '(hash(range)::HUGEINT - 9223372036854775808)::BIGINT'],
  ['uniform over a million', `${MIXED} % 1000000`],
  ['Zipf', `1000000 // (1 + ${MIXED} % 1000000)`],
  ['all equal', '1234567'],
  ['sequential', 'range'],
  ['sequential, backwards from −1', '-1 - range'],
  ['powers of two', '(1::BIGINT << (range % 62)) * (CASE WHEN range % 3 = 0 THEN -1 ELSE 1 END)'],
  [
    'clustered at the edges of buckets',
    '(((128 + range % 128) << (1 + (range // 128) % 54)) + (range // 6912) % 3 - 1)::BIGINT',
  ],
  [
    'at the ends of 64 bits',
    `CASE WHEN range % 2 = 0 THEN 9223372036854775807 - range ELSE -9223372036854775807 + range END`,
  ],
];

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
});
afterAll(() => connection.closeSync());

async function valuesOf(sql: string): Promise<readonly ExactInteger[]> {
  await connection.run(
    `CREATE OR REPLACE TABLE archive AS SELECT 'things' AS "stream", 0::INTEGER AS "partition", range AS "offset",
       0::BIGINT AS "event_time", 'thing.seen' AS "type", ${sql} AS "d_x" FROM range(${HOW_MANY})`,
  );
  const result = await connection.runAndReadAll('SELECT d_x FROM archive ORDER BY "offset"');
  return result.getRows().map(([value]) => integerOf(BigInt(value as bigint)));
}

async function rowInDuckDb(): Promise<ViewRow> {
  const sql = compileSql(plan, [{ source: 0, relation: 'archive', within: null }], duckDb);
  const result = await connection.stream(sql);
  const chunk = await result.fetchChunk();
  const [row] = chunk === null ? [] : rowsOfChunk(plan, chunk);
  if (row === undefined) throw new Error('no row');
  return row;
}

/** The values folded piece by piece, and the pieces merged. */
function rowBySplit(values: readonly ExactInteger[], cuts: readonly number[]): ViewRow {
  const newFold = compileFold(plan);
  const pieces = [0, ...cuts].map((from, index) => {
    const fold = newFold({ stream: 'things', partition: 0 });
    for (let offset = from; offset < (cuts[index] ?? values.length); offset++)
      fold.apply(0, [values[offset] ?? null], 0, offset);
    return fold.rows();
  });
  const [row] = mergeRows(plan, pieces.flat().reverse());
  if (row === undefined) throw new Error('no row');
  return row;
}

const presented = (row: ViewRow): readonly ExactInteger[] =>
  plan.measures.map((measure) => presentMeasure(measure, row.parts) as ExactInteger);

describe.each(DISTRIBUTIONS)('a million values, %s', (_name, sql) => {
  it('have the same state in DuckDB and by any split, and measures within the stated error', async () => {
    const values = await valuesOf(sql);
    const row = await rowInDuckDb();
    expect(rowBySplit(values, [])).toEqual(row);
    expect(rowBySplit(values, [1, 1000, 333_333, 999_999])).toEqual(row);

    const [different = 0, ...quantiles] = presented(row);
    const truth = new Set(values).size;
    expect(Math.abs(Number(different) - truth)).toBeLessThanOrEqual(3 * STANDARD_ERROR * truth);

    const ordered = [...values].sort(compareValues);
    for (const [index, rank] of RANKS.entries()) {
      const exactly = Number(ordered[Math.max(1, Math.ceil(rank * HOW_MANY)) - 1]);
      const error = Math.abs(Number(quantiles[index]) - exactly);
      expect(error).toBeLessThanOrEqual(Math.abs(exactly) * QUANTILE_ERROR);
    }
  });
});
