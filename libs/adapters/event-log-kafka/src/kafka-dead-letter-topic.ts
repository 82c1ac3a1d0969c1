import { TwofoldError, impossible, sizeBytesOf, type Partition } from '@twofold/core';
import type { DeadLetterTopic, OutgoingRecord } from '@twofold/ports';
import { KafkaAdmin } from './kafka-admin.js';
import type { KafkaOptions } from './kafka-options.js';
import { KafkaWriter } from './kafka-writer.js';

/** Headers of Twofold's own begin so. */
const OWN = 'twofold-';
const OMITTED_HEADER = 'twofold-omitted-bytes';
const POINTER = /^\/(\d+)$/;

/** The topics `<namespace>.dead.<stream>`: each is made when there is a first dead letter for it, with as many partitions as the stream. */
export class KafkaDeadLetterTopic implements DeadLetterTopic {
  private readonly streams: KafkaAdmin;
  private readonly admin: KafkaAdmin;
  private readonly writer: KafkaWriter;
  private readonly made = new Set<string>();

  constructor(options: KafkaOptions) {
    this.streams = new KafkaAdmin(options);
    this.admin = new KafkaAdmin({ ...options, topics: 'dead' });
    this.writer = new KafkaWriter({ ...options, topics: 'dead' });
  }

  async tell(partition: Partition, records: readonly OutgoingRecord[]): Promise<void> {
    await this.make(partition.stream);
    // Each that is refused for its size goes without what is large, once.
    let told = records;
    for (;;) {
      const tooLarge = await this.append(partition, told);
      if (tooLarge === null) return;
      told = told.map((record, index) => (index === tooLarge ? withoutContent(record) : record));
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.streams.close(), this.admin.close(), this.writer.close()]);
  }

  /** null: they stand there. Else nothing does: the index of one that is too large. */
  private async append(partition: Partition, records: readonly OutgoingRecord[]): Promise<number | null> {
    try {
      await this.writer.appendTo(partition, records);
      return null;
    } catch (error) {
      const [, index] = POINTER.exec(error instanceof TwofoldError ? (error.pointer ?? '') : '') ?? [];
      const isTooLarge = error instanceof TwofoldError && error.code === 'body-too-large' && index !== undefined;
      if (!isTooLarge || isWithoutContent(records[Number(index)])) throw error;
      return Number(index);
    }
  }

  private async make(stream: string): Promise<void> {
    if (this.made.has(stream)) return;
    const partitions = await this.streams.partitionCount(stream);
    if (partitions === null) return impossible(`a dead letter of the stream ${stream}, which is not there`);
    await this.admin.ensureStream(stream, partitions);
    this.made.add(stream);
  }
}

function withoutContent(record: OutgoingRecord): OutgoingRecord {
  const own = record.headers.filter(([name]) => name.startsWith(OWN));
  return { key: null, value: null, headers: [...own, [OMITTED_HEADER, Buffer.from(`${sizeBytesOf(record)}`)]] };
}

const isWithoutContent = (record: OutgoingRecord | undefined): boolean =>
  record?.headers.some(([name]) => name === OMITTED_HEADER) ?? false;
