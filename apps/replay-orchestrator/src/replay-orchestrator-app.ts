import { kafkaAt, postgresAt, type App } from '@twofold/platform';
import { serveGraphql } from '@twofold/platform/graphql';
import type { FastifyInstance } from 'fastify';
import { REPLAY_SCHEMA } from './graphql/replay-schema.js';
import { replayResolvers } from './graphql/replay-resolvers.js';
import type { ReplayAnswers } from './replay-answers.js';
import { ReplayOrchestratorModule } from './replay-orchestrator.module.js';
import { orchestratorSettings, type OrchestratorSettings } from './settings.js';
import { REPLAY_ANSWERS } from './tokens.js';

export const replayOrchestratorApp: App<OrchestratorSettings> = {
  name: 'replay-orchestrator',
  settings: orchestratorSettings,
  servers: (settings) => [kafkaAt(settings.KAFKA_BROKERS), postgresAt(settings.DATABASE_URL)],
  parts: (settings) => ({
    module: ReplayOrchestratorModule.of(settings),
    // One of several processes hears each progress, and each change of a replay: they share ledger and journal.
    controlGroup: 'replay-orchestrator',
    prepare: (app) => {
      const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
      serveGraphql(server, REPLAY_SCHEMA, replayResolvers(app.get<ReplayAnswers>(REPLAY_ANSWERS)));
    },
  }),
};
