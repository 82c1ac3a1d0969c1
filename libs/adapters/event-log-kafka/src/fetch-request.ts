import { Writer, type Connection, type Reader } from '@platformatic/kafka';
import type { Offset } from '@twofold/core';
import type { AbortedTransaction } from './aborted-transactions.js';

/** Fetch, version 11: the newest that names topics and needs no flexible encoding; brokers from 2.3 to 4.x have it. */
const FETCH_KEY = 1;
const FETCH_VERSION = 11;
const READ_COMMITTED = 1;
/** A consumer, not a replica. */
const NO_REPLICA = -1;
/** Fetch without a session: each request names all that it wants. */
const NO_SESSION = 0;
const NO_SESSION_EPOCH = -1;
/** The reader does not check leader epochs: it follows the metadata, and committed records do not go back. */
const ANY_LEADER_EPOCH = -1;

export type FetchRequest = {
  readonly topic: string;
  readonly partition: number;
  readonly from: Offset;
  readonly maxBytes: number;
  readonly waitMs: number;
};

export type FetchResponse = {
  /** Kafka's error code; 0 is none. */
  readonly errorCode: number;
  readonly aborted: readonly AbortedTransaction[];
  /** Record batches as the broker has them on disk; the last may be cut off. */
  readonly records: Buffer;
};

/** One fetch of one partition over a connection to its leader. Rejects when the connection breaks. */
export const fetchOver = (connection: Connection, request: FetchRequest): Promise<FetchResponse> =>
  new Promise((resolve, reject) => {
    connection.send(
      FETCH_KEY,
      FETCH_VERSION,
      () => encode(request),
      (_id, _key, _version, reader) => decode(reader),
      false,
      false,
      (error, response) => (response === undefined || error !== null ? reject(error) : resolve(response)),
    );
  });

function encode({ topic, partition, from, maxBytes, waitMs }: FetchRequest): Writer {
  return Writer.create()
    .appendInt32(NO_REPLICA)
    .appendInt32(waitMs)
    .appendInt32(1) // minBytes: answer as soon as there is anything
    .appendInt32(maxBytes)
    .appendInt8(READ_COMMITTED)
    .appendInt32(NO_SESSION)
    .appendInt32(NO_SESSION_EPOCH)
    .appendInt32(1) // topics
    .appendString(topic, false)
    .appendInt32(1) // partitions
    .appendInt32(partition)
    .appendInt32(ANY_LEADER_EPOCH)
    .appendInt64(BigInt(from))
    .appendInt64(-1n) // log start offset: for replicas
    .appendInt32(maxBytes)
    .appendInt32(0) // forgotten topics
    .appendString('', false); // rack
}

function decode(reader: Reader): FetchResponse {
  reader.readInt32(); // throttle time: the broker delays by itself
  const requestError = reader.readInt16();
  reader.readInt32(); // session
  if (requestError !== 0 || reader.readInt32() !== 1) return { errorCode: requestError, aborted: [], records: NOTHING };
  reader.readString(false); // topic
  reader.readInt32(); // partitions: one
  reader.readInt32(); // its number
  const errorCode = reader.readInt16();
  reader.skip(3 * Float64Array.BYTES_PER_ELEMENT); // high watermark, last stable offset, log start offset
  const aborted: AbortedTransaction[] = [];
  for (let left = reader.readInt32(); left > 0; left--) {
    aborted.push({ producerId: reader.readInt64(), firstOffset: Number(reader.readInt64()) });
  }
  reader.readInt32(); // preferred read replica: the leader is read
  return { errorCode, aborted, records: reader.readNullableBytes(false) ?? NOTHING };
}

const NOTHING = Buffer.alloc(0);
