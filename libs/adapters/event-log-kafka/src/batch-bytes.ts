import { crc32c } from '@platformatic/kafka';

/** A record as it is put into a batch by hand. */
export type WrittenRecord = {
  readonly offsetDelta: number;
  readonly timestampDelta?: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: readonly (readonly [name: string, value: Buffer | null])[];
};

export type WrittenBatch = {
  readonly baseOffset: number;
  readonly records: readonly WrittenRecord[];
  /** Default: that of the last record. Compaction leaves it as it was. */
  readonly lastOffsetDelta?: number;
  readonly attributes?: number;
  readonly baseTimestampMs?: number;
  readonly maxTimestampMs?: number;
  readonly producerId?: bigint;
  /** Compresses the records section. */
  readonly compress?: (records: Buffer) => Buffer;
};

/** A record batch, magic 2, written field by field from Kafka's protocol guide: what the decoder is tried with. */
export function batchBytes(batch: WrittenBatch): Buffer {
  const { records, compress = (bytes) => bytes, attributes = 0, baseTimestampMs = 0 } = batch;
  const body = compress(Buffer.concat(records.map(recordBytes)));
  const bytes = Buffer.alloc(61 + body.length);
  bytes.writeBigInt64BE(BigInt(batch.baseOffset), 0);
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes.writeInt8(2, 16);
  bytes.writeInt16BE(attributes, 21);
  bytes.writeInt32BE(batch.lastOffsetDelta ?? records.at(-1)?.offsetDelta ?? 0, 23);
  bytes.writeBigInt64BE(BigInt(baseTimestampMs), 27);
  bytes.writeBigInt64BE(BigInt(batch.maxTimestampMs ?? baseTimestampMs), 35);
  bytes.writeBigInt64BE(batch.producerId ?? -1n, 43);
  bytes.writeInt32BE(records.length, 57);
  body.copy(bytes, 61);
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17);
  return bytes;
}

function recordBytes({ offsetDelta, timestampDelta = 0, key, value, headers = [] }: WrittenRecord): Buffer {
  const body = Buffer.concat([
    Buffer.from([0]),
    varint(timestampDelta),
    varint(offsetDelta),
    field(key),
    field(value),
    varint(headers.length),
    ...headers.flatMap(([name, bytes]) => [field(Buffer.from(name)), field(bytes)]),
  ]);
  return Buffer.concat([varint(body.length), body]);
}

const field = (bytes: Buffer | null): Buffer =>
  bytes === null ? varint(-1) : Buffer.concat([varint(bytes.length), bytes]);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = (BigInt(value) << 1n) ^ (BigInt(value) >> 63n);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}
