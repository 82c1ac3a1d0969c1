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

/** kafkajs keeps no order between headers of different names. */
function recordOf({ offset, timestamp, key, value, headers }: KafkaMessage): LogRecord {
  const named = Object.entries(headers ?? {}).flatMap(([name, values]) =>
    [values].flat().map((text) => [name, text ?? null] as const),
  );
  return new PlainRecord({ offset: Number(offset), appendedAtMs: Number(timestamp), key, value, headers: named });
}
