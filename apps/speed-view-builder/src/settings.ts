import { appSettings, kafkaSettings, platformSettings, postgresSettings, redisSettings } from '@twofold/platform';
import { z } from 'zod';

const DEFAULT_PORT = 4003;

export const speedViewBuilderSettings = z.object({
  ...appSettings(DEFAULT_PORT),
  ...platformSettings,
  ...kafkaSettings,
  ...redisSettings,
  ...postgresSettings,
});

export type SpeedViewBuilderSettings = z.infer<typeof speedViewBuilderSettings>;
