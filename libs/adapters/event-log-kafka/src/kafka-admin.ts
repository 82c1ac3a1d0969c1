import type { Admin } from 'kafkajs';
import type { EventLogAdmin } from '@twofold/ports';
import { ensureTopic } from './ensure-topic.js';
import { kafkaJsOf } from './kafka-clients.js';
import { settingsOf, topicOf, type KafkaOptions, type KafkaSettings } from './kafka-options.js';
import { retryUntilUnavailable } from './retry-until-unavailable.js';

/**
 * History is the point, so nothing is ever deleted by age; and the record's timestamp is the broker's, since an event
 * time of long ago would make the broker delete it the day retention is set.
 */
const STREAM_CONFIG = {
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'message.timestamp.type': 'LogAppendTime',
};

/** Creates streams and says how many partitions they have. */
export class KafkaAdmin implements EventLogAdmin {
  private readonly settings: KafkaSettings;
  private readonly admin: Admin;
  private connected: Promise<void> | null = null;

  constructor(options: KafkaOptions) {
    this.settings = settingsOf(options);
    this.admin = kafkaJsOf(this.settings).admin();
  }

  ensureStream(stream: string, partitions: number): Promise<number> {
    const topic = topicOf(this.settings, stream);
    return this.persistently(`creating stream ${stream}`, async () => {
      const standing = await this.countOf(topic);
      if (standing !== null) return standing;
      await ensureTopic(this.admin, topic, partitions, this.settings.replicationFactor, STREAM_CONFIG);
      const created = await this.countOf(topic);
      if (created === null) throw new Error(`topic ${topic} was created but is not seen yet`);
      return created;
    });
  }

  partitionCount(stream: string): Promise<number | null> {
    return this.persistently(`looking at stream ${stream}`, () => this.countOf(topicOf(this.settings, stream)));
  }

  async close(): Promise<void> {
    await this.admin.disconnect();
  }

  /** Topics are listed first: to ask for one that is not there, kafkajs would take many tries. */
  private async countOf(topic: string): Promise<number | null> {
    if (!(await this.admin.listTopics()).includes(topic)) return null;
    const { topics } = await this.admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.length ?? null;
  }

  private persistently<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    return retryUntilUnavailable(what, this.settings.unavailableAfterMs, async () => {
      this.connected ??= this.admin.connect();
      try {
        await this.connected;
        return await attempt();
      } catch (error) {
        this.connected = null;
        throw error;
      }
    });
  }
}
