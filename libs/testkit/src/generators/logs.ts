import { leavesOf, type ArchivedEvent, type EventType, type Offset, type Value } from '@twofold/core';
import fc from 'fast-check';
import { times, valuesOfField } from './scalar-values.js';

/** A record of the log, as far as views depend on it. Its values are those of its own version. */
export type LoggedEvent = Pick<
  ArchivedEvent,
  'offset' | 'appliedOffset' | 'verdict' | 'type' | 'version' | 'timeMs' | 'values'
>;

/** For each partition (by index) its records in the order in which they count. Offsets have gaps, as Kafka's have. */
export type Log = readonly (readonly LoggedEvent[])[];

/** One more than the offset of the last record. */
export const headOf = (records: readonly LoggedEvent[]): Offset => (records.at(-1)?.appliedOffset ?? -1) + 1;

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
  /** How many records later an event counts. */
  const wait = fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 6 }) },
  );
  const partition = fc
    .array(fc.tuple(gap, record, wait), { maxLength: MAX_RECORDS_PER_PARTITION, size: 'max' })
    .map((gapped) => {
      let next = 0;
      const placed = gapped.map(([before, one, waits]) => {
        const offset = next + before;
        next = offset + 1;
        return { offset, ...one, waits };
      });
      const counted = placed.map(({ waits, ...one }, index): LoggedEvent => {
        const release = placed[Math.min(index + waits, placed.length - 1)];
        return { ...one, appliedOffset: one.verdict.kind === 'event' ? (release?.offset ?? one.offset) : one.offset };
      });
      return counted.sort(byCount);
    });
  return fc.array(partition, { minLength: 1, maxLength: MAX_PARTITIONS });
}

/** What a record releases comes after it, in order. */
const byCount = (a: LoggedEvent, b: LoggedEvent): number =>
  a.appliedOffset - b.appliedOffset ||
  Number(a.offset !== a.appliedOffset) - Number(b.offset !== b.appliedOffset) ||
  a.offset - b.offset;

function eventsOf(event: EventType): fc.Arbitrary<Omit<LoggedEvent, 'offset' | 'appliedOffset'>> {
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
