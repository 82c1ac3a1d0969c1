import { Module, type DynamicModule } from '@nestjs/common';
import { PostgresBatchViewStore, PostgresViewVersions } from '@twofold/batch-view-store-postgres';
import { catalog } from '@twofold/catalog';
import { KafkaRawReader } from '@twofold/event-log-kafka';
import type { AnswerPorts } from '@twofold/flows';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import { closeAtShutdown, kafkaOptionsOf, LiveViews, Readiness, systemClock } from '@twofold/platform';
import { RedisSpeedViewStore } from '@twofold/speed-view-store-redis';
import { LogHeads } from './log-heads.js';
import { mustHavePartitions } from './must-have-partitions.js';
import type { GatewaySettings } from './settings.js';
import { ANSWER_PORTS } from './tokens.js';
import { ViewsController } from './views.controller.js';

const METADATA = Symbol('metadata');
const LOG = Symbol('log');
const SPEED_VIEWS = Symbol('speed-views');

/** Wiring: which adapters answer. */
@Module({})
export class ServingGatewayModule {
  static of(settings: GatewaySettings): DynamicModule {
    const { TWOFOLD_NAMESPACE: namespace, REDIS_URL, DATABASE_URL } = settings;
    return {
      module: ServingGatewayModule,
      controllers: [ViewsController],
      providers: [
        { provide: LOG, useFactory: () => new KafkaRawReader(kafkaOptionsOf(settings, 'serving-gateway')) },
        { provide: SPEED_VIEWS, useFactory: () => RedisSpeedViewStore.connect({ url: REDIS_URL, namespace }) },
        {
          provide: METADATA,
          useFactory: async () => {
            await migrate(DATABASE_URL);
            return openMetadata(DATABASE_URL);
          },
        },
        closeAtShutdown(METADATA, LOG, SPEED_VIEWS),
        {
          provide: LiveViews,
          inject: [METADATA],
          useFactory: (metadata: Metadata) => LiveViews.open(new PostgresViewVersions(metadata), catalog, systemClock),
        },
        {
          provide: ANSWER_PORTS,
          inject: [METADATA, LOG, SPEED_VIEWS, LiveViews, Readiness],
          useFactory: (
            metadata: Metadata,
            log: KafkaRawReader,
            speedViews: RedisSpeedViewStore,
            views: LiveViews,
            readiness: Readiness,
          ): AnswerPorts => {
            readiness.register('postgres', () => metadata.pool.query('SELECT 1'));
            const batchViews = new PostgresBatchViewStore(metadata);
            const heads = new LogHeads(log, systemClock).of;
            readiness.register('partitions', () => mustHavePartitions(views.servingPlans(), heads, batchViews));
            return { batchViews, speedViews, heads, clock: systemClock };
          },
        },
      ],
    };
  }
}
