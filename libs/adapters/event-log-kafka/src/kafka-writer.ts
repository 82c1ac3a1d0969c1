import type { Offset, Partition } from '@twofold/core';
import type { Appended, EventLogWriter, OutgoingEvent, OutgoingRecord } from '@twofold/ports';
import { ClusterMetadata } from './cluster-metadata.js';
import { settingsOf, topicOf, type KafkaOptions, type KafkaSettings } from './kafka-options.js';
import { messageOfEvent, messageOfRecord } from './outgoing-message.js';
import { TopicWriter } from './topic-writer.js';

/** Appends with an idempotent producer, acks=all, and Kafka's default partition of each key. */
export class KafkaWriter implements EventLogWriter {
  private readonly settings: KafkaSettings;
  private readonly metadata: ClusterMetadata;
  /** One per stream of the catalog. */
  private readonly writers = new Map<string, TopicWriter>();

  constructor(options: KafkaOptions) {
    this.settings = settingsOf(options);
    this.metadata = new ClusterMetadata(this.settings);
  }

  append(stream: string, events: readonly OutgoingEvent[]): Promise<readonly Appended[]> {
    return this.writerOf(stream).append(events.map(messageOfEvent));
  }

  async appendTo({ stream, partition }: Partition, records: readonly OutgoingRecord[]): Promise<readonly Offset[]> {
    const messages = records.map((record) => messageOfRecord(record, partition));
    const places = await this.writerOf(stream).append(messages);
    return places.map(({ offset }) => offset);
  }

  async close(): Promise<void> {
    await Promise.all([...this.writers.values()].map((writer) => writer.close()));
    await this.metadata.close();
  }

  private writerOf(stream: string): TopicWriter {
    const standing = this.writers.get(stream);
    if (standing !== undefined) return standing;
    const writer = new TopicWriter(this.settings, topicOf(this.settings, stream), this.metadata);
    this.writers.set(stream, writer);
    return writer;
  }
}
