import {
  TwofoldError,
  decideMigration,
  decideMigrationRequest,
  evolveMigrations,
  migrationsOf,
  type Migration,
  type MigrationCommand,
  type MigrationEvent,
  type MigrationEventData,
  type Migrations,
} from '@twofold/core';
import type { Clock, MigrationJournal } from '@twofold/ports';

export type CommandMigrationPorts = {
  readonly journal: MigrationJournal;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
};

type Who = { readonly by: string; readonly note: string | null };

/** Times that a decision meets a journal that changes under its hands: a migration writes a handful of events in all. */
const MAX_TRIES = 10;
/** Events of one migration up to which it is paused, resumed and throttled: whoever does more means another setting. It can always be cancelled. */
const MAX_STEERED_EVENTS = 1_000;

/**
 * Asks for a migration. It is durable when this resolves, and a builder takes it up. Killed before the append: nothing was asked for.
 * Killed after it: nobody is told, and the builders find it in the journal. Rejects with `conflict` where another is not over.
 */
export function requestMigration(
  ports: CommandMigrationPorts,
  asked: MigrationEventData['migration.requested'],
  who: Who,
): Promise<Migration> {
  const id = ports.newId();
  return decided(ports, id, (migrations) => [
    decideMigrationRequest(migrations, id, asked, { ...who, atMs: ports.clock.now() }),
  ]);
}

/**
 * What somebody decides about a migration. It is durable when this resolves; who runs it finds it in the journal. A command that was
 * done already changes nothing, so it may be repeated: where it was killed, nobody knows before.
 *
 * Rejects with `not-found`; `conflict` where the migration is not in a phase for it; `overloaded` where it was paused, resumed and
 * throttled too often; `store-unavailable`.
 */
export function commandMigration(
  ports: CommandMigrationPorts,
  id: string,
  command: MigrationCommand,
  who: Who,
): Promise<Migration> {
  return decided(ports, id, (migrations, events) => {
    const commanded = decideMigration(migrationNamed(migrations, id), command, { ...who, atMs: ports.clock.now() });
    const length = events.filter(({ migration }) => migration === id).length;
    if (commanded.length > 0 && command.kind !== 'cancel' && command.kind !== 'switch' && length >= MAX_STEERED_EVENTS)
      throw new TwofoldError('overloaded', `migration ${id} has ${length} events: cancel it, and begin another`);
    return commanded;
  });
}

/** @throws TwofoldError `not-found` */
export function migrationNamed(migrations: Migrations, id: string): Migration {
  const found = migrations.find((migration) => migration.id === id);
  if (found === undefined) throw new TwofoldError('not-found', `there is no migration ${JSON.stringify(id)}`);
  return found;
}

async function decided(
  { journal }: CommandMigrationPorts,
  id: string,
  decide: (migrations: Migrations, events: readonly MigrationEvent[]) => readonly MigrationEvent[],
): Promise<Migration> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const events = await journal.events();
    const migrations = migrationsOf(events);
    const more = decide(migrations, events);
    if (more.length === 0 || (await journal.append(events.length, more)))
      return migrationNamed(more.reduce(evolveMigrations, migrations), id);
  }
  throw new TwofoldError('conflict', `migration ${id} changed ${MAX_TRIES} times meanwhile; ask again`);
}
