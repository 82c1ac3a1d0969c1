import { Module, type DynamicModule } from '@nestjs/common';
import {
  PostgresBatchViewStore,
  PostgresBoundaries,
  PostgresDeadLetters,
  PostgresViewVersions,
} from '@twofold/batch-view-store-postgres';
import { catalog } from '@twofold/catalog';
import { KafkaAdmin, KafkaControlChannel, KafkaPartitionAssigner, KafkaRawReader } from '@twofold/event-log-kafka';
import { registerViews } from '@twofold/flows';
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
import { RedisSpeedViewStore } from '@twofold/speed-view-store-redis';
import { Folding } from './folding.js';
import { NewsController } from './news.controller.js';
import { News } from './news.js';
import type { SpeedViewBuilderSettings } from './settings.js';

const METADATA = Symbol('metadata');
const ADMIN = Symbol('admin');
const LOG = Symbol('log');
const SPEED_VIEWS = Symbol('speed-views');
const BATCH_VIEWS = Symbol('batch-views');

/** Wiring: which adapters fold. */
@Module({})
export class SpeedViewBuilderModule {
  static of(settings: SpeedViewBuilderSettings): DynamicModule {
    const { TWOFOLD_NAMESPACE: namespace, REDIS_URL, DATABASE_URL } = settings;
    const kafka = kafkaOptionsOf(settings, 'speed-view-builder');
    return {
      module: SpeedViewBuilderModule,
      controllers: [NewsController],
      providers: [
        News,
        { provide: CONTROL_CHANNEL, useFactory: () => new KafkaControlChannel(kafka) },
        { provide: ADMIN, useFactory: () => new KafkaAdmin(kafka) },
        { provide: LOG, useFactory: () => new KafkaRawReader(kafka) },
        { provide: SPEED_VIEWS, useFactory: () => RedisSpeedViewStore.connect({ url: REDIS_URL, namespace }) },
        { provide: METADATA, useFactory: () => migrate(DATABASE_URL).then(() => openMetadata(DATABASE_URL)) },
        closeAtShutdown(METADATA, SPEED_VIEWS, LOG, ADMIN, CONTROL_CHANNEL),
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
          provide: Folding,
          inject: [METADATA, BATCH_VIEWS, LOG, SPEED_VIEWS, News, LiveViews, Readiness, Metrics, PartitionGuard],
          useFactory: (
            metadata: Metadata,
            batchViews: PostgresBatchViewStore,
            log: KafkaRawReader,
            speedViews: RedisSpeedViewStore,
            news: News,
            views: LiveViews,
            readiness: Readiness,
            metrics: Metrics,
            guard: PartitionGuard,
          ) => {
            const boundaries = new PostgresBoundaries(metadata);
            const deadLetters = new PostgresDeadLetters(metadata);
            const ports = {
              ...{ log, speedViews, boundaries, batchViews, deadLetters },
              ...{ clock: systemClock, news: news.soFar },
            };
            return new Folding(ports, new KafkaPartitionAssigner(kafka), catalog, views, readiness, metrics, guard);
          },
        },
      ],
      exports: [CONTROL_CHANNEL],
    };
  }
}
