import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import type { Consumer, KafkaMessage, PartitionAssigner } from 'kafkajs';
import type { Offset, Partition } from '@twofold/core';
import { deferred } from './deferred.js';
import { kafkaJsOf } from './kafka-clients.js';
import { groupOf, topicOf, type KafkaSettings } from './kafka-options.js';

/** How long kafkajs lets a broker wait for data, milliseconds: what a read of a quiet log may be late by. */
const FETCH_WAIT_MS = 100;

/** Consecutive messages, and the first offset after them (which may lie beyond, over a control record or a gap). */
export type Chunk = { readonly messages: readonly KafkaMessage[]; readonly nextOffset: Offset };

/**
 * One partition from one offset on, by a kafkajs consumer that is alone in a group of its own. Holds one fetched chunk
 * at a time: the consumer is paused until it is taken. To go back, open another.
 */
export class KafkaJsPartitionStream {
  private readonly topic: string;
  private readonly consumer: Consumer;
  private readonly chunks: Chunk[] = [];
  /** First offset of no chunk. */
  private received: Offset;
  private failure: unknown = null;
  private wake: () => void = () => undefined;

  private constructor(
    settings: KafkaSettings,
    private readonly partition: Partition,
    /** First offset that was not taken. */
    public position: Offset,
  ) {
    this.topic = topicOf(settings, partition.stream);
    this.received = position;
    this.consumer = kafkaJsOf(settings).consumer({
      groupId: groupOf(settings, `reader-${randomUUID()}`),
      maxWaitTimeInMs: FETCH_WAIT_MS,
      allowAutoTopicCreation: false,
      partitionAssigners: [onlyPartition(this.topic, partition.partition)],
      retry: { retries: 0, restartOnFailure: async () => false },
    });
  }

  /** Joins and begins to fetch. Rejects when Kafka cannot be reached. */
  static async open(settings: KafkaSettings, partition: Partition, from: Offset): Promise<KafkaJsPartitionStream> {
    const stream = new KafkaJsPartitionStream(settings, partition, from);
    try {
      await stream.start();
      return stream;
    } catch (error) {
      await stream.close();
      throw error;
    }
  }

  /** The next chunk, as soon as there is one; null after `waitMs` without one, or when the signal is aborted. */
  async peek(waitMs: number, signal: AbortSignal | undefined): Promise<Chunk | null> {
    if (this.chunks.length === 0 && this.failure === null && !signal?.aborted) {
      const { promise, resolve } = deferred<void>();
      this.wake = resolve;
      const timer = setTimeout(resolve, waitMs);
      signal?.addEventListener('abort', this.wake, { once: true });
      await promise;
      signal?.removeEventListener('abort', this.wake);
      clearTimeout(timer);
    }
    if (this.chunks.length === 0 && this.failure !== null) throw this.failure;
    return this.chunks[0] ?? null;
  }

  /** Takes what `peek` gave, up to an offset; the rest stays. */
  take(nextOffset: Offset): void {
    this.position = nextOffset;
    const [chunk] = this.chunks;
    if (chunk === undefined) return;
    this.chunks.shift();
    const rest = chunk.messages.filter((message) => Number(message.offset) >= nextOffset);
    if (nextOffset < chunk.nextOffset) this.chunks.unshift({ messages: rest, nextOffset: chunk.nextOffset });
    else if (this.failure === null && this.chunks.length === 0) this.consumer.resume(this.here());
  }

  async close(): Promise<void> {
    await this.consumer.disconnect().catch(() => undefined);
  }

  private async start(): Promise<void> {
    const { consumer, topic } = this;
    const { GROUP_JOIN, CRASH, END_BATCH_PROCESS } = consumer.events;
    consumer.on(GROUP_JOIN, () => {
      consumer.seek({ topic, partition: this.partition.partition, offset: String(this.received) });
    });
    consumer.on(CRASH, ({ payload }) => {
      this.failure = payload.error;
      this.wake();
    });
    // Control records and aborted transactions never reach `eachBatch`, but they move the offset.
    consumer.on(END_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) this.receive([], Number(payload.lastOffset) + 1);
    });
    await consumer.connect();
    await consumer.subscribe({ topic });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => this.receive(batch.messages, Number(batch.lastOffset()) + 1),
    });
    if (this.failure !== null) throw this.failure;
  }

  private receive(messages: readonly KafkaMessage[], nextOffset: Offset): void {
    if (nextOffset <= this.received) return;
    this.received = nextOffset;
    this.chunks.push({ messages, nextOffset });
    this.consumer.pause(this.here());
    this.wake();
  }

  private here(): { topic: string; partitions: number[] }[] {
    return [{ topic: this.topic, partitions: [this.partition.partition] }];
  }
}

/** Gives the one member of the group the one partition it is there for. */
const onlyPartition =
  (topic: string, partition: number): PartitionAssigner =>
  () => {
    const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;
    const userData = Buffer.alloc(0);
    return {
      name: 'only-partition',
      version: 1,
      assign: async ({ members }) =>
        members.map(({ memberId }) => ({
          memberId,
          memberAssignment: MemberAssignment.encode({ version: 1, assignment: { [topic]: [partition] }, userData }),
        })),
      protocol: ({ topics }) => ({
        name: 'only-partition',
        metadata: MemberMetadata.encode({ version: 1, topics, userData }),
      }),
    };
  };
