import { impossible, partitionsChanged, type ViewPlan } from '@twofold/core';
import type { Metadata } from '@twofold/metadata';

/**
 * Writes the view version and its streams' partition counts down, once; a stream has one count for its whole life,
 * whichever view comes to read it.
 *
 * @throws TwofoldError `partitions-changed`; nothing is written then
 */
export async function registerView(
  { prisma }: Metadata,
  { id, definition, streams }: ViewPlan,
  partitionCounts: Readonly<Record<string, number>>,
): Promise<void> {
  const uncounted = streams.find((stream) => partitionCounts[stream] === undefined);
  if (uncounted !== undefined) impossible(`no partition count of ${uncounted}, which ${id.name} reads`);
  await prisma.$transaction(async (transaction) => {
    const streams = Object.entries(partitionCounts).map(([name, partitions]) => ({ name, partitions }));
    // In order of name, so that two that register at once wait for each other rather than deadlock.
    streams.sort((a, b) => (a.name < b.name ? -1 : 1));
    await transaction.logStream.createMany({ data: streams, skipDuplicates: true });
    const standing = await transaction.logStream.findMany({ where: { name: { in: Object.keys(partitionCounts) } } });
    for (const { name, partitions } of standing) mustBeEqual(name, partitions, partitionCounts[name]);
    await transaction.viewVersion.createMany({
      data: { ...id, definition: JSON.parse(JSON.stringify(definition)), partitionCounts },
      skipDuplicates: true,
    });
  });
}

function mustBeEqual(stream: string, before: number, now: number | undefined): void {
  if (before !== now) throw partitionsChanged(stream, before, now ?? 0);
}
