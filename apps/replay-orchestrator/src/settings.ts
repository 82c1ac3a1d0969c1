import { appSettings, kafkaSettings, platformSettings, postgresSettings, wholeNumber } from '@twofold/platform';
import { z } from 'zod';
import { ENGINES } from './replay-requests.js';

const DEFAULT_PORT = 4002;

const MS_PER_DAY = 86_400_000;
/** Time to find out that a version is wrong. */
const DEFAULT_REPLAY_KEEP_MS = 7 * MS_PER_DAY;
/** Every version that is kept is folded: a year of that is more than anybody goes back. */
const MAX_REPLAY_KEEP_MS = 365 * MS_PER_DAY;

export const orchestratorSettings = z.object({
  ...appSettings(DEFAULT_PORT),
  ...platformSettings,
  ...kafkaSettings,
  ...postgresSettings,
  /** How long the version that does not serve is kept after a promotion or a rollback, ms. */
  REPLAY_KEEP_MS: wholeNumber(0, MAX_REPLAY_KEEP_MS).default(DEFAULT_REPLAY_KEEP_MS),
  /** What a replay is computed with where nothing is said. */
  REPLAY_ENGINE: z.enum(ENGINES, { error: `must be one of ${ENGINES.join(', ')}` }).default('duckdb'),
});

export type OrchestratorSettings = z.infer<typeof orchestratorSettings>;
