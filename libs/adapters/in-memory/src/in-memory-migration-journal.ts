import { readMigrationEvent, type MigrationEvent } from '@twofold/core';
import type { MigrationJournal } from '@twofold/ports';

/** The meaning of a journal of migrations, in an array. */
export class InMemoryMigrationJournal implements MigrationJournal {
  private readonly journal: MigrationEvent[] = [];

  async events(): Promise<readonly MigrationEvent[]> {
    return this.journal.map(readMigrationEvent);
  }

  async append(length: number, events: readonly MigrationEvent[]): Promise<boolean> {
    if (length !== this.journal.length) return false;
    this.journal.push(...events);
    return true;
  }
}
