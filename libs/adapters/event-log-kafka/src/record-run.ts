import type { Offset } from '@twofold/core';

/** The records of one batch that are to be visited, not yet decoded. */
export type RecordRun = {
  readonly bytes: Buffer;
  /** The records stand in bytes[start, end). */
  readonly start: number;
  readonly end: number;
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly baseTimestampMs: number;
  /** The one append time of the whole batch; null: each record has its own, relative to the base. */
  readonly appendTimeMs: number | null;
  /** Records in the batch, including any outside the range that is read. */
  readonly count: number;
};
