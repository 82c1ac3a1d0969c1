import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { endpointsOf, givenServer } from './given-server.ts';
import { freePort } from './process.ts';
import type { RoleServer } from './server.ts';

const redis: RoleServer = { role: 'speed views', name: 'Redis', variable: 'REDIS_URL', ways: [], remedy: '' };

describe('a URL of the environment', () => {
  it.each([
    ['redis://cache', [{ host: 'cache', port: 6379 }]],
    ['rediss://:secret@cache:7000/1', [{ host: 'cache', port: 7000 }]],
    ['postgresql://me:secret@db/twofold', [{ host: 'db', port: 5432 }]],
    ['postgres://[::1]:5433/twofold', [{ host: '::1', port: 5433 }]],
    [
      'one:9093, two',
      [
        { host: 'one', port: 9093 },
        { host: 'two', port: 9092 },
      ],
    ],
    ['postgresql:///twofold?host=/run/postgresql', []],
  ])('%s names its endpoints', (url, endpoints) => {
    expect(endpointsOf(url)).toEqual(endpoints);
  });

  it('is taken where something answers there', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await givenServer(redis, url)).toEqual({ url, took: 'REDIS_URL of the environment', ranAlready: true });
    server.close();
  });

  it('is refused in one line where nothing answers, which says what to do and keeps the password', async () => {
    const port = await freePort();
    await expect(givenServer(redis, `redis://:secret@127.0.0.1:${port}`)).rejects.toThrow(
      new Error(`there is no Redis: nothing answers at 127.0.0.1:${port}. Start it, or unset REDIS_URL`),
    );
  });
});
