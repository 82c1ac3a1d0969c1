import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { kafkaAt, postgresAt, redisAt, requireServers } from './needed-servers.js';

/** A port at which something listens while `use` runs, and nothing afterwards. */
async function withListener(use: (port: number) => Promise<void>): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await use(port);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the servers an app needs', () => {
  it('are found where one address of each answers', async () => {
    const closed = await withListener(async () => {});
    await withListener((port) =>
      requireServers([kafkaAt([`127.0.0.1:${closed}`, `127.0.0.1:${port}`]), redisAt(`redis://127.0.0.1:${port}`)]),
    );
  });

  it('are told in one line each when missing: which, where, and how to get it, and no password', async () => {
    const port = await withListener(async () => {});
    const missing = requireServers([
      kafkaAt([`127.0.0.1:${port}`]),
      postgresAt(`postgresql://me:pw@127.0.0.1:${port}/x`),
    ]);
    const error = await missing.catch((caught: unknown) => caught as Error);
    const lines = error instanceof Error ? error.message.split('\n') : [];
    expect(lines).toEqual([
      `Kafka does not answer at 127.0.0.1:${port} (KAFKA_BROKERS): start one with "npm run stack up" or ` +
        '"docker compose -f docker/compose.yaml up -d kafka", or set KAFKA_BROKERS to one that runs',
      `Postgres does not answer at 127.0.0.1:${port} (DATABASE_URL): start one with "npm run stack up" or ` +
        '"docker compose -f docker/compose.yaml up -d postgres", or set DATABASE_URL to one that runs',
    ]);
  });
});
