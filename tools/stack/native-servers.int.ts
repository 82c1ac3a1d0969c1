import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createClient } from 'redis';
import { eventually } from '@twofold/testkit';
import { stackDown, stackUp, type LocalStack } from './local-stack.ts';
import { nativeKafka } from './native-kafka.ts';
import { placeOf, type Place } from './place.ts';
import { startedAs } from './process.ts';
import { ROLE_SERVERS } from './role-servers.ts';
import type { RoleServer } from './server.ts';

const TEST_MS = 300_000;
const NATIVE = ROLE_SERVERS.map((server): RoleServer => ({ ...server, ways: server.ways.slice(-1) }));

const admin = (brokers: string) => new kafkajs.Kafka({ brokers: [brokers], logLevel: 0 }).admin();

/** Leaves a trace in each server. */
async function write({ KAFKA_BROKERS, REDIS_URL, DATABASE_URL }: LocalStack['environment']): Promise<void> {
  const kafka = admin(KAFKA_BROKERS);
  await kafka.connect();
  await kafka.createTopics({ topics: [{ topic: 'kept', numPartitions: 3 }], waitForLeaders: false });
  await kafka.disconnect();
  const redis = await createClient({ url: REDIS_URL }).connect();
  await redis.set('kept', 'yes');
  redis.destroy();
  const postgres = new pg.Client({ connectionString: DATABASE_URL });
  await postgres.connect();
  await postgres.query('CREATE TABLE kept AS SELECT 1 AS one');
  await postgres.end();
}

/** What they have, and how they are set. */
async function read({ KAFKA_BROKERS, REDIS_URL, DATABASE_URL }: LocalStack['environment']): Promise<unknown> {
  const kafka = admin(KAFKA_BROKERS);
  await kafka.connect();
  const { topics } = await kafka.fetchTopicMetadata({ topics: ['kept'] });
  await kafka.disconnect();
  const redis = await createClient({ url: REDIS_URL }).connect();
  const kept = await redis.get('kept');
  const policy = await redis.configGet('maxmemory-policy');
  redis.destroy();
  const postgres = new pg.Client({ connectionString: DATABASE_URL });
  await postgres.connect();
  const { rows } = await postgres.query('SELECT one FROM kept');
  const settings = await postgres.query("SELECT current_setting('fsync') AS fsync, current_database() AS database");
  await postgres.end();
  return { partitions: topics[0]?.partitions.length, kept, ...policy, rows, ...settings.rows[0] };
}

describe('native servers', () => {
  let place: Place;
  const environment = { ...process.env };
  beforeAll(() => {
    for (const { variable } of NATIVE) Reflect.deleteProperty(process.env, variable);
    // Nobody else may enter it: as root, PostgreSQL has to run as somebody else, and get there all the same.
    const root = mkdtempSync(join(tmpdir(), 'twofold-native-'));
    chmodSync(root, 0o700);
    place = placeOf(join(root, 'home'));
    mkdirSync(place.root);
  });
  afterAll(async () => {
    await stackDown(place, {}, NATIVE);
    rmSync(join(place.root, '..'), { recursive: true });
    Object.assign(process.env, environment);
  }, TEST_MS);

  it(
    'come up in a directory of their own, keep what they were told through a stop, and leave nothing running',
    async () => {
      const first = await stackUp(() => undefined, place, NATIVE);
      expect(first.started).toEqual(['log', 'speed views', 'batch views']);
      await write(first.stack.environment);
      await stackDown(place, {}, NATIVE);
      expect(readdirSync(place.data).sort()).toEqual(['kafka', 'postgres', 'redis']);
      const second = await stackUp(() => undefined, place, NATIVE);
      expect(await read(second.stack.environment)).toEqual({
        partitions: 3,
        kept: 'yes',
        'maxmemory-policy': 'noeviction',
        rows: [{ one: 1 }],
        fsync: 'on',
        database: 'twofold',
      });
      expect((await stackUp(() => undefined, place, NATIVE)).started).toEqual([]);
    },
    TEST_MS,
  );

  it(
    'are a Kafka of three brokers where that is asked for, which bears the loss of one',
    async () => {
      const cluster = nativeKafka({ brokers: 3 });
      const brokers = (await cluster.up(place, () => undefined)).url.split(',');
      expect(brokers).toHaveLength(3);
      const kafka = new kafkajs.Kafka({ brokers, logLevel: 0 });
      const admin = kafka.admin();
      await admin.connect();
      // Kafkajs' own wait fails at a broker that has not heard of the topic yet.
      await admin.createTopics({ topics: [{ topic: 'copied', numPartitions: 3 }], waitForLeaders: false });
      const replicas = async (): Promise<readonly number[]> => {
        const { topics } = await admin.fetchTopicMetadata({ topics: ['copied'] }).catch(() => ({ topics: [] }));
        return topics.flatMap(({ partitions }) => partitions.map((partition) => partition.replicas.length));
      };
      await eventually('each partition stands on three brokers', async () => String(await replicas()) === '3,3,3');
      process.kill(startedAs(place, 'kafka-2')?.pid ?? 0, 'SIGKILL');
      // Kafka holds a dead broker to be the leader for a session's timeout (9 s), which the default retries may not outlast.
      const producer = kafka.producer({ retry: { initialRetryTime: 300, maxRetryTime: 2000, retries: 60 } });
      await producer.connect();
      // One by one: of one request, kafkajs leaves out a partition whose leader moves to a broker that has answered already.
      for (const partition of [0, 1, 2]) {
        const messages = [{ partition, value: 'confirmed by the two others' }];
        expect(await producer.send({ topic: 'copied', acks: -1, messages })).toMatchObject([
          { partition, errorCode: 0 },
        ]);
      }
      expect((await cluster.up(place, () => undefined)).ranAlready).toBe(false);
      expect((await cluster.up(place, () => undefined)).ranAlready).toBe(true);
      await Promise.all([producer.disconnect(), admin.disconnect()]);
      await cluster.down(place, 'drop-data');
      expect(startedAs(place, 'kafka-1')).toBeNull();
    },
    TEST_MS,
  );
});
