import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import {
  allTime,
  average,
  compileFold,
  compileSql,
  decimal,
  defineEvent,
  defineView,
  duckDb,
  int,
  integerOf,
  mergeRows,
  planView,
  presentRow,
  standardDeviation,
  sum,
  type ExactInteger,
  type ViewRow,
} from '@twofold/core';
import { rowsOfChunk } from './rows-of-chunk.js';

const event = defineEvent({
  type: 'money.moved',
  stream: 'money',
  data: { amount: decimal(4), weight: int() },
});
const plan = planView(
  defineView({
    name: 'totals',
    from: event,
    window: allTime(),
    measures: ({ amount, weight }) => ({
      amount: sum(amount),
      weight: sum(weight),
      mean: average(amount),
      spread: standardDeviation(weight),
    }),
  }),
  [event],
);

/** 18 digits, 4 of them after the point; and the ends of 64 bits. */
const AMOUNTS = [999_999_999_999_999_999n, -999_999_999_999_999_998n, 1n, 123_456_789_012_345_678n];
const WEIGHTS = [2n ** 63n - 1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n];
const events = Array.from({ length: 1_000 }, (_, n): readonly [ExactInteger, ExactInteger] => [
  integerOf(AMOUNTS[n % 4] ?? 0n),
  integerOf(WEIGHTS[(n * 7) % 4] ?? 0n),
]);

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  const rows = events.map(
    ([amount, weight], offset) => `(${offset}, 0, CAST('${amount}' AS BIGINT), CAST('${weight}' AS BIGINT))`,
  );
  await connection.run(
    `CREATE TABLE archive AS SELECT * FROM (VALUES ${rows.join(', ')}) AS t("applied_offset", "partition", "d_amount", "d_weight"), (SELECT 0::BIGINT AS event_time)`,
  );
});
afterAll(() => connection.closeSync());

async function batchBelow(cut: number): Promise<readonly ViewRow[]> {
  const relation = { source: 0, relation: 'archive', within: [{ partition: 0, from: 0, to: cut }] };
  const chunk = await (await connection.stream(compileSql(plan, [relation], duckDb))).fetchChunk();
  return chunk === null || chunk.rowCount === 0 ? [] : rowsOfChunk(plan, chunk);
}

function speedFrom(cut: number): readonly ViewRow[] {
  const fold = compileFold(plan)({ stream: event.stream, partition: 0 });
  for (const [offset, values] of events.entries()) if (offset >= cut) fold.apply(0, values, 0, offset);
  return fold.rows();
}

const total = (index: 0 | 1): bigint => events.reduce((sumSoFar, values) => sumSoFar + BigInt(values[index]), 0n);

it.each([0, 1, 500, 999, 1_000])(
  'integers of 64 bits and decimals of 18 digits sum exactly over a cut at %i',
  async (cut) => {
    const [row, ...others] = mergeRows(plan, [...(await batchBelow(cut)), ...speedFrom(cut)]);
    expect(others).toEqual([]);
    if (row === undefined) throw new Error('no row');
    const { amount, weight, mean, spread } = presentRow(plan, row);
    const units = total(0).toString();
    expect(amount).toBe(`${units.slice(0, -4)}.${units.slice(-4)}`);
    expect(weight).toBe(total(1).toString());
    expect(mean).toBe(Number(`${amount as string}e-3`));
    // as computed with 60 digits
    expect(spread).toBe(7_646_938_108_329_793_000);
  },
);
