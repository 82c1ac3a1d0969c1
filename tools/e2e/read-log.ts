import { RecordDecoder, type EventOfSubject, type EventType, type OffsetVector } from '@twofold/core';
import { KafkaRawReader } from '@twofold/event-log-kafka';

/** What stands on the log of a stream that has these types of events, per partition, as the reference sees it: the measure of every answer. */
export async function readLog(
  brokers: string,
  namespace: string,
  ...types: readonly [EventType, ...EventType[]]
): Promise<readonly (readonly EventOfSubject[])[]> {
  const reader = new KafkaRawReader({ brokers: brokers.split(','), namespace });
  try {
    const [{ stream }] = types;
    const { end } = await reader.bounds(stream);
    return await Promise.all(
      end.map(async (head, partition) => {
        const events: EventOfSubject[] = [];
        const decoder = new RecordDecoder(types);
        for (let from = 0; from < head;) {
          const batch = await reader.read({ stream, partition }, { from });
          batch.forEach((record) => {
            decoder.decode(record);
            const { event } = decoder;
            if (event === null) throw new Error(`offset ${record.offset} is no event of ${stream}`);
            const names = Object.keys(event.fields);
            const data = Object.fromEntries(names.map((name, index) => [name, decoder.values[index] ?? null]));
            events.push({
              ...{ stream, partition, offset: record.offset, timeMs: decoder.timeMs },
              ...{ type: event.type, data, subject: record.key() ?? '' },
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
export const prefixOf = <E>(log: readonly (readonly E[])[], offsets: OffsetVector): readonly E[] =>
  Object.values(offsets)
    .flat()
    .flatMap((offset, partition) => log[partition]?.slice(0, offset) ?? []);
