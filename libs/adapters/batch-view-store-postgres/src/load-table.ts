import { TwofoldError, comparedMeasure, type Scalar, type ViewPlan, type ViewRow } from '@twofold/core';
import { isConstraintViolation } from '@twofold/metadata';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { copyLine } from './copy-text.js';
import { measureColumns } from './sql/generation-columns.js';
import { analyzeTable, copyIntoNew, createKeyIndex, createTable, createWindowIndex } from './sql/generation-table.js';

/** Text sent at once, UTF-16 units: large enough that messages cost little, small against what a process may hold. */
const COPY_CHUNK_UNITS = 65_536;

/** Makes a generation's table and fills it, in the transaction that `client` is in; resolves with the number of rows. */
export async function loadTable(
  client: pg.ClientBase,
  plan: ViewPlan,
  table: string,
  rows: AsyncIterable<readonly ViewRow[]>,
): Promise<number> {
  await client.query(createTable(table, plan));
  const measures = measureColumns(plan);
  const rowCount = await copyRows(client, copyIntoNew(table), rows, ({ parts }) =>
    measures.map(({ measure }) => comparedMeasure(plan, measure, parts)),
  );
  await createIndexes(client, plan, table);
  await client.query(analyzeTable(table));
  return rowCount;
}

/**
 * Copies rows into a table, each with what the table has beside them; resolves with their number. Holds one chunk of rows at a
 * time: the source is asked for more when Postgres has taken what there was.
 */
export async function copyRows(
  client: pg.ClientBase,
  copyInto: string,
  rows: AsyncIterable<readonly ViewRow[]>,
  besideOf: (row: ViewRow) => readonly Scalar[],
): Promise<number> {
  const copy = client.query(copyFrom(copyInto));
  await pipeline(Readable.from(copyChunks(rows, besideOf)), copy);
  return copy.rowCount;
}

async function createIndexes(client: pg.ClientBase, plan: ViewPlan, table: string): Promise<void> {
  try {
    await client.query(createKeyIndex(table, plan));
  } catch (error) {
    if (!isConstraintViolation(error)) throw error;
    const { detail } = error as { detail?: string };
    throw new TwofoldError(
      'internal',
      `the batch engine gave a row of ${plan.id.name} twice: ${detail ?? ''}`,
      undefined,
      {
        cause: error,
      },
    );
  }
  await client.query(createWindowIndex(table));
}

async function* copyChunks(
  rows: AsyncIterable<readonly ViewRow[]>,
  besideOf: (row: ViewRow) => readonly Scalar[],
): AsyncGenerator<string> {
  let chunk = '';
  for await (const some of rows) {
    for (const row of some) {
      chunk += copyLine([...row.dimensions, row.window, ...row.parts, ...besideOf(row)]);
      if (chunk.length < COPY_CHUNK_UNITS) continue;
      yield chunk;
      chunk = '';
    }
  }
  if (chunk !== '') yield chunk;
}
