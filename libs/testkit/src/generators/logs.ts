import type { ArchivedEvent, EventType, Field, Offset, Scalar } from '@twofold/core';
import fc from 'fast-check';
import { times, valuesOf } from './scalar-values.js';

/** A record of the log, as far as views depend on it. */
export type LoggedEvent = Pick<ArchivedEvent, 'offset' | 'verdict' | 'type' | 'version' | 'timeMs' | 'values'>;

/** For each partition (by index) its records in order. Offsets have gaps, as Kafka's have. */
export type Log = readonly (readonly LoggedEvent[])[];

/** One more than the offset of the last record. */
export const headOf = (records: readonly LoggedEvent[]): Offset => (records.at(-1)?.offset ?? -1) + 1;

const MAX_PARTITIONS = 4;
const MAX_RECORDS_PER_PARTITION = 15;

/** Logs with events of a type, and between them dead records and events of other types and versions. */
export function logsOf(event: EventType): fc.Arbitrary<Log> {
  const values = fc.tuple(...Object.values(event.fields).map(valuesOfField));
  const thing = fc.record({ timeMs: times, values }).map((read) => ({
    ...read,
    verdict: { kind: 'event' } as const,
    type: event.type,
    version: event.version,
  }));
  const other = fc.oneof(
    thing.map((record) => ({ ...record, version: record.version + 1 })),
    thing.map((record) => ({ ...record, type: `${record.type}.again` })),
    thing.map((record) => ({
      ...record,
      verdict: { kind: 'dead', code: 'invalid-data', reason: 'it is not what it says' } as const,
      values: [],
    })),
  );
  const record = fc.oneof({ weight: 8, arbitrary: thing }, { weight: 1, arbitrary: other });
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

function valuesOfField({ kind, optional }: Field): fc.Arbitrary<Scalar> {
  const values: fc.Arbitrary<Scalar> = valuesOf[kind];
  return optional ? fc.option(values, { freq: 3 }) : values;
}
