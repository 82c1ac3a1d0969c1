import { TwofoldError, impossible, partitionsChanged, type StreamDefinition, type ViewPlan } from '@twofold/core';
import type { Metadata } from '@twofold/metadata';

/**
 * Writes the view version and its streams' partition counts down, once; a stream has one count for its whole life,
 * whichever view comes to read it. One transaction.
 *
 * @throws TwofoldError `partitions-changed`; nothing is written then
 */
export async function registerView(
  { prisma }: Metadata,
  { id, definition, sources, streams }: ViewPlan,
  partitionCounts: Readonly<Record<string, number>>,
): Promise<void> {
  const uncounted = streams.find((stream) => partitionCounts[stream] === undefined);
  if (uncounted !== undefined) impossible(`no partition count of ${uncounted}, which ${id.name} reads`);
  const stored = { view: definition, events: sources.flatMap(({ versions }) => versions) };
  const data = { ...id, definition: JSON.parse(JSON.stringify(stored)), partitionCounts };
  await prisma.$transaction(async (transaction) => {
    const streams = Object.entries(partitionCounts).map(([name, partitions]) => ({ name, partitions }));
    // In order of name, so that two that register at once wait for each other rather than deadlock.
    streams.sort((a, b) => (a.name < b.name ? -1 : 1));
    await transaction.logStream.createMany({ data: streams, skipDuplicates: true });
    const standing = await transaction.logStream.findMany({ where: { name: { in: Object.keys(partitionCounts) } } });
    for (const { name, partitions } of standing) mustBeEqual(name, partitions, partitionCounts[name]);
    // An index lets one version of a name serve: where one does, or is just coming to, nothing is inserted.
    await transaction.viewVersion.createMany({ data: { ...data, state: 'serving' }, skipDuplicates: true });
    await transaction.viewVersion.createMany({ data: { ...data, state: 'candidate' }, skipDuplicates: true });
    // One of before the events were kept has none.
    const { definition } = data;
    await transaction.viewVersion.updateMany({
      where: { ...id, definition: { path: ['events'], equals: [] } },
      data: { definition },
    });
  });
}

function mustBeEqual(stream: string, before: number, now: number | undefined): void {
  if (before !== now) throw partitionsChanged(stream, before, now ?? 0);
}

/** Writes down what a stream is declared with, once. @throws TwofoldError `stream-changed` */
export async function fixStream(
  { prisma }: Metadata,
  { name, duplicates, deadLetters }: StreamDefinition,
): Promise<void> {
  const data = {
    duplicatesWithinMs: BigInt(duplicates.withinMs),
    duplicatesWithinRecords: duplicates.withinRecords,
    deadLetters,
  };
  await prisma.logStream.updateMany({ where: { name, duplicatesWithinMs: null }, data });
  const standing = await prisma.logStream.findUnique({ where: { name } });
  if (standing === null) return impossible(`the stream ${name}, which no view reads`);
  const [withinMs, withinRecords] = [Number(standing.duplicatesWithinMs), standing.duplicatesWithinRecords];
  if (standing.deadLetters !== deadLetters)
    throw new TwofoldError(
      'stream-changed',
      `stream ${name} was first read with deadLetters: '${standing.deadLetters}', and is declared with '${deadLetters}' now: what came behind dead letters would count, or wait, in hindsight. Declare it as it was, or bring its events to a new stream`,
    );
  if (withinMs === duplicates.withinMs && withinRecords === duplicates.withinRecords) return;
  throw new TwofoldError(
    'stream-changed',
    `stream ${name} finds duplicates within ${withinMs} ms and ${withinRecords} records since it was first read, and is declared with ${duplicates.withinMs} ms and ${duplicates.withinRecords} records now: events that are counted would no longer be, or the other way round. Declare it as it was, or bring its events to a new stream`,
  );
}
