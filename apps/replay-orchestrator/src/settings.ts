import { appSettings, kafkaSettings, platformSettings, postgresSettings, replaySettings } from '@twofold/platform';
import { z } from 'zod';
import { ENGINES } from './replay-requests.js';

const DEFAULT_PORT = 4002;

export const orchestratorSettings = z.object({
  ...appSettings(DEFAULT_PORT),
  ...platformSettings,
  ...kafkaSettings,
  ...postgresSettings,
  ...replaySettings,
  /** What a replay is computed with where nothing is said. */
  REPLAY_ENGINE: z.enum(ENGINES, { error: `must be one of ${ENGINES.join(', ')}` }).default('duckdb'),
});

export type OrchestratorSettings = z.infer<typeof orchestratorSettings>;
