import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CASE_EVENT_TYPE,
  CASE_LEAVES,
  OVERFLOW,
  TwofoldError,
  columnOfField,
  duckDb,
  evaluate,
  overflowSqlOf,
  sqlOf,
  sqlTypeOf,
  type Expression,
  type Value,
} from '@twofold/core';
import { expressionsOver, times, valuesOfField } from '@twofold/testkit';
import fc from 'fast-check';
import { valueOf, valueSql } from './values-in-duckdb.js';

type Event = { readonly timeMs: number; readonly values: readonly Value[] };

const { ofType, scalarTypes } = expressionsOver(CASE_LEAVES, [CASE_EVENT_TYPE]);
/** Each costs a query. */
const RUNS = 500;
const EVENTS = 20;
const EXPRESSIONS = 6;

const events: fc.Arbitrary<readonly Event[]> = fc.array(
  fc.record({
    timeMs: times,
    values: fc.tuple(
      ...CASE_LEAVES.map(({ field }): fc.Arbitrary<Value> => fc.option<Value>(valuesOfField(field), { freq: 6 })),
    ),
  }),
  { minLength: 1, maxLength: EVENTS, size: 'max' },
);
const expressions: fc.Arbitrary<readonly Expression[]> = fc.array(
  fc.oneof(...scalarTypes.map((type) => ofType(type))),
  { minLength: 1, maxLength: EXPRESSIONS, size: 'max' },
);

function expected(node: Expression, { timeMs, values }: Event): Value {
  const data = Object.fromEntries(CASE_LEAVES.map(({ path }, index) => [path, values[index] ?? null]));
  try {
    return evaluate(node, { timeMs, stream: 'things', partition: 0, offset: 0, type: CASE_EVENT_TYPE, data });
  } catch (error) {
    if (error instanceof TwofoldError && error.code === 'overflow') return OVERFLOW;
    throw error;
  }
}

describe('random expressions, in DuckDB', () => {
  let connection: DuckDBConnection;
  beforeAll(async () => {
    connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
    const columns = CASE_LEAVES.map(
      ({ path, type }) => `${duckDb.quoteIdentifier(columnOfField(path))} ${sqlTypeOf(type, duckDb)}`,
    );
    await connection.run(
      `CREATE TEMP TABLE things (place INTEGER, event_time BIGINT, "type" VARCHAR, ${columns.join(', ')})`,
    );
  });
  afterAll(() => connection.closeSync());

  it('mean what they mean naively', async () => {
    await fc.assert(
      fc.asyncProperty(events, expressions, async (given, nodes) => {
        const rows = given.map(
          ({ timeMs, values }, index) =>
            `(${index}, ${timeMs}, ${duckDb.quoteText(CASE_EVENT_TYPE)}, ${values.map((value, at) => valueSql(value, CASE_LEAVES[at]?.type ?? 'string')).join(', ')})`,
        );
        await connection.run('DELETE FROM things');
        await connection.run(`INSERT INTO things VALUES ${rows.join(', ')}`);
        const columns = nodes.flatMap((node) => [sqlOf(node, duckDb), overflowSqlOf([node], duckDb) ?? 'FALSE']);
        const reader = await connection.runAndReadAll(`SELECT ${columns.join(', ')} FROM things ORDER BY place`);
        const found = reader
          .getRows()
          .map((row) => nodes.map((_, index) => (row[2 * index + 1] === true ? OVERFLOW : valueOf(row[2 * index]))));
        expect(found).toEqual(given.map((event) => nodes.map((node) => expected(node, event))));
      }),
      { numRuns: RUNS },
    );
  });
});
