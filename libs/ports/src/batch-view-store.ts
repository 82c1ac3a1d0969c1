import type {
  Having,
  OffsetVector,
  RollUp,
  RowOrder,
  RowPlace,
  RowSelection,
  SetAside,
  StreamDefinition,
  ViewId,
  ViewPlan,
  ViewRow,
  WindowSpan,
} from '@twofold/core';

/** A generation that is (or was) published: all events below `cut`, and what is set aside there. Generation 0 is empty, at the start of the log. */
export type Generation = SetAside & {
  readonly view: ViewId;
  /** The number of its cut. */
  readonly number: number;
  readonly cut: OffsetVector;
  readonly rowCount: number;
  /** Append time of the newest record below the cut, milliseconds; null where there is none. */
  readonly appliedAtMs: number | null;
  readonly publishedAtMs: number | null;
  /** As {@link BuildSummary} says; null for generation 0, which nobody made. */
  readonly madeBy: string | null;
};

/** {@link BuildSummary.madeBy} of a generation that is the one before and the epochs between their cuts. */
export const ROLL_FORWARD = 'roll-forward';
/** … of one that is the one before with some windows computed anew. */
export const REPAIR = 'repair';

/** What the builder knows when the rows are loaded. */
export type BuildSummary = SetAside & {
  readonly appliedAtMs: number | null;
  /** How the rows came to be: the name of the batch engine that computed them from history, {@link ROLL_FORWARD} or {@link REPAIR}. */
  readonly madeBy: string;
};

/** Rows that stand in the store already. */
export type CombinedRows = {
  /** The number of a generation of the same view; null: none. */
  readonly generation: number | null;
  /** Windows whose rows of the generation are left out; null: none are. */
  readonly except: WindowSpan | null;
  /** Builds whose staged rows are taken: all of their steps are done. */
  readonly builds: readonly string[];
};

/** Which rows of a generation are read, and in which order. */
export type RowsRead = {
  readonly selection: RowSelection;
  /** Conditions on measures, all of which a row meets. */
  readonly having: readonly Having[];
  readonly order: RowOrder;
  /** Rows at most. */
  readonly limit: number;
  /** Only rows after this place in the order; null: from the first. */
  readonly after: RowPlace | null;
};

/**
 * The batch views: per generation a table of its own, written once by bulk load, then only read, then dropped.
 */
export interface BatchViewStore {
  /**
   * Makes a view version and the partition counts of its streams known. Where no version of its name serves, it serves from
   * then on, from the start of the log; else it is a candidate (see `ViewVersions`). Idempotent, by any number of processes at
   * once. Rejects with `partitions-changed`; nothing is written then.
   */
  register(plan: ViewPlan, partitionCounts: Readonly<Record<string, number>>): Promise<void>;

  /**
   * Writes down what a stream that a view reads is declared with, the first time; from then on it is fixed. Rejects with
   * `stream-changed` where something else stands there.
   */
  fixStream(stream: StreamDefinition): Promise<void>;

  /**
   * The published generation: the pointer. Where none was published generation 0, without rows: at the start of the log, or at
   * the founding cut of a version that has one. null: the version is a candidate, is being removed, or was never registered.
   */
  published(view: ViewId): Promise<Generation | null>;

  /** The last generations that were loaded, newest first, at most `limit`: those not yet published and those dropped too, not generation 0. */
  history(view: ViewId, limit: number): Promise<readonly Generation[]>;

  /**
   * Loads a generation's rows into a fresh table and registers it complete (rule 6). Whatever an earlier, killed
   * attempt at the same number left is removed first. If the number is registered already, nothing is read from
   * `rows` and the registered generation is the result. Killed anywhere: not registered; the next attempt cleans up.
   * `cut` must be the recorded vector of cut `number` when the rows are loaded, too: else `conflict`, and nothing is registered.
   * Rejects with `internal` where a row comes twice.
   */
  load(
    plan: ViewPlan,
    number: number,
    cut: OffsetVector,
    rows: AsyncIterable<readonly ViewRow[]>,
    summary: BuildSummary,
  ): Promise<Generation>;

  /**
   * Rows that stand in the store already, by window, then by dimensions, to be loaded or compared: those of a generation, and those
   * staged by builds. Those with the same dimensions and window are combined. A bounded chunk in memory at a time. Rejects with
   * `conflict` where that generation was dropped, or a build has no stage or is not done; with `overflow` where what is combined leaves its type.
   */
  combined(plan: ViewPlan, from: CombinedRows): AsyncIterable<readonly ViewRow[]>;

  /** Moves the pointer from generation number−1 to number, if it stands there and number is registered. false: it did not. */
  publish(view: ViewId, number: number): Promise<boolean>;

  /**
   * Drops the tables of generations below published−1 that were superseded at least `graceMs` ago, but for those whose numbers
   * are in `keep`. Resolves with how many; 0 as well where readers do not leave one of them soon.
   */
  dropSuperseded(view: ViewId, graceMs: number, keep: readonly number[]): Promise<number>;

  /**
   * Rows of a generation: the selected ones that meet the conditions, in the order, at most `limit`. null: the generation
   * was dropped, so start again at the pointer. The order is total, as `compareRowPlaces` has it.
   * Rejects with `answer-too-large` where the rows are more than a process should hold.
   */
  read(plan: ViewPlan, generation: number, read: RowsRead): Promise<readonly ViewRow[] | null>;

  /**
   * All rows of a generation by window, then by dimensions, as `compareRowPlaces` has it: in one pass, a bounded chunk in memory
   * at a time, however many they are and whatever is dropped meanwhile. Whoever stops in between says so (`return`), for
   * a connection is held. Rejects with `conflict` where the generation was dropped before.
   */
  scan(plan: ViewPlan, generation: number): AsyncIterable<readonly ViewRow[]>;

  /**
   * The selected rows rolled up, as `rollUpRows` does, in no order. null: dropped.
   * Rejects with `answer-too-large` where they are more than `maxRows`, or more than a process should hold.
   */
  rollUp(
    plan: ViewPlan,
    generation: number,
    selection: RowSelection,
    rollUp: RollUp,
    maxRows: number,
  ): Promise<readonly ViewRow[] | null>;

  /** Exactly these rows (by dimensions and window), those that exist, in no order. null: dropped. At most 10,000 keys a call. */
  readKeys(
    plan: ViewPlan,
    generation: number,
    keys: readonly Pick<ViewRow, 'dimensions' | 'window'>[],
  ): Promise<readonly ViewRow[] | null>;

  close(): Promise<void>;
}
