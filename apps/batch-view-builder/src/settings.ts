import { availableParallelism } from 'node:os';
import { catalog } from '@twofold/catalog';
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
import { engineByView, engineName } from './engine-choice.js';

const DEFAULT_PORT = 4004;
/** Often enough that the speed views stay small, seldom enough that building is not all that is done. */
const DEFAULT_BUILD_EVERY_MS = 60_000;
const MAX_BUILD_EVERY_MS = 7 * 86_400_000;
/** Replays that share a machine take longer, each of them. */
const DEFAULT_REPLAYS_AT_ONCE = 1;
const MAX_REPLAYS_AT_ONCE = 16;
/** At the default pace every ten minutes: so long a mistake of the speed layer stays at most, and is found then. */
const DEFAULT_RECOMPUTE_EVERY = 10;
const MAX_RECOMPUTE_EVERY = 100_000;
/** Each has some 100 MB, and connections of its own. */
const MAX_FOLD_THREADS = 256;
/** Longer than a computation over all history takes, and shorter than anybody wants to pay for two archives. */
const DEFAULT_ARCHIVE_KEEP_MS = 3_600_000;
/** Whoever asked for a list of files must have opened them by then. */
const MIN_ARCHIVE_KEEP_MS = 60_000;
const MAX_ARCHIVE_KEEP_MS = 30 * 86_400_000;

export const batchViewBuilderSettings = z.object({
  ...appSettings(DEFAULT_PORT),
  ...platformSettings,
  ...kafkaSettings,
  ...redisSettings,
  ...postgresSettings,
  /** Where the master dataset's Parquet files stand. */
  ARCHIVE_DIR: z.string().default('.twofold/archive'),
  /** How long the files of the edition before stay when a migration has switched, ms: who began to read them finishes. */
  ARCHIVE_KEEP_MS: wholeNumber(MIN_ARCHIVE_KEEP_MS, MAX_ARCHIVE_KEEP_MS).default(DEFAULT_ARCHIVE_KEEP_MS),
  /** Time from one round of scheduled builds to the next, ms; 0: only on request. */
  BUILD_EVERY_MS: wholeNumber(0, MAX_BUILD_EVERY_MS).default(DEFAULT_BUILD_EVERY_MS),
  /** Replays that are built at the same time; others wait for their turn. */
  REPLAYS_AT_ONCE: wholeNumber(1, MAX_REPLAYS_AT_ONCE).default(DEFAULT_REPLAYS_AT_ONCE),
  ...replaySettings,
  /** Of the scheduled generations every n-th is computed from all history; the others are the one before and the epochs since. 1: each is computed. */
  RECOMPUTE_EVERY: wholeNumber(1, MAX_RECOMPUTE_EVERY).default(DEFAULT_RECOMPUTE_EVERY),
  /** What computes generations: SQL over the archive, or the fold over archive and log. */
  BATCH_ENGINE: engineName.default('duckdb'),
  /** Views that another computes: view=engine, several divided by commas. */
  BATCH_ENGINE_BY_VIEW: engineByView(catalog.views),
  /** Threads of the engine `fold`: as many partitions are folded at once. Default: the machine's cores. */
  FOLD_THREADS: wholeNumber(1, MAX_FOLD_THREADS).default(availableParallelism()),
});

export type BatchViewBuilderSettings = z.infer<typeof batchViewBuilderSettings>;
