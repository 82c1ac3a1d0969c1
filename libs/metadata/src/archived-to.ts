import type { Offset, Partition } from '@twofold/core';
import type { Metadata } from './open-metadata.js';

/** Where the archive of a partition ends: every offset below is in a live range of the current edition. 0: nothing is archived. */
export async function archivedTo({ prisma }: Metadata, { stream, partition }: Partition): Promise<Offset> {
  const where = { of: { state: 'current' }, stream, partition };
  const { _max } = await prisma.archiveRange.aggregate({ where, _max: { toOffset: true } });
  return Number(_max.toOffset ?? 0);
}
