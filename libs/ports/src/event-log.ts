import type { LogRecord, Offset, Partition, RawRecord } from '@twofold/core';

/** An event about to be appended. Attribute and header names are as in CloudEvents' Kafka binding, binary mode. */
export type OutgoingEvent = {
  /** Ordering key; decides the partition, the same way for every writer and for the life of the stream. */
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The data as JSON text. */
  readonly value: string;
};

/** A record with every byte given. */
export type OutgoingRecord = Pick<RawRecord, 'key' | 'value' | 'headers'>;

export type Appended = { readonly partition: number; readonly offset: Offset };

export interface EventLogWriter {
  /**
   * Appends events to one stream and resolves when every replica that must have them has them (acks=all),
   * with each event's place in the order given. Events of one key keep their order, across calls that are made one
   * after the other. A retry inside never duplicates or reorders.
   *
   * Rejects with `log-unavailable` when the log did not confirm in time; then each event is on the log at most once,
   * and the caller does not know which are. Rejects with `body-too-large` (pointer to the event) or `overloaded` (too
   * much waits to be written already) before anything of the call is written.
   */
  append(stream: string, events: readonly OutgoingEvent[]): Promise<readonly Appended[]>;
  /**
   * Appends records to the partition given, whatever their keys, and resolves with their offsets, in the order given. Otherwise
   * as {@link append}. A header without a value may come to stand with an empty one, and headers of one name next to each other.
   */
  appendTo(partition: Partition, records: readonly OutgoingRecord[]): Promise<readonly Offset[]>;
  close(): Promise<void>;
}

/** Consecutive records of one partition. */
export interface EventBatch {
  readonly partition: Partition;
  /** The first offset that this batch does not cover: what to read from next. At least the `from` asked for. */
  readonly nextOffset: Offset;
  /** Number of records that `forEach` visits. May be 0 while nextOffset moved (compacted or control records). */
  readonly recordCount: number;
  /** Append time of the last record visited, milliseconds; null where there is none. */
  readonly lastAppendedAtMs: number | null;
  /** Visits the records in offset order. The record is one cursor, moved: valid only inside `visit`. */
  forEach(visit: (record: LogRecord) => void): void;
}

export type ReadOptions = {
  readonly from: Offset;
  /** No record at or beyond this offset is in the batch, and nextOffset is at most this. Default: none. */
  readonly below?: Offset;
  /** About how much to fetch at most; what was appended together may come together, so at least one record comes. Default 1 MiB. */
  readonly maxBytes?: number;
  /** How long to wait for a first record. Then an empty batch comes. Default 500. */
  readonly waitMs?: number;
  /** Aborts the wait; the read then resolves with an empty batch. */
  readonly signal?: AbortSignal;
};

export interface EventLogReader {
  /**
   * Reads what stands from an offset on. Every record at an offset in [from, nextOffset) that a transaction has not
   * aborted is in the batch, once. Rejects with `offset-out-of-range` when `from` lies below the log's start or beyond
   * its end, with `log-unavailable` when the log cannot be reached within the adapter's bound (it reconnects and
   * follows a moved leader by itself within that bound).
   * Reads of different partitions may be under way at once; of one partition, one at a time.
   */
  read(partition: Partition, options: ReadOptions): Promise<EventBatch>;
  /** The offsets the log's partitions start at (older ones were removed by retention) and end at (next to be written). */
  bounds(stream: string): Promise<{ readonly start: readonly Offset[]; readonly end: readonly Offset[] }>;
  close(): Promise<void>;
}

export interface EventLogAdmin {
  /**
   * Creates the stream with this many partitions, if it is not there; resolves with the number it has.
   * Never changes a stream that stands. Safe to call from several processes at once.
   */
  ensureStream(stream: string, partitions: number): Promise<number>;
  /** The number of partitions a stream has; null where there is no such stream. */
  partitionCount(stream: string): Promise<number | null>;
  close(): Promise<void>;
}

/** A partition that this process holds until `released` is aborted: then stop work on it soon. */
export type Assignment = { readonly partition: Partition; readonly released: AbortSignal };

export interface PartitionAssigner {
  /**
   * Shares the partitions of the streams among all processes that follow under the same group name. `onAssigned` is
   * called for each partition that this process comes to hold, `released` is aborted when it no longer does. At times
   * two processes may believe they hold one partition: correctness must not rest on this, only efficiency.
   * Runs, and rejoins after failures, until `signal` is aborted; then leaves the group and resolves.
   */
  follow(
    group: string,
    streams: readonly string[],
    onAssigned: (assignment: Assignment) => void,
    signal: AbortSignal,
  ): Promise<void>;
}
