import '@twofold/platform/no-maglev';
import { randomUUID } from 'node:crypto';
import { kafkaAt, postgresAt, redisAt, runApp } from '@twofold/platform';
import { speedViewBuilderSettings } from './settings.js';
import { SpeedViewBuilderModule } from './speed-view-builder.module.js';

await runApp({
  name: 'speed-view-builder',
  settings: speedViewBuilderSettings,
  servers: (settings) => [
    kafkaAt(settings.KAFKA_BROKERS),
    redisAt(settings.REDIS_URL),
    postgresAt(settings.DATABASE_URL),
  ],
  parts: (settings) => ({
    module: SpeedViewBuilderModule.of(settings),
    // Every process hears of every cut: a group of its own.
    controlGroup: `speed-view-builder-${randomUUID()}`,
  }),
});
