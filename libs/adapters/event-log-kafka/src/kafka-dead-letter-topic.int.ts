import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RawRecord } from '@twofold/core';
import type { OutgoingRecord } from '@twofold/ports';
import { testServers } from '@twofold/testkit';
import { KafkaAdmin } from './kafka-admin.js';
import { KafkaDeadLetterTopic } from './kafka-dead-letter-topic.js';
import type { KafkaOptions } from './kafka-options.js';
import { KafkaRawReader } from './kafka-raw-reader.js';

const options: KafkaOptions = { brokers: testServers().kafkaBrokers, namespace: `test-${randomUUID()}` };
const TOO_LARGE_BYTES = 1_000;
const stream = 'sales';
const record = (size: number): OutgoingRecord => ({
  key: Buffer.from('k'),
  value: Buffer.alloc(size, 0xff),
  headers: [
    ['twofold-origin', Buffer.from('sales/2/7')],
    ['ce_id', Buffer.from('7')],
  ],
});

let topic: KafkaDeadLetterTopic;
let reader: KafkaRawReader;
beforeAll(async () => {
  const admin = new KafkaAdmin(options);
  await admin.ensureStream(stream, 3);
  await admin.close();
  topic = new KafkaDeadLetterTopic({ ...options, maxEventBytes: TOO_LARGE_BYTES });
  reader = new KafkaRawReader({ ...options, topics: 'dead' });
});
afterAll(async () => {
  await Promise.all([topic.close(), reader.close()]);
});

async function toldOn(partition: number): Promise<readonly RawRecord[]> {
  const copies: RawRecord[] = [];
  const [, , end = 0] = (await reader.bounds(stream)).end;
  for (let at = 0; at < end;) {
    const batch = await reader.read({ stream, partition }, { from: at });
    batch.forEach((copy) => copies.push(copy.copy()));
    at = batch.nextOffset;
  }
  return copies;
}

describe('the topic of dead letters', () => {
  it('has the partitions of its stream, and each record as it is, in order; one that is too large without its content', async () => {
    await topic.tell({ stream, partition: 2 }, [record(1), record(TOO_LARGE_BYTES), record(2)]);
    await topic.tell({ stream, partition: 2 }, [record(3)]);
    expect((await reader.bounds(stream)).end).toEqual([0, 0, 4]);
    const without = {
      ...{ key: null, value: null },
      headers: [
        ['twofold-origin', Buffer.from('sales/2/7')],
        [
          'twofold-omitted-bytes',
          Buffer.from(`${TOO_LARGE_BYTES + 'k'.length + 'twofold-originsales/2/7ce_id7'.length}`),
        ],
      ],
    };
    expect(await toldOn(2)).toMatchObject([record(1), without, record(2), record(3)]);
  });

  it('is not made for a stream that is not there', async () => {
    await expect(topic.tell({ stream: 'unheard-of', partition: 0 }, [record(1)])).rejects.toThrow('unheard-of');
  });
});
