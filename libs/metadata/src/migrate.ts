import { TwofoldError } from '@twofold/core';
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { connectCreating } from './create-database.js';
import { migrationFiles, type Migration } from './migration-files.js';
import { reachingStore } from './store-errors.js';

/** The advisory lock that Prisma's own `migrate` takes: they exclude each other. */
const MIGRATION_LOCK = 72_707_369;

/** As Prisma makes it, so that `prisma migrate status` understands what stands here. */
const HISTORY_TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

type Applied = { readonly migration_name: string; readonly checksum: string; readonly finished_at: Date | null };

/**
 * Brings the database to this build's schema, creating the database where it is missing: all of it in one
 * transaction under a lock, so that killed anywhere it is as before, and any number of processes may start at once.
 * Migrations of a newer build are left as they are.
 *
 * @throws TwofoldError `store-unavailable`; `invalid-configuration` where the database does not hold UTF-8, where the
 *   user may not create it, or where a migration was changed after it was applied, or was left half-applied by another tool
 */
export async function migrate(databaseUrl: string, migrations?: readonly Migration[]): Promise<void> {
  const wanted = migrations ?? (await migrationFiles());
  await reachingStore(async () => {
    const client = await connectCreating(databaseUrl);
    try {
      await client.query('BEGIN');
      await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
      await bringUpToDate(client, wanted);
      await client.query('COMMIT');
    } finally {
      await client.end();
    }
  });
}

async function bringUpToDate(client: pg.Client, wanted: readonly Migration[]): Promise<void> {
  await mustHoldUtf8(client);
  await client.query(HISTORY_TABLE);
  const history = await client.query<Applied>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  const applied = new Map(history.rows.map((row) => [row.migration_name, row]));
  for (const migration of wanted) {
    const standing = applied.get(migration.name);
    if (standing === undefined) await apply(client, migration);
    else mustBeTheSame(standing, migration);
  }
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query(sql);
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
     VALUES ($1, $2, clock_timestamp(), $3, 1)`,
    [randomUUID(), checksum, name],
  );
}

function mustBeTheSame(standing: Applied, migration: Migration): void {
  if (standing.finished_at === null) {
    throw new TwofoldError(
      'invalid-configuration',
      `migration ${migration.name} was begun by another tool and not finished`,
    );
  }
  if (standing.checksum !== migration.checksum) {
    throw new TwofoldError('invalid-configuration', `migration ${migration.name} was changed after it was applied`);
  }
}

/** Text is ordered by code point, which is the order of bytes in UTF-8 only. */
async function mustHoldUtf8(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ server_encoding: string }>('SHOW server_encoding');
  const encoding = rows[0]?.server_encoding;
  if (encoding !== 'UTF8') {
    throw new TwofoldError(
      'invalid-configuration',
      `the database holds text as ${encoding}: it must be created with UTF8`,
    );
  }
}
