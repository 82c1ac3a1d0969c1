import { randomUUID } from 'node:crypto';
import { availableParallelism, tmpdir } from 'node:os';
import { Module, type DynamicModule } from '@nestjs/common';
import { DuckDbBatchEngine } from '@twofold/batch-engine-duckdb';
import {
  PostgresAuditLedger,
  PostgresBatchViewStore,
  PostgresBoundaries,
  PostgresBuildStage,
  PostgresDeadLetters,
  PostgresReplayJournal,
  PostgresViewVersions,
} from '@twofold/batch-view-store-postgres';
import { catalog } from '@twofold/catalog';
import { TwofoldError, type OffsetVector, type ViewPlan } from '@twofold/core';
import {
  KafkaAdmin,
  KafkaControlChannel,
  KafkaDeadLetterTopic,
  KafkaPartitionAssigner,
  KafkaRawReader,
} from '@twofold/event-log-kafka';
import { announceReplay, comparedGenerations, registerViews } from '@twofold/flows';
import { ParquetMasterDataset } from '@twofold/master-dataset-parquet';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import {
  closeAtShutdown,
  CONTROL_CHANNEL,
  kafkaOptionsOf,
  LiveViews,
  Metrics,
  PartitionGuard,
  Readiness,
  systemClock,
} from '@twofold/platform';
import type { BatchEngine, ControlChannel } from '@twofold/ports';
import { RedisSpeedViewStore } from '@twofold/speed-view-store-redis';
import { announcementsOn } from './announcements.js';
import { Archiving } from './archiving.js';
import { GenerationAuditor } from './generation-auditor.js';
import { GenerationBuilder } from './generation-builder.js';
import { migrationProviders } from './migration-providers.js';
import { NewsController } from './news.controller.js';
import { RebuildController } from './rebuild.controller.js';
import { ReplayRunner } from './replay-runner.js';
import type { BatchViewBuilderSettings } from './settings.js';
import { WantedOffsets } from './wanted-offsets.js';

const METADATA = Symbol('metadata');
const ADMIN = Symbol('admin');
const LOG = Symbol('log');
const DEAD_LETTER_TOPIC = Symbol('dead-letter-topic');
const MASTER_DATASET = Symbol('master-dataset');
const ENGINE = Symbol('engine');
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
      controllers: [RebuildController, NewsController],
      providers: [
        WantedOffsets,
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
          provide: ENGINE,
          inject: [MASTER_DATASET],
          useFactory: (masterDataset: ParquetMasterDataset) =>
            DuckDbBatchEngine.open({ masterDataset, tempDirectory: tmpdir() }),
        },
        { provide: SPEED_VIEWS, useFactory: () => RedisSpeedViewStore.connect({ url: REDIS_URL, namespace }) },
        closeAtShutdown(METADATA, MASTER_DATASET, ENGINE, SPEED_VIEWS, LOG, ADMIN, DEAD_LETTER_TOPIC, CONTROL_CHANNEL),
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
          provide: LiveViews,
          // the guard has registered the catalog
          inject: [METADATA, PartitionGuard],
          useFactory: (metadata: Metadata) => LiveViews.open(new PostgresViewVersions(metadata), catalog, systemClock),
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
          inject: [METADATA, BATCH_VIEWS, SPEED_VIEWS, LiveViews, Metrics],
          useFactory: (
            metadata: Metadata,
            batchViews: PostgresBatchViewStore,
            speedViews: RedisSpeedViewStore,
            views: LiveViews,
            metrics: Metrics,
          ) => {
            const ledger = new PostgresAuditLedger(metadata);
            const ports = { batchViews, speedViews, ledger, clock: systemClock };
            return new GenerationAuditor(ports, () => plansOf(views), metrics);
          },
        },
        {
          provide: GenerationBuilder,
          inject: [
            METADATA,
            BATCH_VIEWS,
            SPEED_VIEWS,
            LOG,
            MASTER_DATASET,
            ENGINE,
            CONTROL_CHANNEL,
            WantedOffsets,
            LiveViews,
            Archiving,
            GenerationAuditor,
            PartitionGuard,
          ],
          useFactory: (
            metadata: Metadata,
            batchViews: PostgresBatchViewStore,
            speedViews: RedisSpeedViewStore,
            log: KafkaRawReader,
            masterDataset: ParquetMasterDataset,
            engine: DuckDbBatchEngine,
            control: ControlChannel,
            wanted: WantedOffsets,
            views: LiveViews,
            archiving: Archiving,
            auditor: GenerationAuditor,
            guard: PartitionGuard,
          ) =>
            new GenerationBuilder({
              ports: {
                boundaries: new PostgresBoundaries(metadata),
                batchViews,
                speedViews,
                masterDataset,
                engine,
                clock: systemClock,
                announce: announcementsOn(control, systemClock),
                want: (cut) => wanted.want(cut),
                keep: (view) => comparedGenerations(new PostgresReplayJournal(metadata), view),
              },
              views: () => plansOf(views),
              heads: async (stream) => (await log.bounds(stream)).end,
              clock: systemClock,
              everyMs: settings.BUILD_EVERY_MS,
              recomputeEvery: settings.RECOMPUTE_EVERY,
              leads: ({ streams: [first] }) => first !== undefined && archiving.leads(first),
              audit: (plan, generation) => auditor.audit(plan, generation),
              mustStand: () => guard.mustStand(),
            }),
        },
        {
          provide: ReplayRunner,
          inject: [
            METADATA,
            BATCH_VIEWS,
            SPEED_VIEWS,
            LOG,
            MASTER_DATASET,
            ENGINE,
            CONTROL_CHANNEL,
            WantedOffsets,
            Archiving,
            GenerationBuilder,
            Readiness,
          ],
          useFactory: (
            metadata: Metadata,
            batchViews: PostgresBatchViewStore,
            speedViews: RedisSpeedViewStore,
            log: KafkaRawReader,
            masterDataset: ParquetMasterDataset,
            engine: DuckDbBatchEngine,
            control: ControlChannel,
            wanted: WantedOffsets,
            archiving: Archiving,
            builder: GenerationBuilder,
            readiness: Readiness,
          ) => {
            const announcing = { control, clock: systemClock, newId: randomUUID };
            const ports = {
              ...{ catalog, batchViews, speedViews, log, masterDataset, clock: systemClock },
              versions: new PostgresViewVersions(metadata),
              journal: new PostgresReplayJournal(metadata),
              stage: new PostgresBuildStage(metadata),
              engineNamed: (name: string) => engineOf([engine], name),
              partitionsAtOnce: availableParallelism(),
              build: (plan: ViewPlan) => builder.buildNews(plan),
              want: (cut: OffsetVector) => wanted.want(cut),
              announce: (id: string) => announceReplay(announcing, id),
              keepMs: settings.REPLAY_KEEP_MS,
            };
            return new ReplayRunner(
              { ports, leads: (stream) => archiving.leads(stream), atOnce: settings.REPLAYS_AT_ONCE },
              readiness,
            );
          },
        },
        ...migrationProviders(settings, METADATA),
      ],
      exports: [CONTROL_CHANNEL],
    };
  }
}

/** The versions whose next generation is built on schedule: of one that a replay builds, the replay builds it. */
const plansOf = (views: LiveViews): readonly ViewPlan[] =>
  views.all().flatMap(({ plan, state }) => (state === 'founded' ? [] : [plan]));

/** @throws TwofoldError `invalid-configuration` */
function engineOf(engines: readonly BatchEngine[], name: string): BatchEngine {
  const engine = engines.find((some) => some.name === name);
  if (engine !== undefined) return engine;
  const known = engines.map((some) => some.name).join(', ');
  throw new TwofoldError(
    'invalid-configuration',
    `there is no batch engine ${JSON.stringify(name)}; there are: ${known}`,
  );
}
