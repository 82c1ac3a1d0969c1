import kafkajs from 'kafkajs';
import type { Message, Producer } from 'kafkajs';
import type { Offset } from '@twofold/core';
import { kafkaJsOf } from './kafka-clients.js';
import type { KafkaSettings } from './kafka-options.js';

/** All replicas that must have a record have it. */
const ACKS_ALL = -1;
/** Pause between two attempts while the log is away, at most, milliseconds. */
const LONGEST_RETRY_MS = 1_000;
/** Attempts beyond those that the bound has room for: the bound ends a call, these end an abandoned session by itself. */
const SPARE_RETRIES = 10;

/**
 * One identity of an idempotent producer. Its requests to a partition go one at a time: while one is retried, a second with
 * the same sequence numbers would be taken for it and lost. After a failure it is not known how far its sequence got, so it is
 * abandoned, and its retries, wherever they stand, write nothing more.
 */
export class ProducerSession {
  private readonly producer: Producer;
  private readonly connected: Promise<void>;
  private abandoned = false;

  constructor(
    settings: KafkaSettings,
    private readonly topic: string,
  ) {
    const retries = Math.ceil(settings.unavailableAfterMs / LONGEST_RETRY_MS) + SPARE_RETRIES;
    this.producer = kafkaJsOf(settings, retries).producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, maxRetryTime: LONGEST_RETRY_MS, retries },
      // Asked for each message of each attempt, so this is where an abandoned session's retries end.
      createPartitioner: () => (args) => {
        if (this.abandoned) throw new kafkajs.KafkaJSNonRetriableError('the producer was abandoned');
        return args.message.partition ?? 0;
      },
    });
    this.connected = this.producer.connect();
    this.connected.catch(() => undefined);
  }

  /**
   * Writes messages that name their partition; resolves with the offset of each partition's first.
   *
   * A request for each partition: of one for several brokers, kafkajs repeats what has succeeded too when another broker
   * fails, a leader moves or a connection is made anew, and under new sequence numbers, which no broker knows for a
   * repetition. A request for one partition has but one leader, and is repeated under the numbers that it had.
   */
  async send(messages: readonly Message[]): Promise<ReadonlyMap<number, Offset>> {
    await this.connected;
    const byPartition = Map.groupBy(messages, ({ partition = 0 }) => partition);
    const written = [...byPartition.values()].map((ofPartition) =>
      this.producer.send({ topic: this.topic, acks: ACKS_ALL, messages: ofPartition }),
    );
    const places = (await Promise.all(written)).flat();
    return new Map(places.map(({ partition, baseOffset }) => [partition, Number(baseOffset)]));
  }

  abandon(): void {
    this.abandoned = true;
    void this.close();
  }

  async close(): Promise<void> {
    await this.producer.disconnect().catch(() => undefined);
  }
}
