import type { Admin } from '@platformatic/kafka';
import type { Offset } from '@twofold/core';
import type { ClusterMetadata } from './cluster-metadata.js';

/**
 * Gives a new group its place, at the end of partition 0, before anybody joins it. So whatever is published afterwards
 * is heard, however long the join takes. A group that has a place keeps it. Rejects while another process is between
 * the two (the group is live, its place not seen yet): try again.
 */
export async function placeGroupAtEnd(
  admin: Admin,
  metadata: ClusterMetadata,
  groupId: string,
  topic: string,
): Promise<void> {
  if ((await committedOffset(admin, groupId, topic)) !== null) return;
  const { end } = await metadata.boundsOf(topic);
  const partitionOffsets = [{ partition: 0, offset: BigInt(end[0] ?? 0) }];
  await admin.alterConsumerGroupOffsets({ groupId, topics: [{ name: topic, partitionOffsets }] });
}

async function committedOffset(admin: Admin, groupId: string, topic: string): Promise<Offset | null> {
  const groups = await admin.listConsumerGroupOffsets({
    groups: [{ groupId, topics: [{ name: topic, partitionIndexes: [0] }] }],
  });
  const offset = groups[0]?.topics[0]?.partitions[0]?.committedOffset ?? -1n;
  return offset < 0n ? null : Number(offset);
}
