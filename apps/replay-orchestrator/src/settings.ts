import { appSettings, kafkaSettings, platformSettings, postgresSettings } from '@twofold/platform';
import { z } from 'zod';

const DEFAULT_PORT = 4002;

export const orchestratorSettings = z.object({
  ...appSettings(DEFAULT_PORT),
  ...platformSettings,
  ...kafkaSettings,
  ...postgresSettings,
});

export type OrchestratorSettings = z.infer<typeof orchestratorSettings>;
