import { tmpdir } from 'node:os';
import { Module, type DynamicModule } from '@nestjs/common';
import { DuckDbBatchEngine } from '@twofold/batch-engine-duckdb';
import { FoldBatchEngine, FoldThreads } from '@twofold/batch-engine-fold';
import {
  PostgresAuditLedger,
  PostgresBatchViewStore,
  PostgresBoundaries,
  PostgresDeadLetters,
} from '@twofold/batch-view-store-postgres';
import { catalog } from '@twofold/catalog';
import {
  KafkaAdmin,
  KafkaControlChannel,
  KafkaDeadLetterTopic,
  KafkaPartitionAssigner,
  KafkaRawReader,
} from '@twofold/event-log-kafka';
import { registerViews } from '@twofold/flows';
import { ParquetMasterDataset } from '@twofold/master-dataset-parquet';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import {
  closeAtShutdown,
  CONTROL_CHANNEL,
  kafkaOptionsOf,
  Metrics,
  PartitionGuard,
  Readiness,
  systemClock,
} from '@twofold/platform';
import type { ControlChannel } from '@twofold/ports';
import { RedisSpeedViewStore } from '@twofold/speed-view-store-redis';
import { announcementsOn } from './announcements.js';
import { Archiving } from './archiving.js';
import { EngineChoice } from './engine-choice.js';
import { GenerationAuditor } from './generation-auditor.js';
import { GenerationBuilder } from './generation-builder.js';
import { RebuildController } from './rebuild.controller.js';
import type { BatchViewBuilderSettings } from './settings.js';
import { CATALOG } from './tokens.js';
import { WantedOffsets } from './wanted-offsets.js';

const METADATA = Symbol('metadata');
const ADMIN = Symbol('admin');
const LOG = Symbol('log');
const DEAD_LETTER_TOPIC = Symbol('dead-letter-topic');
const MASTER_DATASET = Symbol('master-dataset');
const SPEED_VIEWS = Symbol('speed-views');
const BATCH_VIEWS = Symbol('batch-views');

/** Wiring: which adapters archive, build and audit. */
@Module({})
export class BatchViewBuilderModule {
  static of(settings: BatchViewBuilderSettings): DynamicModule {
    const { TWOFOLD_NAMESPACE: namespace, DATABASE_URL, REDIS_URL, ARCHIVE_DIR } = settings;
    const kafka = kafkaOptionsOf(settings, 'batch-view-builder');
    return {
      module: BatchViewBuilderModule,
      controllers: [RebuildController],
      providers: [
        WantedOffsets,
        { provide: CATALOG, useValue: catalog },
        { provide: CONTROL_CHANNEL, useFactory: () => new KafkaControlChannel(kafka) },
        { provide: ADMIN, useFactory: () => new KafkaAdmin(kafka) },
        { provide: LOG, useFactory: () => new KafkaRawReader(kafka) },
        { provide: DEAD_LETTER_TOPIC, useFactory: () => new KafkaDeadLetterTopic(kafka) },
        { provide: METADATA, useFactory: () => migrate(DATABASE_URL).then(() => openMetadata(DATABASE_URL)) },
        {
          provide: MASTER_DATASET,
          inject: [METADATA],
          useFactory: (database: Metadata) => ParquetMasterDataset.open({ directory: ARCHIVE_DIR, database }),
        },
        {
          provide: EngineChoice,
          inject: [MASTER_DATASET],
          useFactory: async (masterDataset: ParquetMasterDataset) => {
            const entry = new URL('./fold-thread.js', import.meta.url);
            const threads = new FoldThreads({ entry, data: settings, threads: settings.FOLD_THREADS });
            const duckdb = await DuckDbBatchEngine.open({ masterDataset, tempDirectory: tmpdir() });
            const { BATCH_ENGINE, BATCH_ENGINE_BY_VIEW } = settings;
            return new EngineChoice({ duckdb, fold: new FoldBatchEngine(threads) }, BATCH_ENGINE, BATCH_ENGINE_BY_VIEW);
          },
        },
        { provide: SPEED_VIEWS, useFactory: () => RedisSpeedViewStore.connect({ url: REDIS_URL, namespace }) },
        closeAtShutdown(
          METADATA,
          MASTER_DATASET,
          EngineChoice,
          SPEED_VIEWS,
          LOG,
          ADMIN,
          DEAD_LETTER_TOPIC,
          CONTROL_CHANNEL,
        ),
        {
          provide: BATCH_VIEWS,
          inject: [METADATA],
          useFactory: (metadata: Metadata) => new PostgresBatchViewStore(metadata),
        },
        {
          provide: PartitionGuard,
          inject: [ADMIN, BATCH_VIEWS, Readiness],
          useFactory: async (admin: KafkaAdmin, batchViews: PostgresBatchViewStore, readiness: Readiness) => {
            const counts = await registerViews({ log: admin, batchViews }, catalog, settings.TWOFOLD_PARTITIONS);
            return new PartitionGuard(admin, counts, systemClock, readiness);
          },
        },
        {
          provide: Archiving,
          inject: [LOG, METADATA, MASTER_DATASET, DEAD_LETTER_TOPIC, WantedOffsets, Readiness, Metrics, PartitionGuard],
          useFactory: (
            log: KafkaRawReader,
            metadata: Metadata,
            masterDataset: ParquetMasterDataset,
            deadLetterTopic: KafkaDeadLetterTopic,
            wanted: WantedOffsets,
            readiness: Readiness,
            metrics: Metrics,
            guard: PartitionGuard,
          ) =>
            new Archiving(
              {
                ...{ log, masterDataset, deadLetters: new PostgresDeadLetters(metadata) },
                ...{ deadLetterTopic, clock: systemClock, wanted: wanted.of },
              },
              new KafkaPartitionAssigner(kafka),
              catalog,
              readiness,
              metrics,
              guard,
            ),
        },
        {
          provide: GenerationAuditor,
          inject: [METADATA, BATCH_VIEWS, SPEED_VIEWS, Metrics],
          useFactory: (
            metadata: Metadata,
            batchViews: PostgresBatchViewStore,
            speedViews: RedisSpeedViewStore,
            metrics: Metrics,
          ) => {
            const ledger = new PostgresAuditLedger(metadata);
            return new GenerationAuditor(
              { batchViews, speedViews, ledger, clock: systemClock },
              catalog.views,
              metrics,
            );
          },
        },
        {
          provide: GenerationBuilder,
          inject: [
            METADATA,
            BATCH_VIEWS,
            LOG,
            MASTER_DATASET,
            EngineChoice,
            CONTROL_CHANNEL,
            WantedOffsets,
            Archiving,
            GenerationAuditor,
            PartitionGuard,
          ],
          useFactory: (
            metadata: Metadata,
            batchViews: PostgresBatchViewStore,
            log: KafkaRawReader,
            masterDataset: ParquetMasterDataset,
            engines: EngineChoice,
            control: ControlChannel,
            wanted: WantedOffsets,
            archiving: Archiving,
            auditor: GenerationAuditor,
            guard: PartitionGuard,
          ) =>
            new GenerationBuilder({
              ports: {
                boundaries: new PostgresBoundaries(metadata),
                batchViews,
                masterDataset,
                clock: systemClock,
                announce: announcementsOn(control, systemClock),
                want: (cut) => wanted.want(cut),
              },
              engineOf: (plan) => engines.engineOf(plan),
              views: catalog.views,
              heads: async (stream) => (await log.bounds(stream)).end,
              clock: systemClock,
              everyMs: settings.BUILD_EVERY_MS,
              leads: ({ streams: [first] }) => first !== undefined && archiving.leads(first),
              audit: (plan, generation) => auditor.audit(plan, generation),
              mustStand: () => guard.mustStand(),
            }),
        },
      ],
      exports: [CONTROL_CHANNEL],
    };
  }
}
