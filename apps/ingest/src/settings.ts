import { appSettings, kafkaSettings, platformSettings, wholeNumber } from '@twofold/platform';
import { z } from 'zod';
import { MAX_BODY_BYTES } from './limits.js';

const DEFAULT_PORT = 4001;

/** A request takes some five times its bytes while it is handled: 32 MiB keep an app of 512 MiB alive. */
const DEFAULT_MAX_IN_FLIGHT_BYTES = 32 * 1024 * 1024;
const HIGHEST_MAX_IN_FLIGHT_BYTES = 1024 * 1024 * 1024;

export const ingestSettings = z.object({
  ...appSettings(DEFAULT_PORT),
  ...platformSettings,
  ...kafkaSettings,
  /** Bytes of requests that are handled at a time; beyond it ingest answers 429. At least one largest body. */
  INGEST_MAX_IN_FLIGHT_BYTES: wholeNumber(MAX_BODY_BYTES, HIGHEST_MAX_IN_FLIGHT_BYTES).default(
    DEFAULT_MAX_IN_FLIGHT_BYTES,
  ),
});

export type IngestSettings = z.infer<typeof ingestSettings>;
