import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { testServers } from './test-servers.js';

/** A database that is one test file's own. Its URL is free: `migrate` creates it. */
export type TestDatabase = { readonly url: string; drop(): Promise<void> };

export function testDatabase(): TestDatabase {
  const server = testServers().databaseUrl;
  const name = `twofold_test_${randomBytes(6).toString('hex')}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  const drop = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    try {
      await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`);
    } finally {
      await client.end();
    }
  };
  return { url: url.toString(), drop };
}
