import { appSettings, kafkaSettings, platformSettings, postgresSettings, redisSettings } from '@twofold/platform';
import { z } from 'zod';

const DEFAULT_PORT = 4000;

export const gatewaySettings = z.object({
  ...appSettings(DEFAULT_PORT),
  ...platformSettings,
  ...kafkaSettings,
  ...redisSettings,
  ...postgresSettings,
});

export type GatewaySettings = z.infer<typeof gatewaySettings>;
