import type { Replay, ReplayEvent } from '@twofold/core';

/** A replay as its events have made it, and how many they are. */
export type JournaledReplay = { readonly replay: Replay; readonly length: number };

/**
 * The events of replays: the truth about them. Every method rejects with `store-unavailable`, and with `unknown-event-type`
 * or `unknown-event-version` where it comes to an event that only a newer build knows.
 */
export interface ReplayJournal {
  /** null: there is no such replay. */
  get(id: string): Promise<JournaledReplay | null>;
  /** Its events in order, at most `limit`, from the `after`th on (0: the first). */
  events(id: string, after: number, limit: number): Promise<readonly ReplayEvent[]>;
  /**
   * Adds events if the replay has exactly `length` of them (0: it is new), in one transaction: killed anywhere, all of them stand, or none. false: it has another number; nothing is written.
   * Rejects with `conflict` where two replays of a view version would come to be under way (`isUnderWay`); nothing is written.
   */
  append(id: string, length: number, events: readonly ReplayEvent[]): Promise<boolean>;
  /** By time of request, newest first (of one moment, the last added first), at most `limit`; of one view's name, if that is given. */
  list(limit: number, viewName: string | null): Promise<readonly Replay[]>;
  /** Those that have something left to be done (not `isFinal`), oldest first. */
  unfinished(): Promise<readonly Replay[]>;
  close(): Promise<void>;
}
