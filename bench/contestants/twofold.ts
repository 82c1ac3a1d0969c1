import '@twofold/platform/no-maglev';
import { catalog } from '@twofold/catalog';
import { mergeRows, streamNamed, viewNamed, type Partition } from '@twofold/core';
import { KafkaRawReader } from '@twofold/event-log-kafka';
import { foldIntoSpeedViews } from '@twofold/flows';
import { InMemoryBatchViewStore, InMemoryBoundaries, InMemoryDeadLetters } from '@twofold/in-memory';
import { systemClock } from '@twofold/platform';
import { RedisSpeedViewStore } from '@twofold/speed-view-store-redis';

/**
 * Twofold's fold of delays-by-airport, as the speed-view-builder runs it, with its commits to Redis.
 * Arguments: brokers, namespace, events, redis URL, namespace in Redis. Prints {"events", "cpuMs", "rows"}.
 */
const [brokers = '', namespace = '', wanted = '0', redisUrl = '', redisNamespace = ''] = process.argv.slice(2);
const plan = viewNamed(catalog, 'delays-by-airport');
const log = new KafkaRawReader({ brokers: brokers.split(','), namespace });
const speedViews = await RedisSpeedViewStore.connect({ url: redisUrl, namespace: redisNamespace });
const [stream = ''] = plan.streams;
const { end } = await log.bounds(stream);
const batchViews = new InMemoryBatchViewStore();
await batchViews.register(plan, { [stream]: end.length });
const boundaries = new InMemoryBoundaries(batchViews);
const deadLetters = new InMemoryDeadLetters();
const partitions = end.map((_, partition): Partition => ({ stream, partition }));

const done = new AbortController();
const folded = new Map<number, number>();
const report = {
  folded: ({ partition }: Partition, _from: number, offset: number): void => {
    folded.set(partition, offset);
    if (end.every((head, index) => (folded.get(index) ?? 0) >= head)) done.abort();
  },
  repaired: (): void => undefined,
  halted: (_id: unknown, _offset: number, error: unknown): never => {
    throw error;
  },
  trouble: (_partition: Partition, error: unknown): void => {
    throw error;
  },
};

const before = process.cpuUsage();
await Promise.all(
  partitions.map((partition) =>
    foldIntoSpeedViews(
      { log, speedViews, boundaries, batchViews, deadLetters, clock: systemClock, news: () => 0, report },
      {
        partition,
        views: () => [{ plan, events: catalog.events }],
        events: catalog.events,
        stream: streamNamed(catalog.streams, stream),
      },
      done.signal,
    ),
  ),
);
const { user, system } = process.cpuUsage(before);

const everything = { dimensions: plan.dimensions.map(() => null), fromWindow: null, toWindow: null };
const records = await Promise.all(
  partitions.map((partition) => speedViews.read({ view: plan.id, partition }, 0, everything, 10_000_000)),
);
const rows = mergeRows(
  plan,
  records.flatMap((record) => record?.rows ?? []),
);
const events = records.reduce((sum, record) => sum + (record?.record.applied ?? 0), 0);
if (events !== Number(wanted)) throw new Error(`${events} events are applied, not ${wanted}`);
const byKey = rows.map(({ dimensions, window, parts }) => [
  `${String(dimensions[0])} ${new Date(window).toISOString().slice(0, 10)}`,
  parts.slice(0, 3),
]);
process.stdout.write(
  `${JSON.stringify({ events, cpuMs: (user + system) / 1000, rows: Object.fromEntries(byKey) }, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))}\n`,
);
await Promise.all([log.close(), speedViews.close()]);
