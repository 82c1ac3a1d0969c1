import {
  TwofoldError,
  impossible,
  isAtLeast,
  type OffsetVector,
  type ViewId,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { Metadata } from '@twofold/metadata';
import type { BuildSummary, Generation } from '@twofold/ports';
import type pg from 'pg';
import { randomBytes } from 'node:crypto';
import { generationOf } from './generation-of.js';
import { inTransaction } from './in-transaction.js';
import { loadTable } from './load-table.js';
import { recordedVector } from './recorded-vector.js';
import { runStatement } from './run-statement.js';
import { dropTables } from './sql/generation-table.js';
import { generationTableName } from './sql/identifier.js';
import { insertGeneration } from './sql/metadata-statements.js';
import { lockFolded } from './sql/version-statements.js';

/** Longest single step of a load, ms: a builder that stands still for longer holds back vacuum, and has lost. */
export const LOAD_TIMEOUT_MS = 3_600_000;

/**
 * Loads rows into a table of their own and registers them as a generation, in one transaction: killed anywhere, nothing of it
 * is left. If the number is registered, `rows` is not read. Others go on meanwhile, for nothing is locked but at the very end.
 *
 * @throws TwofoldError `conflict` where the cut is not recorded so (any more), or the version is not folded (any more);
 *   `internal` where a row comes twice
 */
export async function loadGeneration(
  metadata: Metadata,
  plan: ViewPlan,
  number: number,
  cut: OffsetVector,
  rows: AsyncIterable<readonly ViewRow[]>,
  summary: BuildSummary,
): Promise<Generation> {
  const standing = await registered(metadata, plan.id, number);
  if (standing !== null) return standing;
  await mustBeRecorded(metadata.pool, plan.id, number, cut);
  const table = generationTableName(plan.id, number, randomBytes(4).toString('hex'));
  await inTransaction(metadata.pool, { statementTimeoutMs: LOAD_TIMEOUT_MS }, async (client) => {
    const rowCount = await loadTable(client, plan, table, rows);
    await mustBeFolded(client, plan.id);
    await mustBeRecorded(client, plan.id, number, cut);
    const insert = insertGeneration(plan.id, number, cut, table, rowCount, summary);
    // Another builder registered the number meanwhile, with the same rows: this table is not needed.
    if ((await runStatement(client, insert)).rowCount === 0) await client.query(dropTables([table]));
  });
  return (
    (await registered(metadata, plan.id, number)) ?? impossible(`generation ${number} of ${plan.id.name} was lost`)
  );
}

async function registered({ prisma }: Metadata, { name, version }: ViewId, number: number): Promise<Generation | null> {
  const record = await prisma.generation.findUnique({
    where: { viewName_viewVersion_number: { viewName: name, viewVersion: version, number } },
  });
  return record === null ? null : generationOf(record);
}

/** From here to the end of the transaction it is. */
async function mustBeFolded(client: pg.ClientBase, view: ViewId): Promise<void> {
  if ((await runStatement(client, lockFolded(view))).rowCount === 1) return;
  throw new TwofoldError('conflict', `view ${view.name} is not folded at version ${view.version} any more`);
}

/** Rule 6: all boundaries of a generation exist before it does. */
async function mustBeRecorded(
  client: pg.Pool | pg.ClientBase,
  view: ViewId,
  number: number,
  cut: OffsetVector,
): Promise<void> {
  const recorded = await recordedVector(client, view, number);
  if (recorded !== null && isAtLeast(recorded, cut) && isAtLeast(cut, recorded)) return;
  throw new TwofoldError(
    'conflict',
    `cut ${number} of ${view.name} is recorded at ${JSON.stringify(recorded)}, not at ${JSON.stringify(cut)}`,
  );
}
