import { readMigrationEvent, type MigrationEvent } from '@twofold/core';
import { isConstraintViolation, reachingStore, type Metadata } from '@twofold/metadata';
import type { MigrationJournal } from '@twofold/ports';

/** A row for each event; by their numbers appends exclude each other. The metadata is the caller's. */
export class PostgresMigrationJournal implements MigrationJournal {
  constructor(private readonly metadata: Metadata) {}

  events(): Promise<readonly MigrationEvent[]> {
    return reachingStore(async () => {
      const events = await this.metadata.prisma.migrationEvent.findMany({ orderBy: { sequence: 'asc' } });
      return events.map(({ sequence: _, at, ...event }) => readMigrationEvent({ ...event, atMs: at.getTime() }));
    });
  }

  append(length: number, events: readonly MigrationEvent[]): Promise<boolean> {
    return reachingStore(async () => {
      const { migrationEvent } = this.metadata.prisma;
      // events are only ever added, so with `length` of them the next numbers are free, or another takes them first
      if ((await migrationEvent.count()) !== length) return false;
      try {
        await migrationEvent.createMany({
          data: events.map(({ atMs, data, ...event }, index) => ({
            ...{ sequence: length + index + 1, at: new Date(atMs) },
            ...event,
            data: data as object,
          })),
        });
        return true;
      } catch (error) {
        if (isConstraintViolation(error)) return false;
        throw error;
      }
    });
  }
}
