import type { ViewId } from '@twofold/core';

/** `not-comparable`: nothing was found out, neither that the layers agree nor that they do not. */
export type AuditState = 'same' | 'drifted' | 'not-comparable';

/** One row that is not the same on both sides. */
export type DriftSample = {
  /** The row's dimensions and window, as answers show them. */
  readonly key: Readonly<Record<string, unknown>>;
  /** By measure that differs, the states of its parts as text, cut where it is long; null: the side has no such row. */
  readonly rolledForward: Readonly<Record<string, string>> | null;
  readonly recomputed: Readonly<Record<string, string>> | null;
};

/**
 * What became of comparing a generation, which a batch engine computed from all history, with the one before rolled
 * forward by the speed layer's epochs between their two cuts. Both are the same events, folded by different code.
 */
export type Audit = {
  readonly view: ViewId;
  /** The recomputed one. */
  readonly generation: number;
  readonly checkedAtMs: number;
  readonly state: AuditState;
  /** Why the two could not be compared; null where they were. */
  readonly reason: string | null;
  /** Rows looked at: those that either side has. */
  readonly comparedRows: number;
  /** Rows that are not the same on both sides. */
  readonly driftedRows: number;
  /** Of these, the rows that the recomputed generation has not. */
  readonly onlyRolledForward: number;
  /** Of these, the rows that the rolled forward one has not. */
  readonly onlyRecomputed: number;
  /** Of the rows that both sides have, how many differ in a measure; measures in which none does are not named. */
  readonly driftByMeasure: Readonly<Record<string, number>>;
  /** Some of the drifted rows. */
  readonly samples: readonly DriftSample[];
};

/** The audits that were made, a bounded history of each view version. */
export interface AuditLedger {
  /**
   * Adds an audit. Durable when it resolves. Of each view version the last {@link KEPT_AUDITS} are kept; killed in
   * between, there may be more until the next one is added.
   */
  add(audit: Audit): Promise<void>;
  /** Of one view version, the last added first, at most `limit`. */
  list(view: ViewId, limit: number): Promise<readonly Audit[]>;
  /** The last of each of these view versions, in their order; those that have none are left out. */
  latest(views: readonly ViewId[]): Promise<readonly Audit[]>;
  close(): Promise<void>;
}

/** Audits that are kept of a view version: a day of one each quarter of an hour. */
export const KEPT_AUDITS = 100;
