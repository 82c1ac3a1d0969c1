import {
  dataReaderOf,
  dataSchemaOf,
  headerOf,
  leavesOf,
  presentValue,
  type ArchivedEvent,
  type EventType,
  type Fields,
  type Value,
  type ValueField,
} from '@twofold/core';
import { NO_CHANGES, type MasterDataset, type OutgoingRecord } from '@twofold/ports';
import type { LawCase } from '../generators/law-cases.js';
import type { LoggedEvent } from '../generators/logs.js';
import { isOf } from './law-files.js';
import type { Cut } from './naive-log.js';

const SOURCE = 'urn:law';
/** A few, so that ranges begin and end within them and between. */
const OFFSETS_OF_RANGE = 5;
/** RFC 3339 has no year before 0000, but a zone in which the last hours before it are in it. */
const EASTERNMOST_MS = (23 * 60 + 59) * 60_000;
const YEAR_0000_MS = Date.parse('0000-01-01T00:00:00Z');

/** A record of a case as somebody appends it to the log. */
export function outgoingOf(events: readonly EventType[], record: LoggedEvent): OutgoingRecord {
  const attributes = {
    id: idOf(record),
    source: SOURCE,
    type: record.type,
    dataschema: dataSchemaOf(record),
    time: timeTextOf(record.timeMs),
  };
  const headers = Object.entries(attributes).map(([name, text]) => [headerOf(name), Buffer.from(text)] as const);
  return { key: null, value: Buffer.from(dataTextOf(events, record)), headers };
}

/** A record of a case as the archive is given it. */
export const archivedOf = (events: readonly EventType[], record: LoggedEvent): ArchivedEvent => ({
  ...record,
  ...{ appendedAtMs: 0, id: idOf(record), source: SOURCE, subject: null },
  version: events.some((event) => isOf(event, record)) ? record.version : 0,
  dataText: dataTextOf(events, record),
});

/** Gives the records of a case that apply below an offset of their partition to an archive, range by range, as an archiver does. */
export async function archiveCase(
  { partitions, log, events }: LawCase,
  ends: Cut,
  masterDataset: Pick<MasterDataset, 'append'>,
): Promise<void> {
  for (const [index, partition] of partitions.entries()) {
    const end = ends[index] ?? 0;
    for (let from = 0; from < end; from += OFFSETS_OF_RANGE) {
      const to = Math.min(from + OFFSETS_OF_RANGE, end);
      const within = (log[index] ?? []).filter(({ appliedOffset }) => appliedOffset >= from && appliedOffset < to);
      await masterDataset.append(
        partition,
        from,
        to,
        within.map((one) => archivedOf(events, one)),
        events,
        NO_CHANGES,
      );
    }
  }
}

const idOf = ({ offset }: LoggedEvent): string => `${offset}`;

/**
 * The case without the events that JSON cannot say: a record of theirs is there, for a value in it is, and lacks one that it must have.
 * Logs are drawn leaf by leaf.
 */
export const writable = (lawCase: LawCase): LawCase => ({
  ...lawCase,
  log: lawCase.log.map((records) =>
    records.filter((record) => {
      const event = lawCase.events.find((one) => isOf(one, record));
      return event === undefined || dataReaderOf(event)(dataOf(event.fields, valuesByPath(event, record)), []) === null;
    }),
  ),
});

/** Of a record that is dead, or of a type that is not known: nothing that could be read. */
function dataTextOf(events: readonly EventType[], record: LoggedEvent): string {
  const event = events.find((one) => isOf(one, record));
  return event === undefined ? '{' : JSON.stringify(dataOf(event.fields, valuesByPath(event, record)));
}

type Values = ReadonlyMap<string, Value>;

const valuesByPath = (event: EventType, { values }: LoggedEvent): Values =>
  new Map(leavesOf(event).map(({ path }, index) => [path, values[index] ?? null]));

/** An optional record without a value in it is absent. */
const dataOf = (fields: Fields, values: Values, prefix = ''): unknown =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) => {
      const path = `${prefix}${name}`;
      const isAbsent = [...values].every(([leaf, value]) => value === null || !`${leaf}.`.startsWith(`${path}.`));
      if (field.optional && isAbsent) return [];
      if (field.kind === 'record') return [[name, dataOf(field.fields, values, `${path}.`)]];
      return [[name, wireValueOf(field, values.get(path) ?? null)]];
    }),
  );

function wireValueOf(field: ValueField, value: Value): unknown {
  const { type } = field.kind === 'list' ? field.of : field;
  const textOf = (item: unknown): unknown =>
    type === 'timestamp' && item !== null
      ? timeTextOf(Number(item))
      : presentValue({ type, nullable: field.optional }, item);
  return Array.isArray(value) ? value.map(textOf) : textOf(value);
}

const timeTextOf = (timeMs: number): string =>
  timeMs >= YEAR_0000_MS
    ? new Date(timeMs).toISOString()
    : new Date(timeMs + EASTERNMOST_MS).toISOString().replace('Z', '+23:59');
