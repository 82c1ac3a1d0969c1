import type { ViewPlan, ViewRow } from '@twofold/core';
import { reachingStore } from '@twofold/metadata';
import type pg from 'pg';
import { queryRows } from './row-reader.js';
import { runStatement } from './run-statement.js';
import { isWide } from './sql/generation-columns.js';
import type { Statement } from './sql/parameters.js';
import { declareCursor } from './sql/select-in-order.js';

/** Rows fetched at once: about a MB; of sets, registers and buckets, some MB. */
const CHUNK_ROWS = 5_000;
const WIDE_CHUNK_ROWS = 100;
/** Longest single step, ms: the first one sorts the rows. */
const STEP_TIMEOUT_MS = 300_000;

/**
 * What a statement selects, by a cursor: one sort however many chunks. Holds a connection and the tables until it is done or
 * left.
 */
export async function* scanRows(pool: pg.Pool, plan: ViewPlan, select: Statement): AsyncGenerator<readonly ViewRow[]> {
  const limit = plan.parts.some(isWide) ? WIDE_CHUNK_ROWS : CHUNK_ROWS;
  const client = await reachingStore(() => pool.connect());
  // A connection that is lost says so to the statement under way, or to the next; it also emits, which must not end the process.
  const ignore = (): void => undefined;
  client.on('error', ignore);
  let isBroken = false;
  try {
    await reachingStore(async () => {
      await client.query('BEGIN READ ONLY');
      await client.query(`SET LOCAL statement_timeout = ${STEP_TIMEOUT_MS}`);
      await runStatement(client, declareCursor('scan', select));
    });
    for (;;) {
      const fetch = { text: `FETCH ${limit} FROM scan`, values: [] };
      const rows = await reachingStore(() => queryRows(client, plan, fetch));
      if (rows.length > 0) yield rows;
      if (rows.length < limit) return;
    }
  } finally {
    await client.query('ROLLBACK').catch(() => {
      isBroken = true;
    });
    client.off('error', ignore);
    client.release(isBroken);
  }
}
