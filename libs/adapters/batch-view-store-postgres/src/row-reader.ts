import { TwofoldError, type Scalar, type ViewPlan, type ViewRow } from '@twofold/core';
import pg from 'pg';
import type { Statement } from './sql/parameters.js';
import { MAX_STATE_BYTES, isBeyondSize } from './sql/selected-size.js';

/** Types of integers in Postgres' catalog: `bigint`, and `numeric`, which here has no fraction. */
const INTEGER_TYPES: readonly number[] = [20, 1700];

/** An int is a number while that is exact, else a bigint: the one form that a value has in the core. */
const exactInteger = (text: string): Scalar => {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
};

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    INTEGER_TYPES.includes(oid) ? exactInteger : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

/**
 * Runs a statement that selects dimensions, window and parts of a plan's rows, and gives them the form of rows.
 *
 * @throws TwofoldError `answer-too-large`, where the states of its parts are more than {@link MAX_STATE_BYTES}
 */
export async function queryRows(
  client: pg.Pool | pg.ClientBase,
  plan: ViewPlan,
  { text, values }: Statement,
): Promise<readonly ViewRow[]> {
  const { rows } = await client.query<Scalar[]>({ text, values: [...values], rowMode: 'array', types });
  const window = plan.dimensions.length;
  const afterParts = window + 1 + plan.parts.length;
  if (rows.some((columns) => isBeyondSize(columns[afterParts]))) {
    throw new TwofoldError(
      'answer-too-large',
      `the states of the rows of ${plan.id.name} take more than ${MAX_STATE_BYTES} bytes; ask for fewer rows`,
    );
  }
  return rows.map((columns) => ({
    dimensions: columns.slice(0, window),
    window: columns[window] as number,
    parts: columns.slice(window + 1, afterParts),
  }));
}
