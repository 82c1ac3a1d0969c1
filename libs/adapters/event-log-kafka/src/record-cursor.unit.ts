import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AbortedTransactions } from './aborted-transactions.js';
import { FetchedBatch } from './fetched-batch.js';
import { recordRunsIn } from './record-runs.js';

/** kafkajs's own encoder, which it does not export: an independent account of the format. */
const require = createRequire(import.meta.url);
type Encoded = { readonly buffer: Buffer };
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0') as {
  readonly RecordBatch: (batch: Readonly<Record<string, unknown>>) => Promise<Encoded>;
};
const KafkaJsRecord = require('kafkajs/src/protocol/recordBatch/record/v0') as (
  record: Readonly<Record<string, unknown>>,
) => Encoded;
const Long = require('kafkajs/src/utils/long') as { fromValue(value: number): unknown };

const anyText = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant('x'.repeat(20_000)));
const anyRecord = fc.record({
  gap: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 100_000 })),
  timestampDelta: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
  key: fc.option(anyText),
  value: fc.option(anyText),
  headers: fc.dictionary(
    fc.string({ unit: 'binary' }).filter((name) => name !== '__proto__'),
    anyText,
    { maxKeys: 24 },
  ),
});

describe('a record cursor', () => {
  test('sees what kafkajs encoded, in any records', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRecord, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 0, max: 2 ** 50 }),
        fc.constantFrom(0, 1),
        async (records, baseOffset, codec) => {
          let delta = -1;
          const placed = records.map((record) => ({ ...record, offsetDelta: (delta += record.gap) }));
          const encoded = await RecordBatch({
            compression: codec,
            firstOffset: Long.fromValue(baseOffset),
            firstTimestamp: 1_700_000_000_000,
            maxTimestamp: 1_700_000_000_000,
            lastOffsetDelta: delta,
            records: placed.map((record) =>
              KafkaJsRecord({ ...record, key: record.key, timestampDelta: record.timestampDelta }),
            ),
          });
          const runs = recordRunsIn(encoded.buffer, 0, Number.MAX_SAFE_INTEGER, new AbortedTransactions([]));
          const batch = new FetchedBatch({ stream: 's', partition: 0 }, runs, 0, Number.MAX_SAFE_INTEGER);
          const seen: unknown[] = [];
          batch.forEach((record) => {
            const { headers } = placed[seen.length] ?? { headers: {} };
            seen.push({
              offset: record.offset,
              appendedAtMs: record.appendedAtMs,
              key: record.key(),
              value: record.valueText(),
              headers: Object.fromEntries(Object.keys(headers).map((name) => [name, record.header(name)])),
              absent: record.header('no such header'),
            });
          });
          expect(seen).toEqual(
            placed.map(({ offsetDelta, timestampDelta, key, value, headers }) => ({
              offset: baseOffset + offsetDelta,
              appendedAtMs: 1_700_000_000_000 + timestampDelta,
              key: wellFormed(key),
              value: wellFormed(value),
              headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, wellFormed(text)])),
              absent: undefined,
            })),
          );
          expect(batch.nextOffset).toBe(baseOffset + delta + 1);
          expect(batch.recordCount).toBe(records.length);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** As UTF-8 carries it: a lone surrogate becomes U+FFFD. */
const wellFormed = (text: string | null): string | null => text?.toWellFormed() ?? null;
