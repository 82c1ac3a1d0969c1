import { partitionName, startOf, type Offset, type OffsetVector, type ViewId } from '@twofold/core';
import type { Metadata } from '@twofold/metadata';

/** The vector of a cut, once the boundary of every partition stands; null before, and for a view never registered. */
export async function recordedVector(
  { prisma }: Metadata,
  { name, version }: ViewId,
  cut: number,
): Promise<OffsetVector | null> {
  const view = await prisma.viewVersion.findUnique({
    where: { name_version: { name, version } },
    select: {
      partitionCounts: true,
      boundaries: { where: { cut }, select: { stream: true, partition: true, offset: true } },
    },
  });
  if (view === null) return null;
  const start = startOf(view.partitionCounts as Record<string, number>);
  if (cut === 0) return start;
  const offsets = new Map(view.boundaries.map((at) => [partitionName(at), Number(at.offset)]));
  const vector: Record<string, readonly Offset[]> = {};
  for (const [stream, starts] of Object.entries(start)) {
    const found = starts
      .map((_, partition) => offsets.get(partitionName({ stream, partition })))
      .filter((at) => at !== undefined);
    if (found.length < starts.length) return null;
    vector[stream] = found;
  }
  return vector;
}
