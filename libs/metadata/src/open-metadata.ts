import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './generated/client.js';
import { reachingStore } from './store-errors.js';

/** Connections of one process. Five apps of a few replicas each stay below Postgres' default of 100 in all. */
const MAX_CONNECTIONS = 10;
/** Longest wait for a connection, ms: beyond it a caller is better told than kept waiting. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Longest statement, ms. An answer that takes longer is nobody's any more. Bulk loads set their own. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** Longest pause inside a transaction, ms: whoever stops for longer holds locks and has lost. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;

/** The metadata of an installation: tables by Prisma, and the pool beneath for what is not Prisma's. */
export type Metadata = {
  readonly prisma: PrismaClient;
  /** At most 10 connections; text and numbers as pg has them by default. */
  readonly pool: pg.Pool;
  /** Waits for what is under way, then lets all connections go. Safe to call twice. */
  close(): Promise<void>;
};

/**
 * Connects to a migrated database (see `migrate`). Connections that are lost later are made anew by themselves.
 *
 * @throws TwofoldError `store-unavailable` where no connection is to be had within 5 s
 */
export async function openMetadata(databaseUrl: string): Promise<Metadata> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'twofold',
  });
  // A lost idle connection is replaced at the next use, which is also who hears of it if that fails.
  pool.on('error', () => undefined);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= prisma.$disconnect().then(() => pool.end()));
  try {
    await reachingStore(() => pool.query('SELECT 1'));
  } catch (error) {
    await close();
    throw error;
  }
  return { prisma, pool, close };
}
