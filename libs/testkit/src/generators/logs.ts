import { leavesOf, type ArchivedEvent, type EventType, type Offset, type Value } from '@twofold/core';
import fc from 'fast-check';
import { times, valuesOfField } from './scalar-values.js';

/** A record of the log, as far as views depend on it. Its values are those of its own version. */
export type LoggedEvent = Pick<ArchivedEvent, 'offset' | 'verdict' | 'type' | 'version' | 'timeMs' | 'values'>;

/** For each partition (by index) its records in order. Offsets have gaps, as Kafka's have. */
export type Log = readonly (readonly LoggedEvent[])[];

/** One more than the offset of the last record. */
export const headOf = (records: readonly LoggedEvent[]): Offset => (records.at(-1)?.offset ?? -1) + 1;

const MAX_PARTITIONS = 3;
const MAX_RECORDS_PER_PARTITION = 15;

/** Logs of one stream with events of these versions of its types, and between them dead records and events of types that nothing reads. */
export function logsOf(events: readonly EventType[]): fc.Arbitrary<Log> {
  const thing = fc.oneof(...events.map(eventsOf));
  const other = fc.oneof(
    thing.map((record) => ({ ...record, type: `${record.type}.again` })),
    thing.map((record) => ({
      ...record,
      verdict: { kind: 'dead', code: 'invalid-data', reason: 'it is not what it says' } as const,
      values: [],
    })),
  );
  const record = fc.oneof({ weight: 9, arbitrary: thing }, { weight: 1, arbitrary: other });
  const gap = fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 3 }) });
  const partition = fc
    .array(fc.tuple(gap, record), { maxLength: MAX_RECORDS_PER_PARTITION, size: 'max' })
    .map((gapped) => {
      let next = 0;
      return gapped.map(([before, one]): LoggedEvent => {
        const offset = next + before;
        next = offset + 1;
        return { offset, ...one };
      });
    });
  return fc.array(partition, { minLength: 1, maxLength: MAX_PARTITIONS });
}

function eventsOf(event: EventType): fc.Arbitrary<Omit<LoggedEvent, 'offset'>> {
  const values = fc.tuple(
    ...leavesOf(event).map(({ field, nullable }): fc.Arbitrary<Value> => {
      const present: fc.Arbitrary<Value> = valuesOfField(field);
      return nullable ? fc.option(present, { freq: 3 }) : present;
    }),
  );
  return fc.record({ timeMs: times, values }).map((read) => ({
    ...read,
    verdict: { kind: 'event' } as const,
    type: event.type,
    version: event.version,
  }));
}
