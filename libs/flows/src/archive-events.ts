import {
  RecordDecoder,
  asideOf,
  type ArchivedEvent,
  type LogRecord,
  type Offset,
  type Partition,
  type SetAside,
  type Verdict,
} from '@twofold/core';
import type { FoldAssignment } from './fold-into-speed-views.js';
import type { Clock, EventLogReader, MasterDataset } from '@twofold/ports';
import { JudgedPartition, type Judgement } from './judged-partition.js';

export type ArchivePorts = {
  readonly log: EventLogReader;
  readonly masterDataset: MasterDataset;
  readonly clock: Clock;
  readonly report: {
    /** The records of [from, to) are live, and so many of them set aside. */
    archived(partition: Partition, from: Offset, to: Offset, aside: SetAside): void;
    trouble(partition: Partition, error: unknown): void;
  };
  /** The offset that somebody waits for the archive to reach; until there, ranges are closed without waiting for more. */
  readonly wanted: (partition: Partition) => Offset;
};

/** Records of one range at most: a file of a few MB, and some 50 MB of memory while it is made. */
const RANGE_RECORDS = 50_000;
/** How long a range waits for more records: longer makes fewer and larger files, shorter a fresher archive. */
const RANGE_WAIT_MS = 10_000;
const FETCH_BYTES = 4 * 1024 * 1024;
const IDLE_WAIT_MS = 500;
const RETRY_PAUSE_MS = 1_000;

/**
 * Copies one partition of the log into the master dataset, range by range, until told to stop. Every record is in it
 * once: the manifest takes a range only where the last one ended. Killed anywhere, the range under way is not live, and
 * the next archiver makes it again. Two archivers of one partition do no harm: one of them finds itself too late.
 */
export async function archiveEvents(
  ports: ArchivePorts,
  { partition, events, duplicates }: Pick<FoldAssignment, 'partition' | 'events' | 'duplicates'>,
  stop: AbortSignal,
): Promise<void> {
  const decoder = new RecordDecoder(events);
  const judged = new JudgedPartition(ports.log, partition, decoder, duplicates, ports.masterDataset);
  while (!stop.aborted) {
    try {
      const from = await ports.masterDataset.archivedTo(partition);
      await judged.goTo(from, stop);
      const range = await collectRange(ports, judged, decoder, partition, from, stop);
      if (range.to === from || stop.aborted) continue;
      const isLive = await ports.masterDataset.append(partition, from, range.to, range.events, events);
      if (isLive) ports.report.archived(partition, from, range.to, asideOf(range.events));
    } catch (error) {
      ports.report.trouble(partition, error);
      await ports.clock.wait(RETRY_PAUSE_MS, stop);
    }
  }
}

type Range = { readonly to: Offset; readonly events: readonly ArchivedEvent[] };

/** Reads on until the range is full, has waited long enough since its first record, or somebody wants it. */
async function collectRange(
  { log, clock, wanted }: ArchivePorts,
  judged: JudgedPartition,
  decoder: RecordDecoder,
  partition: Partition,
  from: Offset,
  stop: AbortSignal,
): Promise<Range> {
  const collected: ArchivedEvent[] = [];
  let to = from;
  let closesAtMs = Infinity;
  while (!stop.aborted && collected.length < RANGE_RECORDS && clock.elapsed() < closesAtMs) {
    const batch = await log.read(partition, { from: to, maxBytes: FETCH_BYTES, waitMs: IDLE_WAIT_MS, signal: stop });
    batch.forEach((record) => collected.push(archivedFrom(record, judged, decoder)));
    if (batch.nextOffset > to && closesAtMs === Infinity) closesAtMs = clock.elapsed() + RANGE_WAIT_MS;
    to = batch.nextOffset;
    judged.passTo(to);
    if (to > from && wanted(partition) > from && (to >= wanted(partition) || batch.recordCount === 0)) break;
  }
  return { to, events: collected };
}

function archivedFrom(record: LogRecord, judged: JudgedPartition, decoder: RecordDecoder): ArchivedEvent {
  const judgement = judged.judge(record);
  return {
    offset: record.offset,
    appendedAtMs: record.appendedAtMs,
    verdict: verdictOf(judgement, decoder),
    id: record.header('ce_id') ?? '',
    source: record.header('ce_source') ?? '',
    subject: record.key(),
    type: record.header('ce_type') ?? '',
    version: decoder.event?.version ?? 0,
    timeMs: decoder.event === null ? 0 : decoder.timeMs,
    dataText: record.valueText(),
    values: decoder.event === null ? [] : decoder.values.slice(0, decoder.leafCount),
  };
}

function verdictOf(judgement: Judgement, { deadCode, deadReason }: RecordDecoder): Verdict {
  if (judgement === 'dead') return { kind: 'dead', code: deadCode, reason: deadReason };
  return judgement === 'duplicate' ? { kind: 'duplicate' } : { kind: 'event' };
}
