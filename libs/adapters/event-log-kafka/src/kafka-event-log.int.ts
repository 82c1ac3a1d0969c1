import { randomUUID } from 'node:crypto';
import type { Partition } from '@twofold/core';
import type { EventLogReader, OutgoingEvent } from '@twofold/ports';
import { eventLogContract, eventually, testServers, type EventLogUnderTest } from '@twofold/testkit';
import { KafkaAdmin } from './kafka-admin.js';
import { kafkaJsOf, platformaticAdminOf } from './kafka-clients.js';
import { KafkaJsReader } from './kafka-js-reader.js';
import { settingsOf, topicOf, type KafkaOptions, type KafkaSettings } from './kafka-options.js';
import { KafkaPartitionAssigner } from './kafka-partition-assigner.js';
import { KafkaRawReader } from './kafka-raw-reader.js';
import { KafkaWriter } from './kafka-writer.js';

/** The log in a namespace of its own, read by one of the readers. */
async function kafkaLog(openReader: (options: KafkaOptions) => EventLogReader): Promise<EventLogUnderTest> {
  const options: KafkaOptions = {
    brokers: testServers().kafkaBrokers,
    namespace: `test-${randomUUID()}`,
    unavailableAfterMs: 8_000, // for a machine that has other things to do
    heartbeatMs: 300,
  };
  const settings = settingsOf(options);
  const parts = {
    writer: new KafkaWriter(options),
    otherWriter: new KafkaWriter(options),
    reader: openReader(options),
    admin: new KafkaAdmin(options),
    otherAdmin: new KafkaAdmin(options),
  };
  const admin = platformaticAdminOf(settings);
  return {
    ...parts,
    removeBelow: async ({ stream, partition }, offset) => {
      const partitions = [{ partition, offset: BigInt(offset) }];
      await admin.deleteRecords({ topics: [{ name: topicOf(settings, stream), partitions }] });
    },
    appendAborted: async (partition, events) => {
      const endOf = async (): Promise<number> =>
        (await parts.reader.bounds(partition.stream)).end[partition.partition] ?? 0;
      const before = await endOf();
      await appendAborted(settings, partition, events);
      // The broker writes the marker after it has confirmed the abort.
      await eventually('the abort marker stands', async () => (await endOf()) === before + events.length + 1);
    },
    openAssigner: () => new KafkaPartitionAssigner(options),
    close: async () => {
      await Promise.all(Object.values(parts).map((part) => part.close()));
      await admin.close();
    },
  };
}

async function appendAborted(
  settings: KafkaSettings,
  { stream, partition }: Partition,
  events: readonly OutgoingEvent[],
): Promise<void> {
  const topic = topicOf(settings, stream);
  const producer = kafkaJsOf(settings).producer({ transactionalId: randomUUID(), maxInFlightRequests: 1 });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages: events.map((event) => ({ ...event, partition })) });
  await transaction.abort();
  await producer.disconnect();
}

eventLogContract('Kafka, raw reader', () => kafkaLog((options) => new KafkaRawReader(options)));
eventLogContract('Kafka, kafkajs reader', async () => {
  const { openAssigner: _tried, ...log } = await kafkaLog((options) => new KafkaJsReader(options));
  return log;
});
