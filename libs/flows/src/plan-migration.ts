import { migrationsOf, type ArchiveLayout } from '@twofold/core';
import type { ArchiveEditions, MigrationJournal } from '@twofold/ports';

export type PlanMigrationPorts = {
  readonly editions: Pick<ArchiveEditions, 'list' | 'progress'>;
  readonly journal: Pick<MigrationJournal, 'events'>;
};

/** What a migration would do, found without writing anything. */
export type MigrationPlan = {
  readonly layout: ArchiveLayout;
  /** What stands now, and is rewritten. */
  readonly before: {
    readonly edition: number;
    readonly layout: ArchiveLayout;
    readonly ranges: number;
    readonly files: number;
    readonly records: number;
    /** null: the size of a file is not known. */
    readonly bytes: number | null;
  };
  /** As many as the records fill, besides one that is not full of each partition. */
  readonly ranges: number;
  /** By the measured speed of earlier migrations; null: none was measured. */
  readonly estimatedMs: number | null;
};

/** Earlier migrations whose speed counts: the newest are most like the next. */
const COUNTED_MIGRATIONS = 5;

/** What a migration to a layout would do: the dry run. */
export async function planMigration(
  { editions, journal }: PlanMigrationPorts,
  layout: ArchiveLayout,
): Promise<MigrationPlan> {
  const current = (await editions.list()).find(({ state }) => state === 'current');
  if (current === undefined) throw new Error('impossible: no edition is current');
  const { number: edition, ranges, files, records, bytes } = current;
  const partitions = await editions.progress(edition);
  const measured = migrationsOf(await journal.events())
    .flatMap(({ verified }) => verified ?? [])
    .slice(-COUNTED_MIGRATIONS);
  const sum = (of: (one: (typeof measured)[number]) => number): number =>
    measured.reduce((all, one) => all + of(one), 0);
  const rewritten = sum((one) => one.records);
  return {
    layout,
    before: { edition, layout: current.layout, ranges, files, records, bytes },
    ranges: Math.floor(records / layout.rangeRecords) + partitions.length,
    estimatedMs: rewritten === 0 ? null : Math.round((records * sum((one) => one.busyMs)) / rewritten),
  };
}
