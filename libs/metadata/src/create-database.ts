import { TwofoldError } from '@twofold/core';
import pg from 'pg';

/** SQLSTATEs: another process made it in between (two forms, by how close the race was). */
const ALREADY_THERE = new Set(['42P04', '23505']);
const MAY_NOT = '42501';
const MISSING = '3D000';
/** Longest wait for a connection, ms. */
const CONNECT_TIMEOUT_MS = 5_000;

/** A connection to the database; the database is created when it is missing. Safe from several processes at once. */
export async function connectCreating(databaseUrl: string): Promise<pg.Client> {
  try {
    return await connect(databaseUrl);
  } catch (error) {
    if ((error as { code?: string }).code !== MISSING) throw error;
  }
  await createDatabase(databaseUrl);
  return connect(databaseUrl);
}

async function createDatabase(databaseUrl: string): Promise<void> {
  const url = new URL(databaseUrl);
  const name = decodeURIComponent(url.pathname.slice(1));
  url.pathname = '/postgres';
  const client = await connect(url.toString());
  try {
    await client.query(
      `CREATE DATABASE ${client.escapeIdentifier(name)} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`,
    );
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === MAY_NOT) {
      throw new TwofoldError(
        'invalid-configuration',
        `database ${JSON.stringify(name)} does not exist, and the user of DATABASE_URL may not create it`,
      );
    }
    if (code === undefined || !ALREADY_THERE.has(code)) throw error;
  } finally {
    await client.end();
  }
}

async function connect(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // A connection lost between statements; the next statement says so.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await client.end();
    throw error;
  }
  return client;
}
