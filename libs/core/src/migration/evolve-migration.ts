import { impossible } from '../errors/twofold-error.js';
import { currentEditionOf, type Migration, type Migrations } from './migration.js';
import type { MigrationEvent } from './migration-event.js';

/** All migrations after one more event. Editions are numbered in the order in which they were asked for; a number is never used again. */
export function evolveMigrations(migrations: Migrations, event: MigrationEvent): Migrations {
  if (event.type === 'migration.requested') return [...migrations, requested(migrations, event)];
  if (!migrations.some(({ id }) => id === event.migration))
    return impossible(`${event.type} of ${event.migration}, which nobody asked for`);
  return migrations.map((migration) =>
    migration.id === event.migration ? { ...migration, ...changeOf(event), updatedAtMs: event.atMs } : migration,
  );
}

export const migrationsOf = (events: readonly MigrationEvent[]): Migrations =>
  events.reduce<Migrations>(evolveMigrations, []);

const requested = (
  migrations: Migrations,
  { migration, data, by, atMs }: MigrationEvent<'migration.requested'>,
): Migration => ({
  ...{ id: migration, edition: migrations.length + 2, before: currentEditionOf(migrations) },
  ...{ layout: data.layout, phase: 'rewriting', isPaused: false },
  ...{ recordsPerSecond: data.recordsPerSecond, switch: data.switch },
  ...{ verified: null, failure: null, keptUntilMs: null },
  ...{ requestedBy: by, requestedAtMs: atMs, updatedAtMs: atMs },
});

function changeOf(event: Exclude<MigrationEvent, MigrationEvent<'migration.requested'>>): Partial<Migration> {
  switch (event.type) {
    case 'migration.paused':
      return { isPaused: true };
    case 'migration.resumed':
      return { isPaused: false };
    case 'migration.throttled':
      return { recordsPerSecond: event.data.recordsPerSecond };
    case 'migration.verified':
      return { phase: 'verified', verified: event.data };
    case 'migration.switch-decided':
      return { phase: 'switching' };
    case 'migration.switched':
      return { phase: 'switched', keptUntilMs: event.data.keptUntilMs };
    case 'migration.cancelled':
      return { phase: 'cancelled', isPaused: false };
    case 'migration.failed':
      return { phase: 'failed', isPaused: false, failure: event.data };
    case 'migration.cleaned':
      return { phase: 'cleaned' };
    case 'migration.settled':
      return { phase: 'settled' };
  }
}
