import type { Offset, OffsetVector, Partition, ViewPlan, ViewRow, WindowSpan } from '@twofold/core';

/**
 * Which events: those that apply at offsets in [from, to) of each partition of `to` (one that was held, where it was released),
 * and, where `windows` says so, only those of these windows. A partition that `from` does not name begins at 0.
 */
export type EventRange = {
  readonly from: OffsetVector;
  readonly to: OffsetVector;
  readonly windows: WindowSpan | null;
};

/** What of a computation is of one partition. Plain data: it can be sent to another thread. */
export type PartitionWork = {
  readonly plan: ViewPlan;
  readonly partition: Partition;
  readonly from: Offset;
  readonly to: Offset;
  readonly windows: WindowSpan | null;
};

/** Rows of a plan as they are where a range begins, those that there are, by their keys. */
export type RowsBefore = (keys: readonly Pick<ViewRow, 'dimensions' | 'window'>[]) => Promise<readonly ViewRow[]>;

/** The name of the engine that folds history by the fold of the tail: it alone computes projections. */
export const FOLD = 'fold';

/** What computes a generation, whole or in steps. */
export interface BatchEngine {
  readonly name: string;
  /** Whether each (dimensions, window) of a computation comes once. Else it may come often, to be combined by whoever stores the rows. */
  readonly givesEachRowOnce: boolean;
  /**
   * The view's rows for exactly the events of the range, in chunks, in no order. Same rows as the fold, from any engine, once
   * those alike are combined; and those of a range's steps, combined, are those of the range. Rejects with `overflow`, which names the
   * event, where arithmetic of the view leaves 64 bits of an event of the range; with `conflict` when `stop` is aborted before
   * the last chunk. Bounded memory: the engine spills or gives rows early, the chunks stream. Nothing is written: killed, or left
   * by its reader, nothing of it is left.
   *
   * Of a projection each state is made of the one before: so a range that begins beyond the start of the log is of one partition,
   * `before` gives the rows of all events below it, and those of the range come with these events in them. Rejects with
   * `projection-failed`, which names the event; with `invalid-configuration` where the engine is not {@link FOLD}.
   */
  compute(plan: ViewPlan, range: EventRange, stop: AbortSignal, before?: RowsBefore): AsyncIterable<readonly ViewRow[]>;
  close(): Promise<void>;
}
