import { flightLanded } from '@twofold/catalog-flights';
import { RecordDecoder, type OffsetVector, type PlainEvent } from '@twofold/core';
import { KafkaRawReader } from '@twofold/event-log-kafka';

/** What stands on the log, per partition, as the reference sees it: the measure of every answer. */
export async function readFlightLog(brokers: string, namespace: string): Promise<readonly (readonly PlainEvent[])[]> {
  const reader = new KafkaRawReader({ brokers: brokers.split(','), namespace });
  try {
    const { end } = await reader.bounds(flightLanded.stream);
    const names = Object.keys(flightLanded.fields);
    return await Promise.all(
      end.map(async (head, partition) => {
        const events: PlainEvent[] = [];
        const decoder = new RecordDecoder([flightLanded]);
        for (let from = 0; from < head;) {
          const batch = await reader.read({ stream: flightLanded.stream, partition }, { from });
          batch.forEach((record) => {
            if (decoder.decode(record) !== 'event') throw new Error(`offset ${record.offset} is no flight`);
            const data = Object.fromEntries(names.map((name, index) => [name, decoder.values[index] ?? null]));
            events.push({
              ...{ stream: flightLanded.stream, partition, offset: record.offset, timeMs: decoder.timeMs },
              type: flightLanded.type,
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

/** The events below an offset vector. */
export const prefixOf = (log: readonly (readonly PlainEvent[])[], offsets: OffsetVector): readonly PlainEvent[] =>
  (offsets[flightLanded.stream] ?? []).flatMap((offset, partition) => log[partition]?.slice(0, offset) ?? []);
