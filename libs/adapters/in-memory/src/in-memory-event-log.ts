import {
  PlainRecord,
  TwofoldError,
  impossible,
  partitionName,
  type LogRecord,
  type Offset,
  type Partition,
  type RecordContent,
} from '@twofold/core';
import type {
  Appended,
  Assignment,
  Clock,
  EventBatch,
  EventLogAdmin,
  EventLogReader,
  EventLogWriter,
  OutgoingEvent,
  OutgoingRecord,
  PartitionAssigner,
  ReadOptions,
} from '@twofold/ports';
import { InMemoryGroups } from './in-memory-groups.js';

type Stored = RecordContent;

/** One partition: its records by offset, with gaps where something stood that nobody reads. */
type PartitionLog = { start: Offset; end: Offset; records: Stored[]; readonly waiting: Set<() => void> };

const DEFAULT_MAX_BYTES = 1024 * 1024;
const DEFAULT_WAIT_MS = 500;

/** The log in memory, for tests and for reading the contract: writer, reader, admin and partition assigner in one. */
export class InMemoryEventLog implements EventLogWriter, EventLogReader, EventLogAdmin, PartitionAssigner {
  private readonly streams = new Map<string, readonly PartitionLog[]>();
  private readonly groups = new InMemoryGroups();

  constructor(private readonly clock: Pick<Clock, 'now'> = Date) {}

  async append(stream: string, events: readonly OutgoingEvent[]): Promise<readonly Appended[]> {
    if (events.length === 0) return [];
    const partitions = this.streams.get(stream);
    if (partitions === undefined) throw new TwofoldError('log-unavailable', `there is no stream ${stream}`);
    const appendedAtMs = this.clock.now();
    const places = events.map((event): Appended => {
      const partition = hashOf(event.key) % partitions.length;
      const log = partitions[partition] ?? impossible('a partition beyond the last');
      const offset = log.end++;
      const { key, value } = event;
      log.records.push({ offset, appendedAtMs, key, value, headers: Object.entries(event.headers) });
      return { partition, offset };
    });
    for (const { partition } of places) partitions[partition]?.waiting.forEach((wake) => wake());
    return places;
  }

  async appendTo(partition: Partition, records: readonly OutgoingRecord[]): Promise<readonly Offset[]> {
    const log = this.logOf(partition);
    const appendedAtMs = this.clock.now();
    const offsets = records.map((record) => {
      const offset = log.end++;
      log.records.push({ offset, appendedAtMs, ...record });
      return offset;
    });
    log.waiting.forEach((wake) => wake());
    return offsets;
  }

  async read(partition: Partition, options: ReadOptions): Promise<EventBatch> {
    const { from, below = Number.MAX_SAFE_INTEGER, maxBytes = DEFAULT_MAX_BYTES, waitMs = DEFAULT_WAIT_MS } = options;
    const log = this.logOf(partition);
    if (options.signal?.aborted || from >= below) return new StoredBatch(partition, [], from);
    if (from < log.start || from > log.end) {
      throw new TwofoldError('offset-out-of-range', `${partitionName(partition)} does not hold offset ${from}`);
    }
    if (log.end === from) await untilWoken(log.waiting, waitMs, options.signal);
    if (options.signal?.aborted) return new StoredBatch(partition, [], from);
    const taken = recordsFrom(log.records, from, below, maxBytes);
    const following = log.records[indexOf(log.records, from) + taken.length]?.offset ?? log.end;
    return new StoredBatch(partition, taken, Math.min(below, following));
  }

  async bounds(stream: string): Promise<{ readonly start: readonly Offset[]; readonly end: readonly Offset[] }> {
    const partitions = this.streams.get(stream);
    if (partitions === undefined) throw new TwofoldError('log-unavailable', `there is no stream ${stream}`);
    return { start: partitions.map(({ start }) => start), end: partitions.map(({ end }) => end) };
  }

  async ensureStream(stream: string, partitions: number): Promise<number> {
    const standing = this.streams.get(stream);
    if (standing !== undefined) return standing.length;
    const empty = (): PartitionLog => ({ start: 0, end: 0, records: [], waiting: new Set() });
    this.streams.set(stream, Array.from({ length: partitions }, empty));
    return partitions;
  }

  async partitionCount(stream: string): Promise<number | null> {
    return this.streams.get(stream)?.length ?? null;
  }

  follow(
    group: string,
    streams: readonly string[],
    onAssigned: (assignment: Assignment) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const partitions = streams.flatMap((stream) =>
      Array.from({ length: this.streams.get(stream)?.length ?? 0 }, (_, partition) => ({ stream, partition })),
    );
    return this.groups.follow(group, partitions, onAssigned, signal);
  }

  /** As retention does: the partition now starts at this offset. */
  removeBelow(partition: Partition, offset: Offset): void {
    const log = this.logOf(partition);
    log.start = Math.max(log.start, Math.min(offset, log.end));
    log.records = log.records.filter((record) => record.offset >= log.start);
  }

  /** As control records and aborted transactions do: offsets that hold nothing to read. */
  leaveGap(partition: Partition, offsets: number): void {
    const log = this.logOf(partition);
    log.end += offsets;
    log.waiting.forEach((wake) => wake());
  }

  async close(): Promise<void> {}

  private logOf(partition: Partition): PartitionLog {
    const log = this.streams.get(partition.stream)?.[partition.partition];
    if (log === undefined) {
      throw new TwofoldError('log-unavailable', `there is no partition ${partitionName(partition)}`);
    }
    return log;
  }
}

class StoredBatch implements EventBatch {
  readonly recordCount: number;
  readonly lastAppendedAtMs: number | null;

  constructor(
    readonly partition: Partition,
    private readonly records: readonly Stored[],
    readonly nextOffset: Offset,
  ) {
    this.recordCount = records.length;
    this.lastAppendedAtMs = records.at(-1)?.appendedAtMs ?? null;
  }

  forEach(visit: (record: LogRecord) => void): void {
    for (const record of this.records) visit(new PlainRecord(record));
  }
}

/** The records of [from, below), up to a number of bytes of key and value; at least one. */
function recordsFrom(records: readonly Stored[], from: Offset, below: Offset, maxBytes: number): readonly Stored[] {
  const taken: Stored[] = [];
  let bytes = 0;
  for (let index = indexOf(records, from); index < records.length; index++) {
    const record = records[index] ?? impossible('a record beyond the last');
    bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0);
    if (record.offset >= below || (taken.length > 0 && bytes > maxBytes)) break;
    taken.push(record);
  }
  return taken;
}

/** The index of the first record at or beyond an offset. */
function indexOf(records: readonly Stored[], offset: Offset): number {
  let low = 0;
  for (let high = records.length; low < high;) {
    const middle = (low + high) >>> 1;
    if ((records[middle]?.offset ?? offset) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function untilWoken(waiting: Set<() => void>, waitMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      waiting.delete(wake);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, waitMs);
    waiting.add(wake);
    signal?.addEventListener('abort', wake, { once: true });
  });
}

/** FNV-1a over UTF-16 units: any fixed function of the key will do here. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
