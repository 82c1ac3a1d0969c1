import { ListOffsetTimestamps, type Admin, type Broker } from '@platformatic/kafka';
import type { Offset } from '@twofold/core';
import { platformaticAdminOf } from './kafka-clients.js';
import type { KafkaSettings } from './kafka-options.js';

export type TopicBounds = { readonly start: readonly Offset[]; readonly end: readonly Offset[] };

/** Who leads what, and where logs begin and end. Each call tries once; callers retry. */
export class ClusterMetadata {
  private readonly admin: Admin;

  constructor(settings: KafkaSettings) {
    this.admin = platformaticAdminOf(settings);
  }

  /** The broker that leads a partition; asked of the cluster again when `fresh`. Rejects when there is none now. */
  async leaderOf(topic: string, partition: number, fresh: boolean): Promise<Broker> {
    const { brokers, topics } = await this.admin.metadata({ topics: [topic], forceUpdate: fresh });
    const known = topics.get(topic)?.partitions[partition];
    if (known === undefined) throw new Error(`topic ${topic} has no partition ${partition}`);
    const leader = brokers.get(known.leader);
    if (leader === undefined) throw new Error(`partition ${partition} of topic ${topic} has no leader`);
    return leader;
  }

  /** Rejects for a topic that is not there. */
  async partitionCountOf(topic: string): Promise<number> {
    const { topics } = await this.admin.metadata({ topics: [topic], forceUpdate: true });
    const count = topics.get(topic)?.partitionsCount ?? 0;
    if (count === 0) throw new Error(`there is no topic ${topic}`);
    return count;
  }

  async boundsOf(topic: string): Promise<TopicBounds> {
    const count = await this.partitionCountOf(topic);
    const offsetsAt = async (timestamp: bigint): Promise<Offset[]> => {
      const partitions = Array.from({ length: count }, (_, partitionIndex) => ({ partitionIndex, timestamp }));
      const listed = await this.admin.listOffsets({ topics: [{ name: topic, partitions }] });
      const offsets = new Array<Offset>(count).fill(0);
      for (const { partitionIndex, offset } of listed.flatMap((t) => t.partitions)) {
        offsets[partitionIndex] = Number(offset);
      }
      return offsets;
    };
    const [start, end] = await Promise.all([
      offsetsAt(ListOffsetTimestamps.EARLIEST),
      offsetsAt(ListOffsetTimestamps.LATEST),
    ]);
    return { start, end };
  }

  close(): Promise<void> {
    return this.admin.close();
  }
}
