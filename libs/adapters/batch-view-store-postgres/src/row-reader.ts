import type { Scalar, ViewPlan, ViewRow } from '@twofold/core';
import pg from 'pg';
import type { Statement } from './sql/parameters.js';

/** Type of `bigint` in Postgres' catalog. */
const INT8 = 20;

/** An int is a number while that is exact, else a bigint: the one form that a value has in the core. */
const exactInteger = (text: string): Scalar => {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
};

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === INT8 ? exactInteger : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

/** Runs a statement that selects the columns of a generation, and gives its rows the plan's form. */
export async function queryRows(
  pool: pg.Pool,
  plan: ViewPlan,
  { text, values }: Statement,
): Promise<readonly ViewRow[]> {
  const { rows } = await pool.query<Scalar[]>({ text, values: [...values], rowMode: 'array', types });
  const window = plan.dimensions.length;
  return rows.map((columns) => ({
    dimensions: columns.slice(0, window),
    window: columns[window] as number,
    parts: columns.slice(window + 1),
  }));
}
