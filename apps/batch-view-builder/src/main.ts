import '@twofold/platform/no-maglev';
import { kafkaAt, postgresAt, redisAt, runApp } from '@twofold/platform';
import { BatchViewBuilderModule } from './batch-view-builder.module.js';
import { batchViewBuilderSettings } from './settings.js';

await runApp({
  name: 'batch-view-builder',
  settings: batchViewBuilderSettings,
  servers: (settings) => [
    kafkaAt(settings.KAFKA_BROKERS),
    redisAt(settings.REDIS_URL),
    postgresAt(settings.DATABASE_URL),
  ],
  // One group: each request is taken up by one of the instances.
  parts: (settings) => ({ module: BatchViewBuilderModule.of(settings), controlGroup: 'batch-view-builder.control' }),
});
