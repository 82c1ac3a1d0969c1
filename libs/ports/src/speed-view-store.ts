import type { Offset, Partition, RowSelection, SetAside, ViewId, ViewRow } from '@twofold/core';

/** Whose rows: one view version on one partition. Each has a record of its own. */
export type SpeedRecordId = { readonly view: ViewId; readonly partition: Partition };

/** What a worker believes a record to be. The pair names the open epoch's content, for the fold is deterministic (rule 1). */
export type RecordPair = { readonly applied: Offset; readonly openStart: Offset };

/** The rows of offsets [start, end); the open epoch has end null and reaches to the record's `applied`. */
export type Epoch = SetAside & {
  readonly start: Offset;
  readonly end: Offset | null;
};

export type SpeedRecord = {
  /** Every offset below is folded in. */
  readonly applied: Offset;
  /** Append time of the newest record folded in, milliseconds; null before the first. */
  readonly appliedAtMs: number | null;
  /** Contiguous, oldest first; the last is open. */
  readonly epochs: readonly Epoch[];
};

/** What is set aside is that of the whole open epoch, absolute like the rows. */
export type SpeedCommit = SetAside & {
  readonly applied: Offset;
  readonly appliedAtMs: number | null;
  /** The changed rows of the open epoch, as absolute values. */
  readonly rows: readonly ViewRow[];
};

/** A step through rows of sealed epochs. */
export type SealedStep = {
  readonly record: SpeedRecord;
  readonly rows: readonly ViewRow[];
  /** Where the next step goes on; null: nothing follows. */
  readonly next: string | null;
};

/**
 * The real-time views (docs/architecture.md, the rules of the cut). Every write is one atomic step, conditional on the
 * record being as the writer knows it; so it does not matter how many writers there are, or how old their memory is.
 * Killed in a write: all of it stands, or none. The store may lose a record or put an older one back, but as a whole.
 *
 * Every method rejects with `store-unavailable` within a bound when the store is away, and works again by itself when it is
 * back. A write that rejects so may or may not have happened, or may still happen: the caller loads again (rule 1).
 */
export interface SpeedViewStore {
  /**
   * The record and the rows of its open epoch, at one moment; null where there is none. A large epoch may be read in steps:
   * rejects with `store-unavailable` where other writers leave no moment for them.
   */
  load(id: SpeedRecordId): Promise<{ readonly record: SpeedRecord; readonly openRows: readonly ViewRow[] } | null>;

  /** The pair that stands now; null where there is no record. For an idle worker to compare its memory with (rule 2). */
  probe(id: SpeedRecordId): Promise<RecordPair | null>;

  /** Writes the rows into the open epoch and moves `applied` on, if the record is at `expected`. false: it is not, nothing was written. */
  commit(id: SpeedRecordId, expected: RecordPair, change: SpeedCommit): Promise<boolean>;

  /** Ends the open epoch at `expected.applied` and opens an empty one there, if the record is at `expected`. */
  seal(id: SpeedRecordId, expected: RecordPair): Promise<boolean>;

  /**
   * Replaces the record by one open, empty epoch at `cut`, if it is at `expected` (null: if there is none). The old
   * rows are no longer visible from the same step on; their memory is freed by {@link sweep} (rule 5).
   */
  reset(id: SpeedRecordId, expected: RecordPair | null, cut: Offset): Promise<boolean>;

  /**
   * Takes every sealed epoch that ends at or below `cut` out of the record, atomically; resolves with how many (rule 7).
   * Their memory is freed by {@link sweep}.
   */
  dropSealed(id: SpeedRecordId, cut: Offset): Promise<number>;

  /** Takes the record away, whatever it is, if there is one. Its memory is freed by {@link sweep}, after which nothing of it is left. */
  remove(id: SpeedRecordId): Promise<void>;

  /** Frees what reset, dropSealed and remove left behind, in bounded steps. Idempotent; killed anywhere, the next call goes on. */
  sweep(id: SpeedRecordId): Promise<void>;

  /**
   * The record, and from each epoch with start ≥ `from` the selected rows, at one moment; null where there is no record.
   * Rows of several epochs with the same dimensions and window come one per epoch: the caller merges.
   * Rejects with `answer-too-large` when more than `maxRows` rows are selected.
   */
  read(
    id: SpeedRecordId,
    from: Offset,
    selection: RowSelection,
    maxRows: number,
  ): Promise<{ readonly record: SpeedRecord; readonly rows: readonly ViewRow[] } | null>;

  /**
   * A step through the rows of the sealed epochs that lie within [from, to), and the record as it is then. `after` is null
   * at first, then `next` of the step before. Sealed rows never change, so what several steps give is of one moment: each row
   * of an epoch once, rows of several epochs with the same dimensions and window one per epoch. A step is bounded, and holds
   * the store briefly. null: there is no record, or it no longer has the epoch that the step before ended in.
   */
  readSealed(id: SpeedRecordId, from: Offset, to: Offset, after: string | null): Promise<SealedStep | null>;

  /**
   * Of the sealed epochs that lie within [from, to), the rows with these keys, those that exist, and the record, at one moment;
   * null where there is no record. Rows of several epochs with the same key come one per epoch. At most 10,000 keys a call.
   */
  readSealedKeys(
    id: SpeedRecordId,
    from: Offset,
    to: Offset,
    keys: readonly Pick<ViewRow, 'dimensions' | 'window'>[],
  ): Promise<{ readonly record: SpeedRecord; readonly rows: readonly ViewRow[] } | null>;

  close(): Promise<void>;
}
