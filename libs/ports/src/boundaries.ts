import type { Offset, OffsetVector, Partition, ViewId } from '@twofold/core';

/** A recorded boundary: cut number `cut` of a view lies at `offset` on this partition. Never changes. */
export type Boundary = { readonly cut: number; readonly offset: Offset };

/**
 * The cuts of each view version, numbered from 1; cut 0 is the start of the log and needs no record.
 * Per cut and partition one boundary; all of them make the cut's offset vector. Everything is durable when a call resolves.
 */
export interface Boundaries {
  /**
   * Asks for the next cut, if the newest one is published; resolves with the number of the cut that is asked for and
   * not yet published, be it new or not. So there is at most one such cut, and asking again changes nothing.
   * Rejects with `unknown-view` for a version that was never registered, is a candidate, or is being removed: then nothing is
   * written, at whichever moment it came to be so.
   */
  requestCut(view: ViewId): Promise<number>;

  /** The cut that is asked for and not published; null where there is none, and for a version that is not known. */
  requestedCut(view: ViewId): Promise<number | null>;

  /**
   * Records `offset` as the boundary of cut `cut`, if none stands and cut−1's boundary of this partition stands at or
   * below it (rule 3); resolves with the boundary that stands afterwards, null where there is none. First writer wins.
   * Rejects with `unknown-view` as {@link requestCut} does: a zombie writes nothing for a version that was removed.
   */
  propose(view: ViewId, cut: number, partition: Partition, offset: Offset): Promise<Offset | null>;

  /**
   * The boundaries of one partition beyond the offset `above` (−1: all), by cut. They grow with the cut and none is
   * recorded before the one it follows, so there is no gap among them.
   */
  ofPartition(view: ViewId, partition: Partition, above: Offset): Promise<readonly Boundary[]>;

  /** The cut as a vector, when the boundary of every partition stands; else null. Cut 0 is always there, once the view is registered. */
  vectorOf(view: ViewId, cut: number): Promise<OffsetVector | null>;
}
