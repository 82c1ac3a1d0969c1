import type { EventType, OffsetVector } from '@twofold/core';
import type { ArchiveFile, EventRange } from '@twofold/ports';
import type { LawCase } from '../generators/law-cases.js';
import { headOf, type LoggedEvent } from '../generators/logs.js';
import type { Cut, EventsWithin } from './naive-log.js';

/** Offsets of a file: few, so that cuts go between files and through them. */
const OFFSETS_OF_FILE = 5;

/** The files that an archive of a case's log has. Nothing stands at their locations. */
export const archiveFilesOf = (lawCase: LawCase): readonly ArchiveFile[] =>
  lawCase.events.flatMap((event) => filesOf(event, lawCase));

/** A cut of a case as the platform names it. */
export function vectorOf({ partitions }: LawCase, cut: Cut): OffsetVector {
  const streams = [...new Set(partitions.map(({ stream }) => stream))];
  return Object.fromEntries(
    streams.map((stream) => [stream, cut.filter((_, index) => partitions[index]?.stream === stream)]),
  );
}

export const rangeOf = (lawCase: LawCase, { from, to, windows }: EventsWithin): EventRange => ({
  from: vectorOf(lawCase, from),
  to: vectorOf(lawCase, to),
  windows,
});

/** Whether a record is an event of that version of that type. */
export const isOf = ({ type, version }: EventType, record: LoggedEvent): boolean =>
  record.verdict.kind === 'event' && record.type === type && record.version === version;

function filesOf(event: EventType, { partitions, log }: LawCase): readonly ArchiveFile[] {
  return partitions.flatMap((partition, number) => {
    const records = log[number] ?? [];
    const count = partition.stream === event.stream ? Math.ceil(headOf(records) / OFFSETS_OF_FILE) : 0;
    return Array.from({ length: count }, (_, file): ArchiveFile => {
      const from = file * OFFSETS_OF_FILE;
      const to = Math.min(from + OFFSETS_OF_FILE, headOf(records));
      const within = records.filter(
        (record) => isOf(event, record) && record.appliedOffset >= from && record.appliedOffset < to,
      );
      const timesMs = within.map(({ timeMs }) => timeMs);
      return {
        partition,
        from,
        to,
        eventType: event.type,
        eventVersion: event.version,
        rowCount: within.length,
        sizeBytes: null,
        times: within.length === 0 ? null : { oldestMs: Math.min(...timesMs), newestMs: Math.max(...timesMs) },
        location: `${event.type}/${event.version}/${partition.partition}/${from}/${to}`,
      };
    }).filter(({ rowCount }) => rowCount > 0);
  });
}
