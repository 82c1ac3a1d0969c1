import type { ArchiveLayout, EventType, Offset, Partition } from '@twofold/core';

/**
 * `building`: it is made, and read by nobody. `current`: it is read, and appended to. `retired`: it was, and is kept for those who
 * read it still. `removing`: its files are being removed.
 */
export type EditionState = 'building' | 'current' | 'retired' | 'removing';

export type ArchiveEdition = {
  readonly number: number;
  readonly layout: ArchiveLayout;
  readonly state: EditionState;
  readonly ranges: number;
  readonly files: number;
  readonly records: number;
  /** null: the size of a file is not known. */
  readonly bytes: number | null;
};

/** How far an edition is on one partition. */
export type EditionProgress = Partition & {
  /** Every offset below this is in a range of it. */
  readonly rewrittenTo: Offset;
  /** Every offset below this was compared with the edition that was current then, and found equal. */
  readonly verifiedTo: Offset;
  /** How far the current edition is. */
  readonly archivedTo: Offset;
  /** What rewriting and comparing took. */
  readonly busyMs: number;
};

/** What came of one step. `records` is 0 where another was first; either way the edition is at `to`. */
export type EditionStep = { readonly to: Offset; readonly records: number };

/** Where two editions do not have the same. */
export type EditionDifference = {
  readonly from: Offset;
  readonly to: Offset;
  /** null: records that are set aside, or no event of a known type. */
  readonly eventType: string | null;
  /** A column; `verdict` also where there are not as many rows. */
  readonly column: string;
};

/**
 * The editions of the master dataset: each is all of it, in a layout of its own. One is current: {@link MasterDataset} reads and appends
 * to that. All methods reject with `store-unavailable`.
 */
export interface ArchiveEditions {
  /** Those of which something stands, by number. */
  list(): Promise<readonly ArchiveEdition[]>;

  /** Begins an edition, empty, beside the current one; one that was begun stays as it is. Rejects with `conflict` where it was removed, or another is being built. */
  begin(edition: number, layout: ArchiveLayout): Promise<void>;

  /** Of every partition that the current edition has. */
  progress(edition: number): Promise<readonly EditionProgress[]>;

  /**
   * Brings the next records over: those that apply from `from` on, where the edition must end, to as many as its layout wants in a
   * range, or to the end of the current edition, which must be further. The rows are those of the current edition, in the order in which
   * they count. Files first, then the range that names them, in one transaction, under the constraint of `append`. Killed before it: files
   * that nothing names, which the next rewrite of the partition removes. Where the edition ends elsewhere, another was first.
   * `types` are the catalog's versions, for a layout that upcasts. Rejects with `conflict` when `stop` is aborted first, or where the edition is not `building`.
   */
  rewrite(
    edition: number,
    partition: Partition,
    from: Offset,
    types: readonly EventType[],
    stop: AbortSignal,
  ): Promise<EditionStep>;

  /**
   * Reads the edition's range that begins at `from` back, and compares it with what the current edition has there: rows by verdict, and by column a
   * checksum that does not depend on their order, so also `applied_offset` and `place`, which say in what order they count. A difference
   * escapes with a probability of 2^-64 a column. Equal: `verifiedTo` goes on to its end, durably. Killed: it is compared again. Rejects as `rewrite` does.
   */
  verify(
    edition: number,
    partition: Partition,
    from: Offset,
    types: readonly EventType[],
    stop: AbortSignal,
  ): Promise<EditionStep | EditionDifference>;

  /**
   * Makes the edition the current one, in one transaction, if it is verified exactly as far as the current one reaches, on every partition; that one is
   * retired until `keptUntilMs`. Before that runs `last`, which brings over what is left: meanwhile nothing is appended (an `append` waits, or gives false).
   * It is stopped after some seconds; then, and where a record is missing, the answer is false and nothing has changed. true also
   * where it is current already. Killed: it is current or it is not. Who read the edition before goes on reading it until it is dropped.
   */
  switchTo(edition: number, keptUntilMs: number, last: (stop: AbortSignal) => Promise<void>): Promise<boolean>;

  /**
   * Removes an edition: nobody begins it any more, then its files go, then its ranges. Rejects with `conflict` where it is current.
   * Killed anywhere: it is `removing`, and the next call goes on; files that somebody slow still writes go with the next rewrite or append of their partition.
   */
  drop(edition: number): Promise<void>;

  close(): Promise<void>;
}
