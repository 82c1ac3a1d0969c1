import {
  DuplicateFinder,
  PlainRecord,
  headerOf,
  partitionName,
  type DecodedKind,
  type DuplicatesWindow,
  type LogRecord,
  type Offset,
  type Partition,
  type RecordDecoder,
} from '@twofold/core';
import type { EventLogReader, MasterDataset } from '@twofold/ports';
import { hasWindow, windowTruncated } from './whole-window.js';

/** What every reader of a partition concludes about a record. `decoder` holds the event, where it is one. */
export type Judgement = Exclude<DecodedKind, 'unknown-version'> | 'duplicate';

/** What is looked back through is not folded, so it is fetched in large pieces. */
const FETCH_BYTES = 8 * 1024 * 1024;
/** Nothing is waited for: what is looked back through stands there. */
const WAIT_MS = 500;
/** Offsets whose identities come from the archive at a time: some 20 MB of memory. */
const ARCHIVED_AT_A_TIME = 50_000;

/**
 * The verdicts on a partition's records, for fold and archive alike: whether a record is an event, and whether it is there for
 * the first time. They are a function of the log; what they need to know of it besides the record is read again after a
 * restart, so nothing is kept outside the log.
 *
 * Where retention has removed part of the window, the archive has it. Who has no archive is not told a verdict: {@link goTo}
 * rejects with `window-truncated`.
 */
export class JudgedPartition {
  private readonly duplicates: DuplicateFinder;

  constructor(
    private readonly log: EventLogReader,
    private readonly partition: Partition,
    private readonly decoder: RecordDecoder,
    private readonly window: DuplicatesWindow,
    private readonly archive: Pick<MasterDataset, 'identities'> | null,
  ) {
    this.duplicates = new DuplicateFinder(window);
  }

  /** Whether it can judge the records from `offset` on, in order, without {@link goTo}. */
  standsAt(offset: Offset): boolean {
    return this.duplicates.canJudgeFrom(offset);
  }

  /** Gets ready to judge the records from `offset` on: reads the window before it, if need be. Aborted: it is not ready. */
  async goTo(offset: Offset, signal: AbortSignal): Promise<void> {
    if (this.standsAt(offset)) return;
    this.duplicates.restart(offset);
    const from = await this.startOnLog(offset, signal);
    for (let at = from; at < offset && !signal.aborted;) {
      const batch = await this.log.read(this.partition, {
        ...{ from: at, below: offset, maxBytes: FETCH_BYTES, waitMs: WAIT_MS, signal },
      });
      batch.forEach((record) => void this.judge(record));
      at = batch.nextOffset;
    }
    if (!signal.aborted) this.duplicates.passTo(offset);
  }

  /** There is nothing to judge below `offset` any more. */
  passTo(offset: Offset): void {
    this.duplicates.passTo(offset);
  }

  /** Every record is judged in its turn; those that were judged already come out the same. */
  judge(record: LogRecord): Judgement {
    const kind = this.decoder.decode(record);
    if (kind === 'unknown-version')
      throw new Error(
        `${partitionName(this.partition)} waits at offset ${record.offset}: its event is of a version (${record.header('ce_dataschema')}) newer than this build's catalog`,
      );
    return kind === 'event' && this.duplicates.isDuplicate(record) ? 'duplicate' : kind;
  }

  /** Where the window before `offset` begins on the log; what retention has taken of it is remembered from the archive. */
  private async startOnLog(offset: Offset, signal: AbortSignal): Promise<Offset> {
    const wanted = this.duplicates.windowStart(offset);
    if (wanted === offset) return offset;
    const start = (await this.log.bounds(this.partition.stream)).start[this.partition.partition] ?? 0;
    if (wanted >= start) return wanted;
    const from = Math.min(start, offset);
    if (await hasWindow(this.log, this.partition, this.window, offset)) return from;
    if (this.archive === null) throw windowTruncated(this.partition, offset);
    for (let at = wanted; at < from && !signal.aborted; at += ARCHIVED_AT_A_TIME) {
      const below = Math.min(at + ARCHIVED_AT_A_TIME, from);
      for (const { offset, appendedAtMs, source, id } of await this.archive.identities(this.partition, at, below))
        this.duplicates.isDuplicate(
          new PlainRecord({
            ...{ offset, appendedAtMs, key: null, value: null },
            header: (name) => (name === headerOf('source') ? source : name === headerOf('id') ? id : undefined),
          }),
        );
    }
    return from;
  }
}
