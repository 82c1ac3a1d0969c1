import {
  appSettings,
  kafkaSettings,
  platformSettings,
  postgresSettings,
  redisSettings,
  replaySettings,
  wholeNumber,
} from '@twofold/platform';
import { z } from 'zod';

const DEFAULT_PORT = 4004;
/** Often enough that the speed views stay small, seldom enough that building is not all that is done. */
const DEFAULT_BUILD_EVERY_MS = 60_000;
const MAX_BUILD_EVERY_MS = 7 * 86_400_000;
/** Replays that share a machine take longer, each of them. */
const DEFAULT_REPLAYS_AT_ONCE = 1;
const MAX_REPLAYS_AT_ONCE = 16;

export const batchViewBuilderSettings = z.object({
  ...appSettings(DEFAULT_PORT),
  ...platformSettings,
  ...kafkaSettings,
  ...redisSettings,
  ...postgresSettings,
  /** Where the master dataset's Parquet files stand. */
  ARCHIVE_DIR: z.string().default('.twofold/archive'),
  /** Time from one round of scheduled builds to the next, ms; 0: only on request. */
  BUILD_EVERY_MS: wholeNumber(0, MAX_BUILD_EVERY_MS).default(DEFAULT_BUILD_EVERY_MS),
  /** Replays that are built at the same time; others wait for their turn. */
  REPLAYS_AT_ONCE: wholeNumber(1, MAX_REPLAYS_AT_ONCE).default(DEFAULT_REPLAYS_AT_ONCE),
  ...replaySettings,
});

export type BatchViewBuilderSettings = z.infer<typeof batchViewBuilderSettings>;
