import { Admin, compressionsAlgorithms, type ConnectionOptions } from '@platformatic/kafka';
import kafkajs from 'kafkajs';
import type { Kafka, SASLOptions as KafkaJsSasl } from 'kafkajs';
import type { KafkaSettings } from './kafka-options.js';

/** Pauses between a kafkajs client's attempts, milliseconds: from the first, doubling, up to the last. */
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 1_000;

/** Attempts after the first of a kafkajs client whose caller retries by itself. */
const FEW_RETRIES = 5;

/** A kafkajs client: admin, groups, producing, and the plain second reader. Silent: callers report what matters. */
export function kafkaJsOf(settings: KafkaSettings, retries = FEW_RETRIES): Kafka {
  decodeEveryCodec();
  return new kafkajs.Kafka({
    brokers: [...settings.brokers],
    clientId: settings.clientId,
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: settings.connectTimeoutMs,
    authenticationTimeout: settings.connectTimeoutMs,
    requestTimeout: settings.requestTimeoutMs,
    retry: { initialRetryTime: FIRST_RETRY_MS, maxRetryTime: LAST_RETRY_MS, retries },
    ...(settings.ssl === undefined ? {} : { ssl: settings.ssl }),
    ...(settings.sasl === undefined ? {} : { sasl: settings.sasl as KafkaJsSasl }),
  });
}

/** How @platformatic/kafka connects to a broker. `longestWaitMs`: how long a request may be told to wait for data. */
export function connectionOptionsOf(settings: KafkaSettings, longestWaitMs = 0): ConnectionOptions {
  const { ssl, sasl } = settings;
  return {
    connectTimeout: settings.connectTimeoutMs,
    requestTimeout: settings.requestTimeoutMs + longestWaitMs,
    ...(ssl === undefined ? {} : { tls: ssl === true ? {} : ssl, tlsServerName: true }),
    ...(sasl === undefined
      ? {}
      : {
          sasl: {
            mechanism: sasl.mechanism.toUpperCase() as 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512',
            username: sasl.username,
            password: sasl.password,
          },
        }),
  };
}

/** A client for metadata and offsets that tries once: its callers retry within their own bound. */
export const platformaticAdminOf = (settings: KafkaSettings): Admin =>
  new Admin({
    ...connectionOptionsOf(settings),
    clientId: settings.clientId,
    bootstrapBrokers: [...settings.brokers],
    retries: 0,
  });

/** kafkajs decodes gzip only; it looks other codecs up in a table of its own, filled here once. */
function decodeEveryCodec(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  for (const [type, codec] of [
    [CompressionTypes.Snappy, compressionsAlgorithms.snappy],
    [CompressionTypes.LZ4, compressionsAlgorithms.lz4],
    [CompressionTypes.ZSTD, compressionsAlgorithms.zstd],
  ] as const) {
    CompressionCodecs[type] ??= () => ({
      compress: async (encoder: { readonly buffer: Buffer }) => codec.compressSync(encoder.buffer),
      decompress: async (bytes: Buffer) => codec.decompressSync(bytes),
    });
  }
}
