import { catalog } from '@twofold/catalog';
import {
  currentEvent,
  RecordDecoder,
  streamNamed,
  streamsOf,
  type LogRecord,
  type Offset,
  type PlainEvent,
} from '@twofold/core';
import { KafkaRawReader } from '@twofold/event-log-kafka';
import { Identities } from './identities.ts';

/** A record as the reference sees it. `event` null: no view reads it, for it is a duplicate, or no event of the catalog. */
export type CopiedRecord = {
  readonly offset: Offset;
  readonly identity: string;
  readonly isDuplicate: boolean;
  readonly type: string;
  readonly event: PlainEvent | null;
};

/** All that stands on the log, by stream and partition: the measure of every answer. */
export type LogCopy = Readonly<Record<string, readonly (readonly CopiedRecord[])[]>>;

export async function copyLog(brokers: string, namespace: string): Promise<LogCopy> {
  const reader = new KafkaRawReader({ brokers: brokers.split(','), namespace });
  try {
    const streams = await Promise.all(
      streamsOf(catalog).map(async (stream) => {
        const { end } = await reader.bounds(stream);
        const partitions = end.map((head, partition) => copyPartition(reader, stream, partition, head));
        return [stream, await Promise.all(partitions)] as const;
      }),
    );
    return Object.fromEntries(streams);
  } finally {
    await reader.close();
  }
}

async function copyPartition(
  reader: KafkaRawReader,
  stream: string,
  partition: number,
  head: Offset,
): Promise<readonly CopiedRecord[]> {
  const records: CopiedRecord[] = [];
  const decoder = new RecordDecoder(catalog.events);
  const identities = new Identities(streamNamed(catalog.streams, stream).duplicates);
  for (let from = 0; from < head;) {
    const batch = await reader.read({ stream, partition }, { from });
    batch.forEach((record) => {
      const event = plainEvent(decoder, stream, partition, record);
      const isDuplicate = event !== null && identities.isDuplicate(record);
      records.push({
        offset: record.offset,
        identity: record.header('ce_id') ?? '',
        isDuplicate,
        type: record.header('ce_type') ?? '',
        event: isDuplicate ? null : event,
      });
    });
    from = batch.nextOffset;
  }
  return records;
}

/** As the reference brings it up to the newest version of its type, so that the compiled upcasts are judged too. */
function plainEvent(decoder: RecordDecoder, stream: string, partition: number, record: LogRecord): PlainEvent | null {
  if (decoder.decode(record) !== 'event') return null;
  const { event, timeMs, values } = decoder;
  if (event === null) return null;
  const versions = catalog.events.filter(({ type }) => type === event.type);
  return currentEvent(versions, event.version, values, { timeMs, stream, partition, offset: record.offset });
}
