import { TwofoldError, type ErrorCode } from '../errors/twofold-error.js';
import type { ArchiveLayout } from './archive-layout.js';
import type { VerifiedEdition } from './migration.js';

type Nothing = Readonly<Record<string, never>>;

/** What happened to a migration, by type. What people decide comes first, what was found or done after it. */
export type MigrationEventData = {
  'migration.requested': {
    readonly layout: ArchiveLayout;
    readonly recordsPerSecond: number | null;
    readonly switch: 'auto' | 'by-hand';
  };
  'migration.paused': Nothing;
  'migration.resumed': Nothing;
  'migration.throttled': { readonly recordsPerSecond: number | null };
  'migration.cancelled': Nothing;
  'migration.switch-decided': Nothing;

  'migration.verified': VerifiedEdition;
  'migration.switched': { readonly keptUntilMs: number };
  'migration.failed': { readonly code: ErrorCode; readonly message: string };
  'migration.cleaned': Nothing;
  'migration.settled': Nothing;
};

export type MigrationEventType = keyof MigrationEventData;

/** One event of a migration, as the journal keeps it. */
export type MigrationEvent<T extends MigrationEventType = MigrationEventType> = {
  [K in T]: {
    readonly migration: string;
    readonly type: K;
    readonly version: number;
    readonly atMs: number;
    /** Who decided, or `twofold`: an app found or did it. */
    readonly by: string;
    /** Why, in the words of who decided. */
    readonly note: string | null;
    readonly data: MigrationEventData[K];
  };
}[T];

/** The newest version of each type. To change what a type says, add a version and bring older ones up in {@link readMigrationEvent}. */
const VERSIONS: Readonly<Record<MigrationEventType, number>> = {
  'migration.requested': 1,
  'migration.paused': 1,
  'migration.resumed': 1,
  'migration.throttled': 1,
  'migration.cancelled': 1,
  'migration.switch-decided': 1,
  'migration.verified': 1,
  'migration.switched': 1,
  'migration.failed': 1,
  'migration.cleaned': 1,
  'migration.settled': 1,
};

export const migrationEvent = <T extends MigrationEventType>(
  migration: string,
  type: T,
  data: MigrationEventData[T],
  about: { readonly atMs: number; readonly by: string; readonly note: string | null },
): MigrationEvent =>
  ({
    ...{ migration, type, version: VERSIONS[type] },
    ...{ atMs: about.atMs, by: about.by, note: about.note },
    data,
  }) as MigrationEvent;

/**
 * An event as a journal kept it.
 * @throws TwofoldError `unknown-event-type`, `unknown-event-version`: a newer build wrote it
 */
export function readMigrationEvent(
  kept: Omit<MigrationEvent, 'type' | 'data'> & { readonly type: string; readonly data: unknown },
): MigrationEvent {
  if (!Object.hasOwn(VERSIONS, kept.type))
    throw new TwofoldError('unknown-event-type', `there is no event ${JSON.stringify(kept.type)} in this build`);
  const newest = VERSIONS[kept.type as MigrationEventType];
  if (kept.version !== newest)
    throw new TwofoldError(
      'unknown-event-version',
      `${kept.type} version ${kept.version} is not known here, only version ${newest}`,
    );
  return kept as MigrationEvent;
}
