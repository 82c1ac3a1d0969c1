import { Reader, crc32c } from '@platformatic/kafka';
import { TwofoldError, type Offset } from '@twofold/core';
import type { AbortedTransactions } from './aborted-transactions.js';
import { decompress } from './decompress.js';
import type { RecordRun } from './record-run.js';

export type RecordRuns = { readonly runs: readonly RecordRun[]; readonly nextOffset: Offset };

/** Where the fields of a record batch, magic 2, begin (Kafka's protocol guide, "Record Batch"). */
const LENGTH_AT = 8;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const BASE_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const PRODUCER_ID_AT = 43;
const COUNT_AT = 57;
const RECORDS_AT = 61;
/** Bytes before those that `length` counts. */
const FRAME_BYTES = 12;

/** Bits of `attributes`. */
const CODEC_BITS = 0b111;
const LOG_APPEND_TIME = 0b1000;
const TRANSACTIONAL = 0b1_0000;
const CONTROL = 0b10_0000;

/**
 * Takes fetched bytes apart into the batches whose records lie in [from, below). Control batches and aborted
 * transactions are left out but count for `nextOffset`, and so do gaps; a partial batch at the end is as if it were not
 * there. Rejects what it cannot vouch for (`internal`): a wrong checksum, an older format, an unknown codec.
 */
export function recordRunsIn(bytes: Buffer, from: Offset, below: Offset, aborted: AbortedTransactions): RecordRuns {
  const runs: RecordRun[] = [];
  let nextOffset = from;
  for (let at = 0; at + FRAME_BYTES <= bytes.length && nextOffset < below;) {
    const end = at + FRAME_BYTES + bytes.readInt32BE(at + LENGTH_AT);
    if (end > bytes.length) break;
    const baseOffset = int64(bytes, at);
    if (baseOffset >= below) return { runs, nextOffset: below };
    check(bytes, at, end, baseOffset);
    const lastOffset = baseOffset + bytes.readInt32BE(at + LAST_OFFSET_DELTA_AT);
    const attributes = bytes.readInt16BE(at + ATTRIBUTES_AT);
    const run = runAt(bytes, at, end, baseOffset, lastOffset, attributes);
    const wanted = aborted.admits({
      lastOffset,
      producerId: bytes.readBigInt64BE(at + PRODUCER_ID_AT),
      isTransactional: (attributes & TRANSACTIONAL) !== 0,
      control: (attributes & CONTROL) === 0 ? null : run,
    });
    if (wanted && run.count > 0 && lastOffset >= from) runs.push(run);
    nextOffset = Math.max(nextOffset, lastOffset + 1);
    at = end;
  }
  return { runs, nextOffset: Math.min(nextOffset, Math.max(below, from)) };
}

function check(bytes: Buffer, at: number, end: number, baseOffset: Offset): void {
  const magic = bytes[at + MAGIC_AT];
  if (magic !== 2) throw new TwofoldError('internal', `the batch at offset ${baseOffset} has format ${magic}, not 2`);
  // Given as a dynamic buffer, the bytes are not copied first, which makes it three times as fast.
  const checked = Reader.from(bytes.subarray(at + ATTRIBUTES_AT, Math.max(end, at + RECORDS_AT))).buffer;
  if (end - at < RECORDS_AT || crc32c(checked) !== bytes.readUInt32BE(at + CRC_AT)) {
    throw new TwofoldError('internal', `the batch at offset ${baseOffset} fails its CRC-32C: it was damaged`);
  }
}

function runAt(
  bytes: Buffer,
  at: number,
  end: number,
  baseOffset: Offset,
  lastOffset: Offset,
  attributes: number,
): RecordRun {
  const codec = attributes & CODEC_BITS;
  const records = codec === 0 ? null : decompress(codec, bytes.subarray(at + RECORDS_AT, end));
  return {
    bytes: records ?? bytes,
    start: records === null ? at + RECORDS_AT : 0,
    end: records === null ? end : records.length,
    baseOffset,
    lastOffset,
    baseTimestampMs: int64(bytes, at + BASE_TIMESTAMP_AT),
    appendTimeMs: (attributes & LOG_APPEND_TIME) === 0 ? null : int64(bytes, at + MAX_TIMESTAMP_AT),
    count: bytes.readInt32BE(at + COUNT_AT),
  };
}

/** A signed 64-bit number of which at most 53 bits are in use. */
const int64 = (bytes: Buffer, at: number): number => bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
