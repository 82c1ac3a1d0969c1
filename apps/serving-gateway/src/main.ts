import '@twofold/platform/no-maglev';
import { LiveViews, kafkaAt, postgresAt, redisAt, runApp } from '@twofold/platform';
import type { FastifyInstance } from 'fastify';
import type { AnswerPorts } from '@twofold/flows';
import { serveGraphql } from './graphql/serve-graphql.js';
import { ServingGatewayModule } from './serving-gateway.module.js';
import { gatewaySettings } from './settings.js';
import { ANSWER_PORTS } from './tokens.js';

await runApp({
  name: 'serving-gateway',
  settings: gatewaySettings,
  servers: (settings) => [
    kafkaAt(settings.KAFKA_BROKERS),
    redisAt(settings.REDIS_URL),
    postgresAt(settings.DATABASE_URL),
  ],
  parts: (settings) => ({
    module: ServingGatewayModule.of(settings),
    prepare: (app) =>
      serveGraphql(
        app.getHttpAdapter().getInstance() as unknown as FastifyInstance,
        app.get(LiveViews),
        app.get<AnswerPorts>(ANSWER_PORTS),
      ),
  }),
});
