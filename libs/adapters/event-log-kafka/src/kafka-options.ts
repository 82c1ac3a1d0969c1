import type { ConnectionOptions as TlsOptions } from 'node:tls';

/** How every part of this adapter reaches Kafka, and how long it tries. */
export type KafkaOptions = {
  /** Brokers to ask first, as `host:port`. At least one. */
  readonly brokers: readonly string[];
  /** What the brokers' logs and quotas call this process. Default `twofold`. */
  readonly clientId?: string;
  /** Prefix of every topic and group: `<namespace>.events.<stream>`, `<namespace>.control`. Default `twofold`. */
  readonly namespace?: string;
  /** Which topics of a stream: `<namespace>.events.<stream>` (default), or those of its dead letters. */
  readonly topics?: 'events' | 'dead';
  /** TLS to the brokers: `true` for the system's authorities, or Node's own TLS options. Default: none. */
  readonly ssl?: true | TlsOptions;
  /** SASL log-in. Default: none. */
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
  /** How long one attempt to connect may take, milliseconds. Default 3,000. */
  readonly connectTimeoutMs?: number;
  /** How long a broker may take to answer, beyond what it was told to wait, milliseconds. Default 5,000. */
  readonly requestTimeoutMs?: number;
  /** After this many milliseconds without success a call rejects with `log-unavailable`. Default 15,000. */
  readonly unavailableAfterMs?: number;
  /** Copies of each record, for topics that this process creates. At most the number of brokers. Default 1. */
  readonly replicationFactor?: number;
  /**
   * Bytes of one partition's events in one produce request. An event larger than this goes alone, and one larger than
   * {@link maxEventBytes} is refused. Default 786,432: below the broker's default message.max.bytes (1 MiB) with framing.
   */
  readonly maxBatchBytes?: number;
  /** Largest event (key, headers and value), bytes; must be below the topic's max.message.bytes. Default 1,000,000. */
  readonly maxEventBytes?: number;
  /** Bytes of events per stream that may wait to be written; beyond it `append` rejects with `overloaded`. Default 64 MiB. */
  readonly maxQueuedBytes?: number;
  /**
   * A group member that is silent for this long loses its partitions, milliseconds: what others wait for after a kill.
   * Default 6,000, the least that a broker allows unless told otherwise (group.min.session.timeout.ms).
   */
  readonly sessionTimeoutMs?: number;
  /** How often a group member shows that it lives, milliseconds; below a third of the session. Default 1,000. */
  readonly heartbeatMs?: number;
  /** Hears of trouble that nobody's call rejects with (a lost group, a control event passed over). Default: a process warning. */
  readonly report?: (problem: string, cause?: unknown) => void;
};

/** Options with every default filled in. */
export type KafkaSettings = Required<Omit<KafkaOptions, 'ssl' | 'sasl'>> & Pick<KafkaOptions, 'ssl' | 'sasl'>;

export const settingsOf = (options: KafkaOptions): KafkaSettings => ({
  clientId: 'twofold',
  namespace: 'twofold',
  topics: 'events',
  connectTimeoutMs: 3_000,
  requestTimeoutMs: 5_000,
  unavailableAfterMs: 15_000,
  replicationFactor: 1,
  maxBatchBytes: 768 * 1024,
  maxEventBytes: 1_000_000,
  maxQueuedBytes: 64 * 1024 * 1024,
  sessionTimeoutMs: 6_000,
  heartbeatMs: 1_000,
  report: (problem, cause) => process.emitWarning(cause === undefined ? problem : `${problem}: ${String(cause)}`),
  ...options,
});

export const topicOf = ({ namespace, topics }: KafkaSettings, stream: string): string =>
  `${namespace}.${topics}.${stream}`;

export const controlTopicOf = (settings: KafkaSettings): string => `${settings.namespace}.control`;

export const groupOf = (settings: KafkaSettings, group: string): string => `${settings.namespace}.${group}`;
