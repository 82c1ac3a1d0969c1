import { catalog } from '@twofold/catalog';
import { streamsOf } from '@twofold/core';
import { openMetadata } from '@twofold/metadata';
import { ParquetMasterDataset } from '@twofold/master-dataset-parquet';
import { setTimeout as pause } from 'node:timers/promises';
import { ABRUPT, AWAY_MS, persistently, type Fault } from './fault.ts';
import { emptyRedis, withAdmin } from './server-clients.ts';
import { PARTITIONS, type World } from './world.ts';

/** Retention takes from the log what the archive has; and where the speed views are lost too, only the archive has it. */
const logTruncated = (redisIsEmptied: boolean): Fault => ({
  kind: `log truncated up to the archive${redisIsEmptied ? ', redis emptied' : ''}`,
  manners: ABRUPT,
  touches: 'speed-view-builder',
  async inject(world, _random, manner) {
    await world.stopApp('speed-view-builder', manner);
    try {
      await persistently(() => truncateToArchive(world));
      if (redisIsEmptied) await emptyRedis(world);
    } finally {
      world.startApp('speed-view-builder');
    }
  },
});

async function truncateToArchive(world: World): Promise<void> {
  const archivedTo = await archivedOf(world);
  await world.log.copy(); // what is removed must still be judged
  await withAdmin(world, async (admin) => {
    for (const [stream, offsets] of Object.entries(archivedTo)) {
      const topic = `${world.namespace}.events.${stream}`;
      await admin.fetchTopicOffsets(topic); // kafkajs forgets to ask who leads the topic
      const partitions = offsets.map((offset, partition) => ({ partition, offset: String(offset) }));
      await admin.deleteTopicRecords({ topic, partitions });
    }
  });
}

async function archivedOf(world: World): Promise<Readonly<Record<string, readonly number[]>>> {
  const database = await openMetadata(world.servers.urls.DATABASE_URL);
  const archive = await ParquetMasterDataset.open({ directory: world.archive.directory, database });
  try {
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
    const streams = streamsOf(catalog).map(async (stream) => {
      const offsets = partitions.map((partition) => archive.archivedTo({ stream, partition }));
      return [stream, await Promise.all(offsets)] as const;
    });
    return Object.fromEntries(await Promise.all(streams));
  } finally {
    await archive.close();
    await database.close();
  }
}

const archiveFull: Fault = {
  kind: "the archive's disk full",
  manners: ABRUPT,
  touches: 'batch-view-builder',
  async inject(world, random) {
    world.archive.fill();
    await pause(random.between(AWAY_MS.least, 2 * AWAY_MS.most));
    world.archive.free();
  },
};

/** What happens to history, on the log and in the archive. Among the faults of apps, for it stops one. */
export const historyFaults = ({ archive }: World): readonly Fault[] => [
  logTruncated(false),
  logTruncated(true),
  ...(archive.isOwn ? [archiveFull] : []),
];
