import { partitionName, type Partition } from '@twofold/core';
import type { Assignment, PartitionAssigner } from '@twofold/ports';
import { stayInGroup, type GroupMember } from './group-membership.js';
import { groupOf, settingsOf, topicOf, type KafkaOptions, type KafkaSettings } from './kafka-options.js';

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
    const streamOfTopic = new Map(streams.map((stream) => [topicOf(this.settings, stream), stream]));
    const topics = [...streamOfTopic.keys()];
    const held = new HeldPartitions(onAssigned);
    const member: GroupMember = {
      ...{ groupId: groupOf(this.settings, group), topics },
      maxWaitMs: Math.ceil(this.settings.heartbeatMs / 2),
      run: { autoCommit: false, eachBatch: async () => undefined },
      onJoined: (consumer, { memberAssignment }) => {
        consumer.pause(topics.map((topic) => ({ topic })));
        if (!signal.aborted) held.become(partitionsOf(memberAssignment, streamOfTopic));
      },
      onLost: (cause) => {
        this.settings.report(`group ${group} was lost and is joined anew`, cause);
        held.releaseAll();
      },
    };
    signal.addEventListener('abort', () => held.releaseAll(), { once: true });
    await stayInGroup(this.settings, member, signal);
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
