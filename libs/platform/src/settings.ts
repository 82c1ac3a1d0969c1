import { z } from 'zod';

/** A whole number in an environment variable. */
export const wholeNumber = (lowest: number, highest: number) =>
  z.coerce
    .number({ error: `must be a whole number from ${lowest} to ${highest}` })
    .refine((value) => Number.isInteger(value) && value >= lowest && value <= highest, {
      error: `must be a whole number from ${lowest} to ${highest}`,
    });

/** What has to be set, with what it is for a person who has not. */
export const required = (what: string) =>
  z.string({ error: (issue) => (issue.input === undefined ? `is not set: ${what}` : 'must be text') });

const urlOf = (protocols: readonly string[], what: string) =>
  required(what).refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `must be ${what}`,
  });

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** An orchestrator kills after 30 s: in-flight requests and commits take far less. */
const DEFAULT_SHUTDOWN_GRACE_MS = 20_000;
const MAX_SHUTDOWN_GRACE_MS = 600_000;
const MAX_PORT = 65_535;

/** Where an app listens and how it logs and ends: every app has these. */
export const appSettings = (defaultPort: number) => ({
  HOST: z.string().default('127.0.0.1'),
  /** 0: any free port. */
  PORT: wholeNumber(0, MAX_PORT).default(defaultPort),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
  SHUTDOWN_GRACE_MS: wholeNumber(0, MAX_SHUTDOWN_GRACE_MS).default(DEFAULT_SHUTDOWN_GRACE_MS),
});
export type AppSettings = {
  readonly HOST: string;
  readonly PORT: number;
  readonly LOG_LEVEL: (typeof LOG_LEVELS)[number];
  readonly SHUTDOWN_GRACE_MS: number;
};

const NAMESPACE = /^[a-z][a-z0-9-]{0,39}$/;
const DEFAULT_PARTITIONS = 4;
/** Each partition is work of its own for every view; more than this wants another design than one setting. */
const MAX_PARTITIONS = 256;
const BROKER = /^(\[[0-9a-fA-F:]+\]|[^\s:,/@]+):([1-9][0-9]{0,4})$/;

/** What apps of one platform share: a prefix of topics and keys, and how new streams are partitioned. */
export const platformSettings = {
  TWOFOLD_NAMESPACE: z
    .string()
    .regex(NAMESPACE, { error: 'must be a lower-case word of at most 40 letters, digits and hyphens' })
    .default('twofold'),
  TWOFOLD_PARTITIONS: wholeNumber(1, MAX_PARTITIONS).default(DEFAULT_PARTITIONS),
};

/** What brokers take by default: group.min.session.timeout.ms and group.max.session.timeout.ms. */
const MIN_SESSION_TIMEOUT_MS = 6_000;
const MAX_SESSION_TIMEOUT_MS = 1_800_000;
const DEFAULT_SESSION_TIMEOUT_MS = 15_000;
/** More copies than any cluster keeps of one record. */
const MAX_REPLICATION_FACTOR = 9;

export const kafkaSettings = {
  KAFKA_BROKERS: required('the brokers of the log, such as 127.0.0.1:9092,127.0.0.1:9093')
    .transform((text) => text.split(',').map((broker) => broker.trim()))
    .refine((brokers) => brokers.every((broker) => BROKER.test(broker)), {
      error: 'must be host:port, several divided by commas',
    }),
  /** How long a process that died keeps its partitions, ms: shorter recovers sooner, longer bears longer pauses. */
  KAFKA_SESSION_TIMEOUT_MS: wholeNumber(MIN_SESSION_TIMEOUT_MS, MAX_SESSION_TIMEOUT_MS).default(
    DEFAULT_SESSION_TIMEOUT_MS,
  ),
  /** Copies of each record, for topics that the app creates; at most the number of brokers. */
  KAFKA_REPLICATION_FACTOR: wholeNumber(1, MAX_REPLICATION_FACTOR).default(1),
};

const MS_PER_DAY = 86_400_000;
/** Long enough for somebody to find out, on any day of the week, that the new version is wrong. */
const DEFAULT_REPLAY_KEEP_MS = 7 * MS_PER_DAY;
const MAX_REPLAY_KEEP_MS = 365 * MS_PER_DAY;

/** Of whoever promotes versions of views. */
export const replaySettings = {
  /** How long a version that was promoted over, or rolled back from, is kept for one step back to it, ms. */
  REPLAY_KEEP_MS: wholeNumber(0, MAX_REPLAY_KEEP_MS).default(DEFAULT_REPLAY_KEEP_MS),
};

export const redisSettings = {
  REDIS_URL: urlOf(['redis:', 'rediss:'], 'the URL of the speed views, such as redis://127.0.0.1:6379'),
};

export const postgresSettings = {
  DATABASE_URL: urlOf(
    ['postgres:', 'postgresql:'],
    'the URL of the batch views, such as postgresql://twofold@127.0.0.1:5432/twofold',
  ),
};

type KafkaPlace = {
  readonly KAFKA_BROKERS: readonly string[];
  readonly KAFKA_SESSION_TIMEOUT_MS: number;
  readonly KAFKA_REPLICATION_FACTOR: number;
  readonly TWOFOLD_NAMESPACE: string;
};

/** The settings as the Kafka adapter takes them. */
export const kafkaOptionsOf = (settings: KafkaPlace, clientId: string) => ({
  brokers: settings.KAFKA_BROKERS,
  namespace: settings.TWOFOLD_NAMESPACE,
  sessionTimeoutMs: settings.KAFKA_SESSION_TIMEOUT_MS,
  replicationFactor: settings.KAFKA_REPLICATION_FACTOR,
  clientId,
});
