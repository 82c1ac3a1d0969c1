import { setTimeout as pause } from 'node:timers/promises';
import type { Consumer } from 'kafkajs';
import { partitionName, type Partition } from '@twofold/core';
import type { Assignment, PartitionAssigner } from '@twofold/ports';
import { deferred } from './deferred.js';
import { kafkaJsOf } from './kafka-clients.js';
import { groupOf, settingsOf, topicOf, type KafkaOptions, type KafkaSettings } from './kafka-options.js';

/** Pause before the group is joined anew after a failure, milliseconds. */
const REJOIN_PAUSE_MS = 1_000;

/** Shares partitions by a Kafka consumer group that fetches nothing: all of it is paused, only its heart beats. */
export class KafkaPartitionAssigner implements PartitionAssigner {
  private readonly settings: KafkaSettings;

  constructor(options: KafkaOptions) {
    this.settings = settingsOf(options);
  }

  async follow(
    group: string,
    streams: readonly string[],
    onAssigned: (assignment: Assignment) => void,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      const held = new HeldPartitions(onAssigned);
      try {
        await this.membership(group, streams, held, signal);
      } catch (cause) {
        this.settings.report(`group ${group} was lost and is joined anew`, cause);
      }
      held.releaseAll();
      await pause(REJOIN_PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** From joining to leaving; rejects when the membership breaks. */
  private async membership(
    group: string,
    streams: readonly string[],
    held: HeldPartitions,
    signal: AbortSignal,
  ): Promise<void> {
    const streamOfTopic = new Map(streams.map((stream) => [topicOf(this.settings, stream), stream]));
    const topics = [...streamOfTopic.keys()];
    const consumer = this.consumer(group);
    const ended = deferred<void>();
    const onAbort = (): void => {
      held.releaseAll();
      ended.resolve();
    };
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      consumer.pause(topics.map((topic) => ({ topic })));
      if (!signal.aborted) held.become(partitionsOf(payload.memberAssignment, streamOfTopic));
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => ended.reject(payload.error));
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await consumer.connect();
      await consumer.subscribe({ topics });
      await consumer.run({ autoCommit: false, eachBatch: async () => undefined });
      if (signal.aborted) onAbort();
      await ended.promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
      await consumer.disconnect().catch(() => undefined);
    }
  }

  private consumer(group: string): Consumer {
    const { sessionTimeoutMs, heartbeatMs } = this.settings;
    return kafkaJsOf(this.settings).consumer({
      groupId: groupOf(this.settings, group),
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs,
      heartbeatInterval: heartbeatMs,
      // With all paused, this is how long kafkajs sleeps between heartbeats.
      maxWaitTimeInMs: Math.ceil(heartbeatMs / 2),
      allowAutoTopicCreation: false,
      retry: { retries: 5, restartOnFailure: async () => false },
    });
  }
}

/** What this process holds now. A partition that stays over a rebalance stays assigned. */
class HeldPartitions {
  private readonly held = new Map<string, AbortController>();

  constructor(private readonly onAssigned: (assignment: Assignment) => void) {}

  become(partitions: readonly Partition[]): void {
    const names = new Set(partitions.map(partitionName));
    for (const [name, controller] of this.held) {
      if (names.has(name)) continue;
      this.held.delete(name);
      controller.abort();
    }
    for (const partition of partitions) {
      if (this.held.has(partitionName(partition))) continue;
      const controller = new AbortController();
      this.held.set(partitionName(partition), controller);
      this.onAssigned({ partition, released: controller.signal });
    }
  }

  releaseAll(): void {
    this.become([]);
  }
}

function partitionsOf(
  assignment: Readonly<Record<string, readonly number[]>>,
  streamOfTopic: ReadonlyMap<string, string>,
): Partition[] {
  return Object.entries(assignment).flatMap(([topic, partitions]) => {
    const stream = streamOfTopic.get(topic);
    return stream === undefined ? [] : partitions.map((partition) => ({ stream, partition }));
  });
}
