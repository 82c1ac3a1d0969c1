import { describe, expect, test } from '@jest/globals';
import { murmur2 as platformaticMurmur2 } from '@platformatic/kafka';
import fc from 'fast-check';
import kafkajs from 'kafkajs';
import type { PartitionMetadata } from 'kafkajs';
import { murmur2, partitionOfKey } from './murmur2.js';

describe('the partition of a key', () => {
  test('is the hash that Kafka publishes for these keys', () => {
    // From Kafka's own UtilsTest.testMurmur2.
    const known = { '21': -973932308, foobar: -790332482, 'a-little-bit-long-string': -985981536, '': 275646681 };
    for (const [key, hash] of Object.entries(known)) expect(murmur2(Buffer.from(key))).toBe(hash);
  });

  test('is that of the other clients, for any key', () => {
    const kafkaJsPartition = kafkajs.Partitioners.DefaultPartitioner();
    const metadata = (count: number): PartitionMetadata[] =>
      Array.from({ length: count }, (_, partitionId) => ({
        partitionErrorCode: 0,
        partitionId,
        leader: 1,
        replicas: [1],
        isr: [1],
      }));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 64 }), (key, count) => {
        expect(murmur2(Buffer.from(key))).toBe(platformaticMurmur2(key));
        const theirs = kafkaJsPartition({
          topic: 't',
          partitionMetadata: metadata(count),
          message: { key, value: '' },
        });
        expect(partitionOfKey(key, count)).toBe(theirs);
      }),
      { numRuns: 1_000 },
    );
  });
});
