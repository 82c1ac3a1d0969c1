import { RecordDecoder, type EventType, type OffsetVector, type PlainEvent } from '@twofold/core';
import { KafkaRawReader } from '@twofold/event-log-kafka';

/** What stands on the log of one type of event, per partition, as the reference sees it: the measure of every answer. */
export async function readLog(
  brokers: string,
  namespace: string,
  type: EventType,
): Promise<readonly (readonly PlainEvent[])[]> {
  const reader = new KafkaRawReader({ brokers: brokers.split(','), namespace });
  try {
    const { end } = await reader.bounds(type.stream);
    const names = Object.keys(type.fields);
    return await Promise.all(
      end.map(async (head, partition) => {
        const events: PlainEvent[] = [];
        const decoder = new RecordDecoder([type]);
        for (let from = 0; from < head;) {
          const batch = await reader.read({ stream: type.stream, partition }, { from });
          batch.forEach((record) => {
            if (decoder.decode(record) !== 'event') throw new Error(`offset ${record.offset} is no ${type.type}`);
            const data = Object.fromEntries(names.map((name, index) => [name, decoder.values[index] ?? null]));
            events.push({
              ...{ stream: type.stream, partition, offset: record.offset, timeMs: decoder.timeMs },
              type: type.type,
              data,
            });
          });
          from = batch.nextOffset;
        }
        return events;
      }),
    );
  } finally {
    await reader.close();
  }
}

/** The events below the offset vector of one stream. */
export const prefixOf = (log: readonly (readonly PlainEvent[])[], offsets: OffsetVector): readonly PlainEvent[] =>
  Object.values(offsets)
    .flat()
    .flatMap((offset, partition) => log[partition]?.slice(0, offset) ?? []);
