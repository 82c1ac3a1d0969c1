import type { PartitionFolds } from '@twofold/batch-engine-fold';
import { PostgresDeadLetters } from '@twofold/batch-view-store-postgres';
import { streamNamed, type Catalog } from '@twofold/core';
import { KafkaRawReader } from '@twofold/event-log-kafka';
import { foldHistory } from '@twofold/flows';
import { ParquetMasterDataset } from '@twofold/master-dataset-parquet';
import { openMetadata } from '@twofold/metadata';
import { kafkaOptionsOf } from '@twofold/platform';
import type { BatchViewBuilderSettings } from './settings.js';

/** Folds over history, with a reader of the log, an archive and a database of their own. */
export async function openFolds(
  settings: BatchViewBuilderSettings,
  { events, streams }: Pick<Catalog, 'events' | 'streams'>,
): Promise<PartitionFolds> {
  const database = await openMetadata(settings.DATABASE_URL);
  const masterDataset = await ParquetMasterDataset.open({ directory: settings.ARCHIVE_DIR, database });
  const log = new KafkaRawReader(kafkaOptionsOf(settings, 'batch-view-builder'));
  const ports = { log, masterDataset, deadLetters: new PostgresDeadLetters(database) };
  return {
    fold: (work, stop) =>
      foldHistory(ports, { events, stream: streamNamed(streams, work.partition.stream) }, work, stop),
    close: async () => {
      await Promise.all([log.close(), masterDataset.close()]);
      await database.close();
    },
  };
}
