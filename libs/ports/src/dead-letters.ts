import type {
  DeadCode,
  Offset,
  Partition,
  PartitionState,
  RawRecord,
  Resolution,
  ResolutionKind,
  WaitingRecord,
} from '@twofold/core';
import type { OutgoingRecord } from './event-log.js';

/** A record of a range that waits from its offset on: what verdicts need to know of it, and what a person does. */
export type OpenedRecord = Pick<WaitingRecord, 'offset' | 'place' | 'key'> & {
  /** null: it is held. */
  readonly dead: { readonly code: DeadCode; readonly reason: string } | null;
  /** What its `ce_type` says; '' where it has none. */
  readonly eventType: string;
  readonly record: RawRecord;
};

/** The record at `offset` waits no longer, from the record at `at` on: that resolves it, or (`release`) one that it stood behind. */
export type ClosedRecord = {
  readonly offset: Offset;
  readonly at: Offset;
  readonly by: ResolutionKind | 'release';
};

/** What a range of offsets changes of what waits. What is closed may have been opened by the same range. */
export type WaitingChanges = { readonly opened: readonly OpenedRecord[]; readonly closed: readonly ClosedRecord[] };

export const NO_CHANGES: WaitingChanges = { opened: [], closed: [] };

/** A dead record, as far as the archive has seen the log. */
export type DeadLetter = Partition & {
  readonly offset: Offset;
  readonly code: DeadCode;
  readonly reason: string;
  readonly eventType: string;
  readonly key: string | null;
  readonly appendedAtMs: number;
  /** null: it is open. */
  readonly closed: { readonly at: Offset; readonly by: ResolutionKind } | null;
};

/** Which dead letters; null: any. */
export type DeadLetterFilter = {
  readonly stream: string | null;
  readonly code: DeadCode | null;
  readonly reason: string | null;
  readonly state: 'open' | 'resolved' | null;
};

/** Open dead letters that failed alike. */
export type DeadLetterGroup = {
  readonly stream: string;
  readonly code: DeadCode;
  readonly reason: string;
  readonly count: number;
  readonly oldestAppendedAtMs: number;
  readonly newestAppendedAtMs: number;
  /** The lowest of them. */
  readonly example: { readonly partition: number; readonly offset: Offset };
};

/** What somebody did about a dead letter, and why. */
export type DeadLetterAction = Partition & {
  readonly id: string;
  readonly resolution: Resolution;
  readonly by: string;
  readonly note: string | null;
  /** The event put in its place, as JSON text; null: the record as it was, or none. */
  readonly corrected: string | null;
  readonly requestedAtMs: number;
  /** Where its resolution stands; null: nobody knows whether it does. The first one on the log counts. */
  readonly appendedAt: Offset | null;
};

/**
 * What of each partition waits, as the archive has found it: {@link MasterDataset.append} writes it, together with the range
 * that it is found in. So it is a function of the log below `archivedTo`, and of any offset below that it tells what waited there.
 * Besides, what people did about it. Every method rejects with `store-unavailable`.
 */
export interface DeadLetters {
  /**
   * What verdicts need to know as of an offset: `atMost`, or where the archive ends, if that is lower. `redrives` and
   * `overflowed` are those of the `withinRecords` offsets before it.
   */
  lastState(partition: Partition, atMost: Offset, withinRecords: number): Promise<PartitionState>;

  /** In order of stream, partition and offset, those after a place, at most `limit`. */
  list(
    filter: DeadLetterFilter,
    after: (Partition & { readonly offset: Offset }) | null,
    limit: number,
  ): Promise<readonly DeadLetter[]>;

  /** The open ones by stream, code and reason, those with the most first, at most `limit`. */
  groups(stream: string | null, limit: number): Promise<readonly DeadLetterGroup[]>;

  /** null: there is none, or the archive has not come to it yet. */
  get(
    partition: Partition,
    offset: Offset,
  ): Promise<{ readonly letter: DeadLetter; readonly record: RawRecord } | null>;

  /** Dead letters of a partition that were not told of yet ({@link noteTold}), lowest first, at most `limit`. */
  untold(
    partition: Partition,
    limit: number,
  ): Promise<readonly { readonly letter: DeadLetter; readonly record: RawRecord }[]>;

  /** From now on not {@link untold}. Idempotent. */
  noteTold(partition: Partition, offsets: readonly Offset[]): Promise<void>;

  /** Writes down what is about to be done. Durable when it resolves. Rejects with `conflict` where the id is taken. */
  addAction(action: DeadLetterAction): Promise<void>;

  /** Where the action's resolution stands. Idempotent. */
  completeAction(id: string, appendedAt: Offset): Promise<void>;

  /** In the order in which they were added, at most `limit`. */
  actionsOf(partition: Partition, offset: Offset, limit: number): Promise<readonly DeadLetterAction[]>;
}

/** Tells whoever listens of dead records: the topic `<namespace>.dead.<stream>`, with as many partitions as the stream. */
export interface DeadLetterTopic {
  /**
   * Appends the records, in order, to the partition of the same number. Resolves when every replica that must have them has
   * them. Rejects with `log-unavailable`: then each may or may not be there. One that is too large for the log goes without its key and
   * value, and of its headers with those alone that begin with `twofold-`: `twofold-omitted-bytes` says so.
   */
  tell(partition: Partition, records: readonly OutgoingRecord[]): Promise<void>;
}
