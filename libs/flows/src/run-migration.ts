import {
  TwofoldError,
  isMigrationOver,
  migrationsOf,
  noteMigration,
  type Migration,
  type MigrationFinding,
  type VerifiedEdition,
} from '@twofold/core';
import type { ArchiveEditions, MigrationJournal } from '@twofold/ports';
import { bringOver, type BringOverPorts } from './bring-over.js';

export type RunMigrationPorts = Omit<BringOverPorts, 'recordsPerSecond' | 'editions'> & {
  readonly journal: MigrationJournal;
  readonly editions: ArchiveEditions;
  /** How long the edition before is kept for those who read it, milliseconds. */
  readonly keepMs: number;
  readonly tell: (step: string) => void;
};

/** How often a running step looks whether it is still wanted. */
const LOOK_EVERY_MS = 500;
/** From one try to switch to the next: archivers that waited get their turn. */
const SWITCH_PAUSE_MS = 1_000;

/**
 * Carries the migration of the archive on from wherever it is, until it is somebody else's turn: it is paused, verified, or ended, or
 * the edition before is still kept.
 *
 * Everything that it knows stands in the journal and in the editions. Killed anywhere, the next call finds what is done and goes on after
 * it. Two at once come to the same: each step, and each finding, is taken once.
 *
 * @throws TwofoldError `store-unavailable`: try again. What else goes wrong before the switch ends the migration as failed
 */
export async function runMigration(ports: RunMigrationPorts, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const events = await ports.journal.events();
    const migration = migrationsOf(events).find((some) => !isMigrationOver(some));
    if (migration === undefined) return;
    const finding = await nextFinding(ports, migration, stop);
    if (finding === null) return;
    const noted = noteMigration(migration, finding, ports.clock.now());
    if (noted.length > 0 && (await ports.journal.append(events.length, noted)))
      ports.tell(`migration ${migration.id}: ${noted.map(({ type }) => type).join(', ')}`);
  }
}

/** What is to be found out next, found out. null: nothing, for now. */
async function nextFinding(
  ports: RunMigrationPorts,
  migration: Migration,
  stop: AbortSignal,
): Promise<MigrationFinding | null> {
  try {
    switch (migration.phase) {
      case 'rewriting':
        return migration.isPaused ? null : await rewrite(ports, migration, stop);
      case 'switching':
        return await switchEditions(ports, migration, stop);
      case 'switched':
        if (ports.clock.now() < (migration.keptUntilMs ?? 0)) return null;
        await ports.editions.drop(migration.before);
        return { kind: 'removed' };
      case 'cancelled':
      case 'failed':
        await ports.editions.drop(migration.edition);
        return { kind: 'removed' };
      default:
        return null;
    }
  } catch (error) {
    if (stop.aborted) return null;
    if (!(error instanceof TwofoldError) || error.code === 'store-unavailable') throw error;
    return { kind: 'failed', code: error.code, message: error.message };
  }
}

/** Killed anywhere: see `bringOver`. null: it is to be paused, or was cancelled. */
async function rewrite(
  ports: RunMigrationPorts,
  migration: Migration,
  stop: AbortSignal,
): Promise<MigrationFinding | null> {
  const { editions } = ports;
  const watched = watch(ports, migration, stop);
  try {
    await editions.begin(migration.edition, migration.layout);
    const recordsPerSecond = (): number | null => watched.migration.recordsPerSecond;
    await bringOver({ ...ports, recordsPerSecond }, migration.edition, watched.signal);
    return { kind: 'verified', ...(await verifiedEdition(editions, migration.edition)) };
  } catch (error) {
    if (watched.signal.aborted) return null;
    throw error;
  } finally {
    await watched.end();
  }
}

/** Killed after the switch: the edition is found current. */
async function switchEditions(
  ports: RunMigrationPorts,
  { edition }: Migration,
  stop: AbortSignal,
): Promise<MigrationFinding | null> {
  const { editions, clock, keepMs } = ports;
  const unthrottled = { ...ports, recordsPerSecond: () => null };
  for (;;) {
    const keptUntilMs = clock.now() + keepMs;
    const standing = (await editions.list()).find(({ number }) => number === edition);
    if (standing?.state === 'current') return { kind: 'switched', keptUntilMs };
    // most of what is left, while archivers go on
    await bringOver(unthrottled, edition, stop);
    const last = (ending: AbortSignal): Promise<void> =>
      bringOver(unthrottled, edition, AbortSignal.any([stop, ending]));
    if (await editions.switchTo(edition, keptUntilMs, last)) return { kind: 'switched', keptUntilMs };
    await clock.wait(SWITCH_PAUSE_MS, stop);
    if (stop.aborted) return null;
  }
}

async function verifiedEdition(
  editions: Pick<ArchiveEditions, 'list' | 'progress'>,
  edition: number,
): Promise<VerifiedEdition> {
  const standing = (await editions.list()).find(({ number }) => number === edition);
  const progress = await editions.progress(edition);
  const { records = 0, files = 0, bytes = 0 } = standing ?? {};
  return { records, files, bytes: bytes ?? 0, busyMs: progress.reduce((sum, { busyMs }) => sum + busyMs, 0) };
}

/** Looks at the journal while an edition is made: its pace may change; aborted when it is to be paused, or was cancelled. */
function watch(
  { journal, clock }: RunMigrationPorts,
  migration: Migration,
  stop: AbortSignal,
): { readonly migration: Migration; readonly signal: AbortSignal; end(): Promise<void> } {
  const ending = new AbortController();
  const unwanted = new AbortController();
  const watched = { migration, signal: AbortSignal.any([stop, unwanted.signal]) };
  const looking = (async () => {
    while (!ending.signal.aborted && !watched.signal.aborted) {
      await clock.wait(LOOK_EVERY_MS, AbortSignal.any([ending.signal, watched.signal]));
      // a store that is away is met by who rewrites, too
      const events = await journal.events().catch(() => null);
      const now = migrationsOf(events ?? []).find(({ id }) => id === migration.id);
      if (now === undefined) continue;
      watched.migration = now;
      if (now.isPaused || now.phase !== 'rewriting') unwanted.abort();
    }
  })();
  const end = async (): Promise<void> => {
    ending.abort();
    await looking;
  };
  return Object.assign(watched, { end });
}
