import type { OffsetVector, Partition } from '@twofold/core';
import type { MasterDataset } from '@twofold/ports';

/** How far the archive reaches, on the partitions of a cut. */
export async function archivedTo(
  masterDataset: Pick<MasterDataset, 'archivedTo'>,
  cut: OffsetVector,
): Promise<OffsetVector> {
  const streams = Object.entries(cut).map(async ([stream, offsets]) => {
    const partitions = offsets.map((_, partition): Partition => ({ stream, partition }));
    return [stream, await Promise.all(partitions.map((partition) => masterDataset.archivedTo(partition)))] as const;
  });
  return Object.fromEntries(await Promise.all(streams));
}
