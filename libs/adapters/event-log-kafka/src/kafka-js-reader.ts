import type { Admin, KafkaMessage } from 'kafkajs';
import { partitionName, type Offset, type Partition } from '@twofold/core';
import type { EventBatch, EventLogReader, ReadOptions } from '@twofold/ports';
import { KafkaJsBatch } from './kafka-js-batch.js';
import { kafkaJsOf } from './kafka-clients.js';
import { KafkaJsPartitionStream } from './kafka-js-partition-stream.js';
import { settingsOf, topicOf, type KafkaOptions, type KafkaSettings } from './kafka-options.js';
import { outOfRange } from './out-of-range.js';
import { retryUntilUnavailable } from './retry-until-unavailable.js';

const DEFAULT_MAX_BYTES = 1024 * 1024;
const DEFAULT_WAIT_MS = 500;

/**
 * The plain second reader, by kafkajs alone: what the raw reader is compared with. Reading on is a stream; reading
 * anywhere else joins a group anew, which takes a while.
 */
export class KafkaJsReader implements EventLogReader {
  private readonly settings: KafkaSettings;
  private readonly admin: Admin;
  private readonly streams = new Map<string, KafkaJsPartitionStream>();

  constructor(options: KafkaOptions) {
    this.settings = settingsOf(options);
    this.admin = kafkaJsOf(this.settings).admin();
  }

  read(partition: Partition, options: ReadOptions): Promise<EventBatch> {
    const { from, below = Number.MAX_SAFE_INTEGER, signal } = options;
    const empty = new KafkaJsBatch(partition, [], from);
    if (signal?.aborted || from >= below) return Promise.resolve(empty);
    const what = `reading ${partitionName(partition)}`;
    return retryUntilUnavailable(what, this.settings.unavailableAfterMs, async () => {
      if (signal?.aborted) return empty;
      try {
        return (await this.readOnce(partition, options, below)) ?? empty;
      } catch (error) {
        await this.forget(partition);
        throw error;
      }
    });
  }

  bounds(stream: string): Promise<{ readonly start: readonly Offset[]; readonly end: readonly Offset[] }> {
    return retryUntilUnavailable(`bounds of stream ${stream}`, this.settings.unavailableAfterMs, () =>
      this.boundsOnce(stream),
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.streams.values()].map((stream) => stream.close()));
    this.streams.clear();
    await this.admin.disconnect();
  }

  private async readOnce(partition: Partition, options: ReadOptions, below: Offset): Promise<EventBatch | null> {
    const { from, maxBytes = DEFAULT_MAX_BYTES, waitMs = DEFAULT_WAIT_MS, signal } = options;
    const stream = await this.streamAt(partition, from);
    const chunk = await stream.peek(waitMs, signal);
    if (chunk === null || signal?.aborted) return null;
    const wanted = firstBytes(chunk.messages, below, maxBytes);
    const following = chunk.messages[wanted.length];
    const nextOffset = Math.min(below, following === undefined ? chunk.nextOffset : Number(following.offset));
    stream.take(nextOffset);
    return new KafkaJsBatch(partition, wanted, nextOffset);
  }

  /** The stream that stands at this offset, or a new one; kafkajs would not say that an offset is out of range. */
  private async streamAt(partition: Partition, from: Offset): Promise<KafkaJsPartitionStream> {
    const standing = this.streams.get(partitionName(partition));
    if (standing?.position === from) return standing;
    const { start, end } = await this.boundsOnce(partition.stream);
    const [low, high] = [start[partition.partition], end[partition.partition]];
    if (low === undefined || high === undefined) throw new Error(`there is no partition ${partitionName(partition)}`);
    if (from < low || from > high) throw outOfRange(partition, from, { start: low, end: high });
    await this.forget(partition);
    const stream = await KafkaJsPartitionStream.open(this.settings, partition, from);
    this.streams.set(partitionName(partition), stream);
    return stream;
  }

  private async boundsOnce(stream: string): Promise<{ readonly start: Offset[]; readonly end: Offset[] }> {
    await this.admin.connect();
    const offsets = await this.admin.fetchTopicOffsets(topicOf(this.settings, stream));
    offsets.sort((a, b) => a.partition - b.partition);
    return { start: offsets.map(({ low }) => Number(low)), end: offsets.map(({ high }) => Number(high)) };
  }

  private async forget(partition: Partition): Promise<void> {
    const name = partitionName(partition);
    const stream = this.streams.get(name);
    this.streams.delete(name);
    await stream?.close();
  }
}

/** The messages below an offset, up to a number of bytes of key and value; at least one. */
function firstBytes(messages: readonly KafkaMessage[], below: Offset, maxBytes: number): readonly KafkaMessage[] {
  let bytes = 0;
  const end = messages.findIndex((message, index) => {
    bytes += (message.key?.length ?? 0) + (message.value?.length ?? 0);
    return Number(message.offset) >= below || (index > 0 && bytes > maxBytes);
  });
  return end < 0 ? messages : messages.slice(0, end);
}
