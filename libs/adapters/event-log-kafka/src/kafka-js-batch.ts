import type { KafkaMessage } from 'kafkajs';
import { PlainRecord, type LogRecord, type Offset, type Partition } from '@twofold/core';
import type { EventBatch } from '@twofold/ports';

/** Records that kafkajs has decoded. */
export class KafkaJsBatch implements EventBatch {
  constructor(
    readonly partition: Partition,
    private readonly messages: readonly KafkaMessage[],
    readonly nextOffset: Offset,
  ) {}

  get recordCount(): number {
    return this.messages.length;
  }

  get lastAppendedAtMs(): number | null {
    const last = this.messages.at(-1);
    return last === undefined ? null : Number(last.timestamp);
  }

  forEach(visit: (record: LogRecord) => void): void {
    for (const message of this.messages) visit(recordOf(message));
  }
}

function recordOf({ offset, timestamp, key, value, headers }: KafkaMessage): LogRecord {
  const header = (name: string): Buffer | string | undefined => {
    const values = headers?.[name];
    return Array.isArray(values) ? values.at(-1) : values;
  };
  return new PlainRecord({ offset: Number(offset), appendedAtMs: Number(timestamp), key, value, header });
}
