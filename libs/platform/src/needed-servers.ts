import { connect } from 'node:net';
import { TwofoldError } from '@twofold/core';

/** A server that an app cannot start without. */
export type NeededServer = {
  readonly name: 'Kafka' | 'Redis' | 'Postgres';
  /** The environment variable that says where it is. */
  readonly variable: string;
  /** One that answers is enough. */
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
};

/** Long enough for a connection across regions, short enough to be told of a missing server at once. */
const CONNECT_TIMEOUT_MS = 3_000;

export const kafkaAt = (brokers: readonly string[]): NeededServer => ({
  name: 'Kafka',
  variable: 'KAFKA_BROKERS',
  addresses: brokers.map((broker) => addressOf(`kafka://${broker}`, 9092)),
});

export const redisAt = (url: string): NeededServer => ({
  name: 'Redis',
  variable: 'REDIS_URL',
  addresses: [addressOf(url, 6379)],
});

export const postgresAt = (url: string): NeededServer => ({
  name: 'Postgres',
  variable: 'DATABASE_URL',
  addresses: [addressOf(url, 5432)],
});

/**
 * Looks whether something answers at each server's address.
 * @throws TwofoldError `store-unavailable`, a line for each server that does not: which, where, and how to get it
 */
export async function requireServers(servers: readonly NeededServer[]): Promise<void> {
  const lines = await Promise.all(servers.map(async (server) => ((await answers(server)) ? [] : [missing(server)])));
  if (lines.flat().length > 0) throw new TwofoldError('store-unavailable', lines.flat().join('\n'));
}

function missing({ name, variable, addresses }: NeededServer): string {
  const where = addresses.map(({ host, port }) => `${host}:${port}`).join(', ');
  return (
    `${name} does not answer at ${where} (${variable}): start one with "npm run stack up" or ` +
    `"docker compose -f docker/compose.yaml up -d ${name.toLowerCase()}", or set ${variable} to one that runs`
  );
}

async function answers({ addresses }: NeededServer): Promise<boolean> {
  const attempts = await Promise.all(addresses.map(connects));
  return attempts.includes(true);
}

function connects({ host, port }: { readonly host: string; readonly port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS });
    const end = (connected: boolean): void => {
      socket.destroy();
      resolve(connected);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

function addressOf(url: string, defaultPort: number): NeededServer['addresses'][number] {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, '') || 'localhost', port: Number(port || defaultPort) };
}
