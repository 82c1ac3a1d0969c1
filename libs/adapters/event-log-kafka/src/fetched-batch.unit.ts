import { describe, expect, test } from '@jest/globals';
import { compressionsAlgorithms } from '@platformatic/kafka';
import type { EventBatch } from '@twofold/ports';
import { AbortedTransactions, type AbortedTransaction } from './aborted-transactions.js';
import { batchBytes, type WrittenBatch, type WrittenRecord } from './batch-bytes.js';
import { FetchedBatch } from './fetched-batch.js';
import { recordRunsIn } from './record-runs.js';

const TRANSACTIONAL = 0b1_0000;
const CONTROL = 0b11_0000;
const LOG_APPEND_TIME = 0b1000;

const partition = { stream: 'flights', partition: 0 };
const text = (value: string): Buffer => Buffer.from(value);
const record = (offsetDelta: number, value = `v${offsetDelta}`): WrittenRecord => ({
  offsetDelta,
  timestampDelta: offsetDelta,
  key: text('k'),
  value: text(value),
});
const batch = (baseOffset: number, count: number, more: Partial<WrittenBatch> = {}): Buffer =>
  batchBytes({ baseOffset, records: Array.from({ length: count }, (_, n) => record(n)), ...more });
/** The marker that ends a transaction; type 0 aborts, 1 commits. */
const marker = (baseOffset: number, producerId: bigint, type: 0 | 1): Buffer =>
  batchBytes({
    baseOffset,
    attributes: CONTROL,
    producerId,
    records: [{ offsetDelta: 0, key: Buffer.from([0, 0, 0, type]), value: Buffer.alloc(6) }],
  });

function read(
  bytes: Buffer,
  { from = 0, below = Number.MAX_SAFE_INTEGER, aborted = [] as AbortedTransaction[] } = {},
): EventBatch {
  return new FetchedBatch(partition, recordRunsIn(bytes, from, below, new AbortedTransactions(aborted)), from, below);
}
const offsetsOf = (fetched: EventBatch): number[] => {
  const offsets: number[] = [];
  fetched.forEach(({ offset }) => offsets.push(offset));
  return offsets;
};

describe('fetched record batches', () => {
  test('are visited in order, across batches and compaction’s gaps', () => {
    const bytes = Buffer.concat([
      batch(5, 3),
      batchBytes({ baseOffset: 10, lastOffsetDelta: 9, records: [record(2), record(7)] }),
      batch(30, 1),
    ]);
    const fetched = read(bytes, { from: 5 });
    expect(offsetsOf(fetched)).toEqual([5, 6, 7, 12, 17, 30]);
    expect([fetched.recordCount, fetched.nextOffset, fetched.lastAppendedAtMs]).toEqual([6, 31, 0]);
  });

  test('are skipped below the fetch position, and left out at and beyond `below`', () => {
    const bytes = Buffer.concat([batch(0, 10), batch(10, 10), batch(20, 10)]);
    const fetched = read(bytes, { from: 7, below: 23 });
    expect(offsetsOf(fetched)).toEqual([7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22]);
    expect([fetched.recordCount, fetched.nextOffset]).toEqual([16, 23]);
    // A batch before the position, as a broker may send after compaction.
    expect([read(batch(0, 5), { from: 9 }).recordCount, read(batch(0, 5), { from: 9 }).nextOffset]).toEqual([0, 9]);
    // What lies between the position and the next batch is a gap, so `below` is reached.
    expect(read(batch(50, 5), { from: 9, below: 20 }).nextOffset).toBe(20);
  });

  test('move the position when compaction has left nothing in them', () => {
    const fetched = read(batchBytes({ baseOffset: 4, lastOffsetDelta: 5, records: [] }), { from: 4 });
    expect([fetched.recordCount, fetched.nextOffset, fetched.lastAppendedAtMs]).toEqual([0, 10, null]);
    const tail = batchBytes({ baseOffset: 4, lastOffsetDelta: 5, records: [record(0)] });
    expect([read(tail, { from: 6 }).recordCount, read(tail, { from: 6 }).nextOffset]).toEqual([0, 10]);
  });

  test('are as if they were not there when cut off at the end, wherever that is', () => {
    const whole = batch(0, 3);
    const second = batch(3, 4);
    for (let length = 0; length < second.length; length++) {
      const fetched = read(Buffer.concat([whole, second.subarray(0, length)]));
      expect([fetched.recordCount, fetched.nextOffset]).toEqual([3, 3]);
    }
    expect(read(Buffer.alloc(0), { from: 8 }).nextOffset).toBe(8);
  });

  test('are rejected when any byte after the checksum has changed', () => {
    const good = batch(0, 2);
    for (let at = 17; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ 0x40;
      expect(() => read(bad)).toThrow(/offset 0 fails its CRC-32C/);
    }
    const old = Buffer.from(good);
    old[16] = 1;
    expect(() => read(old)).toThrow(/has format 1, not 2/);
  });

  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)('are read when compressed with %s', (codec) => {
    const { bitmask, compressSync } = compressionsAlgorithms[codec];
    const bytes = batch(100, 50, { attributes: bitmask, compress: (records) => compressSync(records) });
    const fetched = read(Buffer.concat([bytes, batch(150, 1)]), { from: 103 });
    expect(offsetsOf(fetched)).toEqual(Array.from({ length: 48 }, (_, n) => 103 + n));
    expect(fetched.recordCount).toBe(48);
  });

  test('are rejected by the name of what they are compressed with, when it cannot be decoded', () => {
    expect(() => read(batch(0, 1, { attributes: 5 }))).toThrow(/codec number 5/);
    expect(() => read(batch(0, 1, { attributes: 4 }))).toThrow(/compressed with zstd cannot be decoded/);
  });

  test('have the append time of the batch, or of each record where the topic is set so', () => {
    const times = (fetched: EventBatch): number[] => {
      const seen: number[] = [];
      fetched.forEach(({ appendedAtMs }) => seen.push(appendedAtMs));
      return [...seen, fetched.lastAppendedAtMs ?? -1];
    };
    const span = { baseTimestampMs: 1_700_000_000_000, maxTimestampMs: 1_700_000_000_500 };
    const appendTime = { ...span, attributes: LOG_APPEND_TIME };
    expect(times(read(batch(0, 2, appendTime)))).toEqual([1_700_000_000_500, 1_700_000_000_500, 1_700_000_000_500]);
    expect(times(read(batch(0, 2, span)))).toEqual([1_700_000_000_000, 1_700_000_000_001, 1_700_000_000_001]);
    const far = { ...record(0), timestampDelta: -1_600_000_000_000 };
    expect(times(read(batchBytes({ baseOffset: 0, records: [far], ...span })))).toEqual([1e11, 1e11]);
  });

  test('leave out control records, but pass them', () => {
    const fetched = read(Buffer.concat([batch(0, 2), marker(2, 7n, 1), batch(3, 1), marker(4, 7n, 1)]));
    expect(offsetsOf(fetched)).toEqual([0, 1, 3]);
    expect([fetched.recordCount, fetched.nextOffset]).toEqual([3, 5]);
  });

  test('leave out what a transaction aborted: its producer’s records from its first offset to its marker', () => {
    const bytes = Buffer.concat([
      batch(0, 2, { producerId: 1n, attributes: TRANSACTIONAL }), // committed before
      marker(2, 1n, 1),
      batch(3, 2, { producerId: 1n, attributes: TRANSACTIONAL }), // aborted
      batch(5, 1, { producerId: 2n, attributes: TRANSACTIONAL }), // of another producer
      batch(6, 1, { producerId: 1n }), // not in a transaction
      batch(7, 1, { producerId: 1n, attributes: TRANSACTIONAL }), // aborted
      marker(8, 1n, 0),
      batch(9, 1, { producerId: 1n, attributes: TRANSACTIONAL }), // a new one, committed
      marker(10, 1n, 1),
      marker(11, 2n, 1),
      batch(12, 1, { producerId: 1n, attributes: TRANSACTIONAL }), // aborted again
      marker(13, 1n, 0),
    ]);
    const aborted = [
      { producerId: 1n, firstOffset: 12 },
      { producerId: 1n, firstOffset: 3 },
    ];
    const fetched = read(bytes, { aborted });
    expect(offsetsOf(fetched)).toEqual([0, 1, 5, 6, 9]);
    expect([fetched.recordCount, fetched.nextOffset]).toEqual([5, 14]);
    expect(offsetsOf(read(bytes, { aborted, from: 4 }))).toEqual([5, 6, 9]);
  });

  test('give the last header of a name, and none for a null one', () => {
    const headers = [
      ['ce_id', text('first')],
      ['ce_idx', text('other')],
      ['ce_id', text('last')],
      ['empty', text('')],
      ['null', null],
    ] as const;
    const bytes = batchBytes({ baseOffset: 0, records: [{ offsetDelta: 0, key: null, value: null, headers }] });
    read(bytes).forEach((seen) => {
      expect([seen.key(), seen.valueText()]).toEqual([null, null]);
      expect(['ce_id', 'ce_idx', 'empty', 'null', 'absent', ''].map((name) => seen.header(name))).toEqual([
        'last',
        'other',
        '',
        undefined,
        undefined,
        undefined,
      ]);
    });
  });
});
