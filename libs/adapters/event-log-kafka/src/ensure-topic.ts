import type { Admin, ITopicConfig } from 'kafkajs';

/** How long a new topic may take until every broker knows it, milliseconds. */
const CREATE_TIMEOUT_MS = 10_000;

/** Creates a topic that is not there. Whoever else creates it at the same time: one of them does, none fails. */
export async function ensureTopic(
  admin: Admin,
  topic: string,
  partitions: number,
  replicationFactor: number,
  config: Readonly<Record<string, string>>,
): Promise<void> {
  const wanted: ITopicConfig = {
    topic,
    numPartitions: partitions,
    replicationFactor,
    configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
  };
  // Resolves with false when the topic stands.
  await admin.createTopics({ topics: [wanted], waitForLeaders: true, timeout: CREATE_TIMEOUT_MS });
}
