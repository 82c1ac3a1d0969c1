import type { ArchiveLayout } from '@twofold/core';
import { reachingStore, type Metadata } from '@twofold/metadata';

/** Of a reader of the manifest at most, ms. It holds nothing up; it only keeps a connection. */
const SNAPSHOT_TIMEOUT_MS = 15_000;

/** The database within a transaction. */
export type Snapshot = Parameters<Parameters<Metadata['prisma']['$transaction']>[0]>[0];

export type CurrentEdition = { readonly edition: number; readonly layout: ArchiveLayout };

/**
 * Reads of the edition that is current, all at one moment: however slowly, a reader sees one edition, whole, and never
 * the rows of one that is being removed.
 */
export const inCurrentEdition = <T>(
  { prisma }: Metadata,
  read: (snapshot: Snapshot, current: CurrentEdition) => Promise<T>,
): Promise<T> =>
  reachingStore(() =>
    prisma.$transaction(
      async (snapshot) => {
        const { number, layout } = await snapshot.archiveEdition.findFirstOrThrow({ where: { state: 'current' } });
        return read(snapshot, { edition: number, layout: layout as ArchiveLayout });
      },
      { isolationLevel: 'RepeatableRead', timeout: SNAPSHOT_TIMEOUT_MS },
    ),
  );
