import { afterEach, describe, expect, it } from '@jest/globals';
import { testDatabase, testServers, type TestDatabase } from '@twofold/testkit';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import pg from 'pg';
import { migrate } from './migrate.js';
import { migrationFiles, type Migration } from './migration-files.js';

const run = promisify(execFile);
const ROOT = new URL('../../../', import.meta.url).pathname;

const broken: Migration = {
  name: '99990101000000_broken',
  sql: 'CREATE TABLE half (); SELECT 1 / 0;',
  checksum: 'b'.repeat(64),
};
const later: Migration = { name: '99990101000000_later', sql: 'CREATE TABLE later ()', checksum: 'a'.repeat(64) };

describe('migrating', () => {
  const databases: TestDatabase[] = [];
  const newDatabase = (): string => {
    const database = testDatabase();
    databases.push(database);
    return database.url;
  };
  afterEach(async () => {
    for (const database of databases.splice(0)) await database.drop();
  });

  it('creates a database that is missing, and what belongs in it; again it changes nothing', async () => {
    const url = newDatabase();
    await migrate(url);
    const tables = await namesIn(url, TABLES);
    expect(tables).toEqual(
      expect.arrayContaining(['archive_range', 'boundary', 'generation', 'rebuild', 'view_version']),
    );
    await migrate(url);
    expect(await namesIn(url, TABLES)).toEqual(tables);
    expect(await namesIn(url, APPLIED)).toEqual((await migrationFiles()).map(({ name }) => name));
  });

  it('is done once when many processes start at the same time, on a database that nobody made yet', async () => {
    const url = newDatabase();
    await Promise.all(Array.from({ length: 8 }, () => migrate(url)));
    expect(await namesIn(url, APPLIED)).toEqual((await migrationFiles()).map(({ name }) => name));
  });

  it('comes to the schema that Prisma knows', async () => {
    const url = newDatabase();
    await migrate(url);
    const diff = ['migrate', 'diff', '--from-config-datasource', '--to-schema', 'libs/metadata/prisma/schema.prisma'];
    const { stdout } = await run('node_modules/.bin/prisma', [...diff, '--exit-code'], {
      cwd: ROOT,
      env: { ...process.env, DATABASE_URL: url },
    });
    expect(stdout).toContain('No difference detected');
  }, 60_000);

  it('applies what is new to a database that stands', async () => {
    const url = newDatabase();
    await migrate(url);
    await migrate(url, [...(await migrationFiles()), later]);
    expect(await namesIn(url, TABLES)).toContain('later');
  });

  it('lets the newest version of each view serve, and what older ones left be removed', async () => {
    const url = newDatabase();
    await migrate(
      url,
      (await migrationFiles()).filter(({ name }) => name < BESIDE_EACH_OTHER),
    );
    const register = `INSERT INTO view_version (name, version, definition, partition_counts, registered_at) VALUES
      ('a', '2', '{"of": "a2"}', '{}', '2026-01-02'), ('a', '1', '{"of": "a1"}', '{}', '2026-01-01'), ('b', '1', '{"of": "b1"}', '{}', '2026-01-03')`;
    await query(url, register);
    await query(
      url,
      `INSERT INTO generation (view_name, view_version, number, cut, row_count, dead_letters, table_name) VALUES ('a', '2', 1, '{}', 0, 0, 'gen_1')`,
    );
    await migrate(url);
    const { rows } = await query(url, 'SELECT name, version, state, definition FROM view_version ORDER BY sequence');
    expect(rows).toEqual([
      { name: 'a', version: '1', state: 'removing', definition: { view: { of: 'a1' }, events: [] } },
      { name: 'a', version: '2', state: 'serving', definition: { view: { of: 'a2' }, events: [] } },
      { name: 'b', version: '1', state: 'serving', definition: { view: { of: 'b1' }, events: [] } },
    ]);
    expect((await query(url, 'SELECT made_by FROM generation')).rows).toEqual([{ made_by: 'duckdb' }]);
    await query(
      url,
      `INSERT INTO view_version (name, version, definition, partition_counts, state) VALUES ('b', '2', '{}', '{}', 'candidate')`,
    );
    expect((await query(url, 'SELECT version FROM view_version ORDER BY sequence DESC LIMIT 1')).rows).toEqual([
      { version: '2' },
    ]);
  });

  it('leaves what a newer build applied', async () => {
    const url = newDatabase();
    await migrate(url, [...(await migrationFiles()), later]);
    await migrate(url);
    expect(await namesIn(url, APPLIED)).toContain(later.name);
  });

  it('that fails leaves the database as it was', async () => {
    const url = newDatabase();
    await expect(migrate(url, [...(await migrationFiles()), broken])).rejects.toThrow('division by zero');
    expect(await namesIn(url, TABLES)).toEqual([]);
    await migrate(url);
    expect(await namesIn(url, TABLES)).not.toContain('half');
  });

  it('refuses a migration that was changed after it was applied', async () => {
    const url = newDatabase();
    await migrate(url, [later]);
    const changed = { ...later, checksum: 'c'.repeat(64) };
    await expect(migrate(url, [changed])).rejects.toMatchObject({ code: 'invalid-configuration' });
  });

  it('refuses what another tool began and did not finish', async () => {
    const url = newDatabase();
    await migrate(url, [later]);
    await query(url, 'UPDATE _prisma_migrations SET finished_at = NULL');
    await expect(migrate(url, [later])).rejects.toMatchObject({ code: 'invalid-configuration' });
  });

  it('refuses a database that does not hold UTF-8', async () => {
    const url = newDatabase();
    const name = new URL(url).pathname.slice(1);
    const create = `CREATE DATABASE "${name}" TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'`;
    await query(testServers().databaseUrl, create);
    await expect(migrate(url)).rejects.toMatchObject({ code: 'invalid-configuration' });
  });

  it('says so where the user may not create the database', async () => {
    const server = testServers().databaseUrl;
    const user = `twofold_test_${randomBytes(6).toString('hex')}`;
    const asUser = new URL(newDatabase());
    asUser.username = user;
    asUser.password = 'secret';
    await query(server, `CREATE ROLE "${user}" LOGIN NOCREATEDB PASSWORD 'secret'`);
    try {
      await expect(migrate(asUser.toString())).rejects.toMatchObject({ code: 'invalid-configuration' });
    } finally {
      await query(server, `DROP ROLE "${user}"`);
    }
  });

  it('says store-unavailable where no server is', async () => {
    await expect(migrate('postgresql://127.0.0.1:1/none')).rejects.toMatchObject({ code: 'store-unavailable' });
  });
});

/** From here on versions of a view live beside each other. */
const BESIDE_EACH_OTHER = '20261121180000';
const TABLES = `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`;
const APPLIED = 'SELECT migration_name AS name FROM _prisma_migrations ORDER BY 1';

const namesIn = async (url: string, sql: string): Promise<readonly string[]> =>
  (await query(url, sql)).rows.map(({ name }) => String(name));

async function query(url: string, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}
