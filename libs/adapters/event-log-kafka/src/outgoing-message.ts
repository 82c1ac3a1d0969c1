import type { IHeaders } from 'kafkajs';
import { sizeBytesOf } from '@twofold/core';
import type { OutgoingEvent, OutgoingRecord } from '@twofold/ports';

/** What kafkajs writes. `partition` null: that of the key, which then is one. */
export type OutgoingMessage = {
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers: IHeaders;
  readonly partition: number | null;
  /** Of key, value and headers. */
  readonly sizeBytes: number;
};

export function messageOfEvent({ key, value, headers }: OutgoingEvent): OutgoingMessage {
  let sizeBytes = Buffer.byteLength(key) + Buffer.byteLength(value);
  for (const name in headers) sizeBytes += Buffer.byteLength(name) + Buffer.byteLength(headers[name] ?? '');
  return { key, value, headers, partition: null, sizeBytes };
}

/** kafkajs knows no header without a value, and takes headers of one name together. */
export function messageOfRecord(record: OutgoingRecord, partition: number): OutgoingMessage {
  const { key, value, headers } = record;
  const byName = Map.groupBy(headers, ([name]) => name);
  const named = [...byName].map(([name, same]) => [name, same.map(([, text]) => text ?? NOTHING)] as const);
  return { key, value, headers: Object.fromEntries(named), partition, sizeBytes: sizeBytesOf(record) };
}

const NOTHING = Buffer.alloc(0);
