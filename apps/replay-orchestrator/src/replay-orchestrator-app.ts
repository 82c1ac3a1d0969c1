import { kafkaAt, postgresAt, type App } from '@twofold/platform';
import { ReplayOrchestratorModule } from './replay-orchestrator.module.js';
import { orchestratorSettings, type OrchestratorSettings } from './settings.js';

export const replayOrchestratorApp: App<OrchestratorSettings> = {
  name: 'replay-orchestrator',
  settings: orchestratorSettings,
  servers: (settings) => [kafkaAt(settings.KAFKA_BROKERS), postgresAt(settings.DATABASE_URL)],
  parts: (settings) => ({
    module: ReplayOrchestratorModule.of(settings),
    // One of several processes hears each progress: they share the ledger.
    controlGroup: 'replay-orchestrator',
  }),
};
