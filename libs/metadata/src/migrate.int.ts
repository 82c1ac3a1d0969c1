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
