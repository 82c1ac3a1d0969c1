import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, testServers } from '@twofold/testkit';
import kafkajs from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';
import type { AppName } from '../demo/apps.ts';
import { ask } from '../demo/gateway.ts';
import { FlightFeed } from './flight-feed.ts';
import { PARTITIONS, Platform } from './platform.ts';

const VIEW = 'delays-by-airport';
const TEST_MS = 300_000;
/** Apps look every 5 s; a consumer group that rebalances takes its session of 6 s. */
const NOTICED_MS = 60_000;
/** Longer than it takes to fold what is on the log. */
const STILL_MS = 5_000;

const { kafkaBrokers, redisUrl, databaseUrl } = testServers();
const servers = { KAFKA_BROKERS: kafkaBrokers.join(','), REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };

describe('a stream that is given another partition behind the platform’s back', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.open(servers);
  }, TEST_MS);
  afterAll(async () => {
    await platform.close();
  }, TEST_MS);

  it(
    'is refused by the apps that run and by those that start, with the way out; nothing more is folded from it',
    async () => {
      const gateway = platform.url('serving-gateway');
      const kafka = new kafkajs.Kafka({ brokers: [...kafkaBrokers], logLevel: kafkajs.logLevel.NOTHING });
      const topic = `${platform.namespace}.events.flights`;
      const isRefused = async (app: AppName): Promise<boolean> => {
        const ready = await fetch(`${platform.url(app)}/health/ready`);
        const told = await ready.text();
        return ready.status === 503 && /had 2 partitions .* has 3 now.*migration/s.test(told);
      };

      const feed = new FlightFeed(platform.url('ingest'));
      const isAll = async (): Promise<boolean> => {
        const { answer } = await ask(gateway, VIEW, { limit: '1' });
        return answer.freshness.lagEvents === 0 && feed.acknowledged > 200;
      };
      await eventually('events are folded', () => feed.acknowledged > 200, NOTICED_MS);
      await feed.stop();
      await eventually('all of them are', isAll, NOTICED_MS);
      const before = await ask(gateway, VIEW, { limit: '10000' });

      const admin = kafka.admin();
      await admin.connect();
      await admin.createPartitions({ topicPartitions: [{ topic, count: PARTITIONS + 1 }] });
      await admin.disconnect();
      for (const app of ['speed-view-builder', 'batch-view-builder', 'serving-gateway', 'ingest'] as const)
        await eventually(`${app} refuses`, () => isRefused(app), NOTICED_MS);

      const producer = kafka.producer();
      await producer.connect();
      const flight = { date: '2001-02-01T00:00:00Z', delay: 1, distance: 1, origin: 'NEW', destination: 'ATL' };
      const headers = {
        ...{ ce_specversion: '1.0', ce_source: 'urn:twofold:e2e', ce_type: 'flight.landed', ce_time: flight.date },
        ...{ ce_dataschema: 'urn:twofold:schema:flight.landed:1', ce_subject: 'NEW-ATL' },
      };
      const messages = [0, 1, 2].map((partition) => ({
        ...{ partition, key: 'NEW-ATL', value: JSON.stringify(flight) },
        headers: { ...headers, ce_id: `behind-${partition}` },
      }));
      await producer.send({ topic, messages });
      await producer.disconnect();
      const lag = async (): Promise<number | null> => (await ask(gateway, VIEW, {})).answer.freshness.lagEvents;
      await eventually('all three are told as lag', async () => (await lag()) === messages.length, NOTICED_MS);
      await pause(STILL_MS);
      expect(await lag()).toBe(messages.length);
      const after = await ask(gateway, VIEW, { limit: '10000' });
      expect([after.rows, after.answer.offsets]).toEqual([before.rows, before.answer.offsets]);

      const orchestrator = platform.url('replay-orchestrator');
      const asked = await fetch(`${orchestrator}/v1/views/${VIEW}/rebuilds`, { method: 'POST' });
      const { id } = (await asked.json()) as { readonly id: string };
      const rebuild = async (): Promise<string> => (await fetch(`${orchestrator}/v1/rebuilds/${id}`)).text();
      await eventually(
        'the rebuild fails',
        async () => /"failed".*had 2 partitions/s.test(await rebuild()),
        NOTICED_MS,
      );

      for (const app of ['speed-view-builder', 'batch-view-builder'] as const) {
        await platform.kill(app);
        platform.start(app);
        await expect(platform.ready(app)).rejects.toThrow(/ended at its start.*had 2 partitions .* migration/s);
      }
    },
    TEST_MS,
  );
});
