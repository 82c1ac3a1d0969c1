import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readStack, stackDown, stackUp } from './local-stack.ts';
import { placeOf, type Place } from './place.ts';
import type { Provider, RoleServer } from './server.ts';

/** A way whose server is a word in a set. */
type Way = Provider & { readonly calls: string[] };

function way(
  name: string,
  { closedBy = null, failsAt = null }: { closedBy?: string | null; failsAt?: string | null } = {},
): Way {
  const calls: string[] = [];
  let isUp = false;
  return {
    calls,
    unavailable: () => Promise.resolve(closedBy),
    up() {
      calls.push('up');
      if (failsAt !== null) return Promise.reject(new Error(failsAt));
      const ranAlready = isUp;
      isUp = true;
      return Promise.resolve({ url: `${name}://up`, took: name, ranAlready });
    },
    down(_place, afterwards) {
      if (isUp) calls.push(`down ${afterwards}`);
      isUp = false;
      return Promise.resolve();
    },
  };
}

const roles = { KAFKA_BROKERS: 'log', REDIS_URL: 'speed views', DATABASE_URL: 'batch views' } as const;
const names = { KAFKA_BROKERS: 'Kafka', REDIS_URL: 'Redis', DATABASE_URL: 'Postgres' } as const;
const server = (variable: RoleServer['variable'], ...ways: Provider[]): RoleServer => ({
  role: roles[variable],
  name: names[variable],
  variable,
  ways,
  remedy: 'start one',
});

describe('the local stack', () => {
  let place: Place;
  const told: string[] = [];
  const tell = (line: string): void => void told.push(line);
  const environment = { ...process.env };
  beforeEach(() => {
    place = placeOf(mkdtempSync(join(tmpdir(), 'twofold-stack-')));
    told.length = 0;
    for (const variable of Object.keys(roles)) Reflect.deleteProperty(process.env, variable);
  });
  afterEach(() => {
    Object.assign(process.env, environment);
    rmSync(place.root, { recursive: true });
  });

  it('takes the first way that is open for each role, says so, and writes down what runs', async () => {
    const servers = [
      server('KAFKA_BROKERS', way('a', { closedBy: 'no engine' }), way('b')),
      server('REDIS_URL', way('c'), way('d')),
    ];
    const { stack, started } = await stackUp(tell, place, servers);
    expect(stack.environment).toEqual({ KAFKA_BROKERS: 'b://up', REDIS_URL: 'c://up' });
    expect(started).toEqual(['log', 'speed views']);
    expect(told.sort()).toEqual(['log: Kafka, b', 'speed views: Redis, c']);
    expect(readStack(place)).toEqual({
      environment: { KAFKA_BROKERS: 'b://up', REDIS_URL: 'c://up' },
      roles: { log: 'Kafka: b', 'speed views': 'Redis: c' },
      apps: {},
    });
  });

  it('takes a URL of the environment before any way', async () => {
    const unused = way('a');
    process.env['DATABASE_URL'] = 'postgresql:///twofold?host=/run/postgresql';
    const { stack, started } = await stackUp(tell, place, [server('DATABASE_URL', unused)]);
    expect(stack.environment.DATABASE_URL).toBe('postgresql:///twofold?host=/run/postgresql');
    expect(told).toEqual(['batch views: Postgres, DATABASE_URL of the environment']);
    expect(started).toEqual([]);
    expect(unused.calls).toEqual([]);
  });

  it('goes on to the next way where one is open and fails all the same', async () => {
    const servers = [server('KAFKA_BROKERS', way('a', { failsAt: 'no such image\nat length' }), way('b'))];
    const { stack } = await stackUp(tell, place, servers);
    expect(stack.environment.KAFKA_BROKERS).toBe('b://up');
    expect(told).toEqual(['Kafka: no such image\nat length', 'log: Kafka, b']);
  });

  it('says in one line for each role what is missing and how to get it, and stops what it started', async () => {
    const [ran, fresh] = [way('a'), way('b')];
    await stackUp(tell, place, [server('REDIS_URL', ran)]);
    const servers = [
      server('REDIS_URL', ran),
      server('DATABASE_URL', fresh),
      server('KAFKA_BROKERS', way('c', { closedBy: 'no engine' }), way('d', { failsAt: 'no space\nat length' })),
    ];
    await expect(stackUp(tell, place, servers)).rejects.toThrow(
      new Error('there is no Kafka (no engine; no space): start one, or set KAFKA_BROKERS'),
    );
    expect(fresh.calls).toEqual(['up', 'down keep-data']);
    expect(ran.calls).toEqual(['up', 'up']);
  });

  it('reuses what is up, also when two ask at once', async () => {
    const one = way('a');
    const servers = [server('REDIS_URL', one)];
    const [first, second] = await Promise.all([stackUp(tell, place, servers), stackUp(tell, place, servers)]);
    expect(first.started).toEqual(['speed views']);
    expect(second.started).toEqual([]);
    expect(told).toEqual(['speed views: Redis, a', 'speed views: Redis, a (it ran already)']);
  });

  it('stops what it started, or only some of it, and says no more that anything runs', async () => {
    const [one, two] = [way('a'), way('b')];
    const servers = [server('REDIS_URL', one), server('DATABASE_URL', two)];
    await stackUp(tell, place, servers);
    await stackDown(place, { roles: ['batch views'] }, servers);
    expect([one.calls, two.calls]).toEqual([['up'], ['up', 'down keep-data']]);
    expect(readStack(place)).toBeNull();
    await stackDown(place, { afterwards: 'drop-data' }, servers);
    expect(one.calls).toEqual(['up', 'down drop-data']);
  });
});
