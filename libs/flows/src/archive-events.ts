import {
  PlainRecord,
  RecordDecoder,
  sizeBytesOf,
  type ArchivedEvent,
  type LogRecord,
  type Offset,
  type Partition,
  type SetAside,
  type Verdict,
} from '@twofold/core';
import {
  NO_CHANGES,
  type ClosedRecord,
  type Clock,
  type DeadLetters,
  type DeadLetterTopic,
  type EventLogReader,
  type MasterDataset,
  type OpenedRecord,
} from '@twofold/ports';
import type { FoldAssignment } from './fold-into-speed-views.js';
import { JudgedPartition } from './judged-partition.js';
import { tellDeadLetters } from './tell-dead-letters.js';
import { changesOf } from './waiting-changes.js';

export type ArchivePorts = {
  readonly log: EventLogReader;
  readonly masterDataset: MasterDataset;
  readonly deadLetters: Pick<DeadLetters, 'lastState' | 'untold' | 'noteTold'>;
  readonly deadLetterTopic: DeadLetterTopic;
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
/** Of records that a range finds dead or held, every byte of which is written with it: one transaction of a second or two. */
const RANGE_OPENED_BYTES = 16 * 1024 * 1024;
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
  { partition, events, stream }: Pick<FoldAssignment, 'partition' | 'events' | 'stream'>,
  stop: AbortSignal,
): Promise<void> {
  const decoder = new RecordDecoder(events);
  const judged = new JudgedPartition(ports, partition, decoder, stream, ports.masterDataset);
  while (!stop.aborted) {
    try {
      const isTold = await hasTold(ports, partition, stop);
      const from = await ports.masterDataset.archivedTo(partition);
      await judged.goTo(from, stop);
      const range = await collectRange(
        ports,
        judged,
        decoder,
        partition,
        from,
        isTold ? Infinity : RANGE_WAIT_MS,
        stop,
      );
      if (range.to === from || stop.aborted) continue;
      const isLive = await ports.masterDataset.append(partition, from, range.to, range.events, events, range);
      if (isLive) ports.report.archived(partition, from, range.to, asideIn(range.events));
    } catch (error) {
      ports.report.trouble(partition, error);
      await ports.clock.wait(RETRY_PAUSE_MS, stop);
    }
  }
}

/** It stands in nobody's way: where the topic is away the archive goes on, and it is tried again after the next range. */
async function hasTold(ports: ArchivePorts, partition: Partition, stop: AbortSignal): Promise<boolean> {
  try {
    await tellDeadLetters(ports, partition, stop);
    return true;
  } catch (error) {
    ports.report.trouble(partition, error);
    return false;
  }
}

type Range = {
  readonly to: Offset;
  readonly events: readonly ArchivedEvent[];
  /** What it changes of what waits. */
  readonly opened: readonly OpenedRecord[];
  readonly closed: readonly ClosedRecord[];
};

/** Reads on until the range is full, has waited long enough since its first record (`idleMs`: since now), or somebody wants it. */
async function collectRange(
  { log, clock, wanted }: ArchivePorts,
  judged: JudgedPartition,
  decoder: RecordDecoder,
  partition: Partition,
  from: Offset,
  idleMs: number,
  stop: AbortSignal,
): Promise<Range> {
  const collected: ArchivedEvent[] = [];
  const opened: OpenedRecord[] = [];
  const closed: ClosedRecord[] = [];
  let openedBytes = 0;
  const collect = (record: LogRecord): void => {
    const judgement = judged.judge(record);
    collected.push(archivedFrom(record, judgement.verdict, decoder, record.offset));
    const changes = changesOf(record, judgement);
    if (changes === NO_CHANGES) return;
    opened.push(...changes.opened);
    openedBytes += changes.opened.reduce((sum, one) => sum + sizeBytesOf(one.record), 0);
    closed.push(...changes.closed);
    for (const raw of judgement.released) {
      const released = new PlainRecord(raw);
      decoder.decode(released);
      collected.push(archivedFrom(released, { kind: 'event' }, decoder, record.offset));
    }
  };
  let to = from;
  let closesAtMs = clock.elapsed() + idleMs;
  const isFull = (): boolean => collected.length >= RANGE_RECORDS || openedBytes >= RANGE_OPENED_BYTES;
  while (!stop.aborted && !isFull() && clock.elapsed() < closesAtMs) {
    const batch = await log.read(partition, { from: to, maxBytes: FETCH_BYTES, waitMs: IDLE_WAIT_MS, signal: stop });
    batch.forEach(collect);
    if (batch.nextOffset > to && closesAtMs === Infinity) closesAtMs = clock.elapsed() + RANGE_WAIT_MS;
    to = batch.nextOffset;
    judged.passTo(to);
    if (to > from && wanted(partition) > from && (to >= wanted(partition) || batch.recordCount === 0)) break;
  }
  return { to, events: collected, opened, closed };
}

/** Records by their own verdicts, whatever becomes of them later. */
function asideIn(events: readonly ArchivedEvent[]): SetAside {
  const count = (wanted: Verdict['kind']): number => events.filter(({ verdict }) => verdict.kind === wanted).length;
  return { deadLetters: count('dead'), duplicates: count('duplicate'), held: count('held') };
}

/** `decoder` holds the event, where that is the verdict. */
function archivedFrom(
  record: LogRecord,
  verdict: Verdict,
  decoder: RecordDecoder,
  appliedOffset: Offset,
): ArchivedEvent {
  const isEvent = verdict.kind === 'event' || verdict.kind === 'duplicate' || verdict.kind === 'held';
  const version = isEvent ? decoder.event?.version : undefined;
  return {
    offset: record.offset,
    appliedOffset,
    appendedAtMs: record.appendedAtMs,
    verdict,
    id: record.header('ce_id') ?? '',
    source: record.header('ce_source') ?? '',
    subject: record.key(),
    type: record.header('ce_type') ?? '',
    version: version ?? 0,
    timeMs: version === undefined ? 0 : decoder.timeMs,
    dataText: record.valueText(),
    values: version === undefined ? [] : decoder.values.slice(0, decoder.leafCount),
  };
}
