import {
  PostgresAuditLedger,
  PostgresBatchViewStore,
  PostgresBoundaries,
  PostgresBuildStage,
  PostgresDeadLetters,
  PostgresMigrationJournal,
  PostgresReplayJournal,
  PostgresViewVersions,
} from '@twofold/batch-view-store-postgres';
import { KafkaAdmin, KafkaDeadLetterTopic, KafkaRawReader } from '@twofold/event-log-kafka';
import { ParquetArchiveEditions, ParquetMasterDataset } from '@twofold/master-dataset-parquet';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import { kafkaOptionsOf } from '@twofold/platform';
import { RedisSpeedViewStore } from '@twofold/speed-view-store-redis';
import type { BatchViewBuilderSettings } from './settings.js';

/** All that this app reads and writes, opened together. */
export class Stores {
  readonly audits: PostgresAuditLedger;
  readonly batchViews: PostgresBatchViewStore;
  readonly boundaries: PostgresBoundaries;
  readonly deadLetters: PostgresDeadLetters;
  readonly journal: PostgresReplayJournal;
  readonly migrations: PostgresMigrationJournal;
  readonly stage: PostgresBuildStage;
  readonly versions: PostgresViewVersions;

  private constructor(
    private readonly metadata: Metadata,
    readonly masterDataset: ParquetMasterDataset,
    readonly editions: ParquetArchiveEditions,
    readonly speedViews: RedisSpeedViewStore,
    readonly log: KafkaRawReader,
    /** Read by who folds history alone: archivers read the same partitions. */
    readonly historyLog: KafkaRawReader,
    readonly admin: KafkaAdmin,
    readonly deadLetterTopic: KafkaDeadLetterTopic,
  ) {
    this.audits = new PostgresAuditLedger(metadata);
    this.batchViews = new PostgresBatchViewStore(metadata);
    this.boundaries = new PostgresBoundaries(metadata);
    this.deadLetters = new PostgresDeadLetters(metadata);
    this.journal = new PostgresReplayJournal(metadata);
    this.migrations = new PostgresMigrationJournal(metadata);
    this.stage = new PostgresBuildStage(metadata);
    this.versions = new PostgresViewVersions(metadata);
  }

  /** What cannot be opened ends the process, and with it what was opened before. */
  static async open(settings: BatchViewBuilderSettings): Promise<Stores> {
    const { TWOFOLD_NAMESPACE: namespace, DATABASE_URL, REDIS_URL, ARCHIVE_DIR: directory } = settings;
    const kafka = kafkaOptionsOf(settings, 'batch-view-builder');
    await migrate(DATABASE_URL);
    const metadata = await openMetadata(DATABASE_URL);
    return new Stores(
      metadata,
      await ParquetMasterDataset.open({ directory, database: metadata }),
      await ParquetArchiveEditions.open({ directory, database: metadata }),
      await RedisSpeedViewStore.connect({ url: REDIS_URL, namespace }),
      new KafkaRawReader(kafka),
      new KafkaRawReader(kafka),
      new KafkaAdmin(kafka),
      new KafkaDeadLetterTopic(kafka),
    );
  }

  /** Each whatever the others do; Postgres last. */
  async close(): Promise<void> {
    const { deadLetterTopic, admin, log, historyLog, speedViews, editions, masterDataset, metadata } = this;
    const closed = await Promise.allSettled(
      [deadLetterTopic, admin, log, historyLog, speedViews, editions, masterDataset].map((store) => store.close()),
    );
    await metadata.close();
    for (const result of closed) if (result.status === 'rejected') throw result.reason;
  }
}
