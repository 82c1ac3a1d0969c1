import type { Offset, OffsetVector, Partition, ViewPlan, ViewRow } from '@twofold/core';

/** How far a build is on one partition: the events of [from, done) are staged, those of [done, to) are not. */
export type StagedPartition = Partition & {
  readonly from: Offset;
  readonly done: Offset;
  readonly to: Offset;
  /** Time that computing took so far, milliseconds. */
  readonly busyMs: number;
};

/** The events of [from, to) of a partition. */
export type StagedStep = Partition & {
  readonly from: Offset;
  readonly to: Offset;
  /** Time that computing took, milliseconds: asked when the rows were taken. */
  readonly busyMs: () => number;
};

/**
 * Partial rows of a build under way, kept so that the build goes on where it was killed. Rows with the same dimensions and
 * window may be there many times, of different steps: `BatchViewStore.merge` combines them. `build` is an id that nobody else has.
 * Every method rejects with `store-unavailable`. Of partitions, those of one stream come together, in order.
 */
export interface BuildStage {
  /**
   * Makes the stage of a build, if there is none; resolves with how far it is. One that stands must be of the same range: else
   * `conflict`. Killed anywhere: it stands with all its partitions, or not at all.
   */
  open(plan: ViewPlan, build: string, from: OffsetVector, to: OffsetVector): Promise<readonly StagedPartition[]>;
  /**
   * Adds the rows of the events of [from, to) of a partition, and moves `done` on to `to`, in one transaction. false: `done` is not
   * at `from` (another builder was first), or there is no such stage (any more); nothing is added. Whoever stands still in
   * between holds up nobody else's step. Killed anywhere: all of it, or nothing.
   */
  add(plan: ViewPlan, build: string, step: StagedStep, rows: AsyncIterable<readonly ViewRow[]>): Promise<boolean>;
  /**
   * Of all that was staged for a build, the rows with these keys, those that exist; alike ones are combined. Of a build that has
   * no stage (any more) none. At most 10,000 keys a call.
   */
  readKeys(
    plan: ViewPlan,
    build: string,
    keys: readonly Pick<ViewRow, 'dimensions' | 'window'>[],
  ): Promise<readonly ViewRow[]>;
  /** null: there is no such stage. */
  progress(build: string): Promise<readonly StagedPartition[] | null>;
  /** Deletes the stage with its rows, if there is one, in one transaction. While a step is being added, `store-unavailable`: try again. */
  drop(build: string): Promise<void>;
  /** The builds that have a stage, the oldest first. */
  builds(): Promise<readonly string[]>;
}
