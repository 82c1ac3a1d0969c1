import type { MigrationEvent } from '@twofold/core';

/**
 * The events of all migrations of the archive, in one order: the truth about them. They are few: some ten of a migration. Both methods
 * reject with `store-unavailable`.
 */
export interface MigrationJournal {
  /** All of them, oldest first. Rejects with `unknown-event-type` or `unknown-event-version` where a newer build wrote one. */
  events(): Promise<readonly MigrationEvent[]>;
  /**
   * Adds events if there are exactly `length`, in one transaction. false: there is another number of them; nothing is written. So what
   * was decided was decided knowing all that happened before.
   */
  append(length: number, events: readonly MigrationEvent[]): Promise<boolean>;
}
