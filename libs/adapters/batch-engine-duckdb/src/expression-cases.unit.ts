import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CASE_EVENT_TYPE,
  CASE_LEAVES,
  CASE_TIME_MS,
  EXPRESSION_CASES,
  OVERFLOW,
  columnOfField,
  duckDb,
  overflowSqlOf,
  sqlOf,
  type ExpressionCase,
} from '@twofold/core';
import { valueOf, valueSql } from './values-in-duckdb.js';

const named = EXPRESSION_CASES.map((each) => {
  const told = JSON.stringify([each.of, each.given], (_key, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
  return [told.slice(0, 300), each] as const;
});

describe('the meaning of expressions, in DuckDB', () => {
  let connection: DuckDBConnection;
  beforeAll(async () => {
    connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  });
  afterAll(() => connection.closeSync());

  async function computed({ of, given }: ExpressionCase): Promise<unknown> {
    const q = duckDb.quoteIdentifier;
    const columns = CASE_LEAVES.map(
      ({ path, type }) => `${valueSql(given[path] ?? null, type)} AS ${q(columnOfField(path))}`,
    );
    columns.push(`CAST(${CASE_TIME_MS} AS BIGINT) AS event_time`, `${duckDb.quoteText(CASE_EVENT_TYPE)} AS "type"`);
    const overflow = overflowSqlOf([of], duckDb) ?? 'FALSE';
    // of a table, so that it is computed as for events and not folded away beforehand
    await connection.run(`CREATE OR REPLACE TEMP TABLE things AS SELECT ${columns.join(', ')}`);
    const reader = await connection.runAndReadAll(`SELECT ${sqlOf(of, duckDb)}, ${overflow} FROM things`);
    const [value, isOverflow] = reader.getRows()[0] ?? [];
    return isOverflow === true ? OVERFLOW : valueOf(value);
  }

  it.each(named)('%s', async (_told, each) => {
    expect(await computed(each)).toEqual(each.expected);
  });
});
