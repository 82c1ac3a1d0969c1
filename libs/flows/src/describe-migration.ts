import { migrationsOf, type Migration, type Offset, type Partition } from '@twofold/core';
import type { ArchiveEditions, MigrationJournal } from '@twofold/ports';
import { migrationNamed } from './command-migration.js';

export type DescribeMigrationPorts = {
  readonly journal: Pick<MigrationJournal, 'events'>;
  readonly editions: Pick<ArchiveEditions, 'list' | 'progress'>;
};

/** How far the making of an edition is. None, when it is current or gone. */
export type MigrationProgress = {
  readonly partitions: readonly (Partition & {
    /** Offsets below are rewritten, compared and found equal, and archived. */
    readonly rewrittenTo: Offset;
    readonly verifiedTo: Offset;
    readonly archivedTo: Offset;
  })[];
  /** How much of it is rewritten and compared, 0 to 1; null: it is not being made. */
  readonly share: number | null;
  /** By what it took so far; null: nobody can say. */
  readonly remainingMs: number | null;
};

const NO_PROGRESS: MigrationProgress = { partitions: [], share: null, remainingMs: null };

/** A migration, and how far it is. Rejects with `not-found`. */
export async function describeMigration(
  { journal, editions }: DescribeMigrationPorts,
  id: string,
): Promise<{ readonly migration: Migration; readonly progress: MigrationProgress }> {
  const migration = migrationNamed(migrationsOf(await journal.events()), id);
  const isMade = ['rewriting', 'verified', 'switching'].includes(migration.phase);
  if (!isMade) return { migration, progress: NO_PROGRESS };
  const progress = await editions.progress(migration.edition);
  const sum = (of: (one: (typeof progress)[number]) => number): number =>
    progress.reduce((all, one) => all + of(one), 0);
  // reading and writing takes about as long as reading twice
  const [all, done] = [sum((of) => 2 * of.archivedTo), sum((of) => of.rewrittenTo + of.verifiedTo)];
  const isMeasured = migration.phase === 'rewriting' && !migration.isPaused && done > 0;
  return {
    migration,
    progress: {
      partitions: progress.map(({ busyMs: _, ...partition }) => partition),
      share: all === 0 ? 1 : done / all,
      remainingMs: isMeasured ? Math.round((sum(({ busyMs }) => busyMs) * (all - done)) / done) : null,
    },
  };
}
