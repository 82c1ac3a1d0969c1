import { partitionName, type Offset, type Partition } from '../answer/offset-vector.js';
import type { DeadCode } from './archived-event.js';
import { DuplicateFinder } from './duplicates.js';
import { AN_EVENT, A_DUPLICATE, NO_RESOLUTION, type Judgement } from './judgement.js';
import type { LogRecord } from './log-record.js';
import type { RecordDecoder } from './record-decoder.js';
import { resolutionOf, type ResolutionKind } from './resolution.js';
import type { StreamDefinition } from './stream.js';
import {
  HELD_LIMITS,
  WaitingRecords,
  type HeldLimits,
  type OpenDeadLetter,
  type WaitingRecord,
} from './waiting-records.js';

/** What the verdicts from an offset on depend on, besides the events in the window of duplicates before it. */
export type PartitionState = {
  readonly offset: Offset;
  /** In order of place. */
  readonly waiting: readonly WaitingRecord[];
  /** In the window: redrives that resolved something; and events that are dead only because there was no room to hold them. */
  readonly redrives: readonly Offset[];
  readonly overflowed: readonly Offset[];
};

/** Judgements that are kept to be given again. More than fall between two cuts of a healthy stream; without them: a restart. */
const MAX_KEPT = 10_000;

/**
 * The verdicts on a partition's records, which it is shown in order: whether a record is an event, there for the first time, and
 * whether it has to wait. They are a function of the log below the record, of the stream's definition and of the catalog.
 *
 * What was judged comes out the same when it is judged again, as far back as {@link canJudgeFrom} says.
 */
export class RecordJudge {
  private readonly duplicates: DuplicateFinder;
  private readonly waiting: WaitingRecords;
  /** By offset, from `keptFrom` on: all but those of plain events and plain duplicates. */
  private readonly kept = new Map<Offset, Judgement>();
  private keptFrom: Offset = 0;
  private judgedTo: Offset = 0;
  private redrives: ReadonlySet<Offset> = new Set();
  private overflowed: ReadonlySet<Offset> = new Set();

  constructor(
    private readonly partition: Partition,
    private readonly decoder: RecordDecoder,
    { duplicates, deadLetters }: Pick<StreamDefinition, 'duplicates' | 'deadLetters'>,
    limits: HeldLimits = HELD_LIMITS,
  ) {
    this.duplicates = new DuplicateFinder(duplicates);
    this.waiting = new WaitingRecords(deadLetters, limits);
  }

  /** Whether it can go on, or again, with the records from `offset` on. Else: {@link restart}. */
  canJudgeFrom(offset: Offset): boolean {
    return offset >= this.keptFrom && this.duplicates.canJudgeFrom(offset);
  }

  /**
   * Forgets all. Next it is shown the records of the window before the state's offset ({@link remember}), and those from there
   * on, then {@link passTo} where it shall go on. `knownFrom`: before it duplicates may pass for events, which is of no
   * consequence to what waits in a stream that does not hold.
   */
  restart(state: PartitionState, knownFrom: Offset = state.offset): void {
    this.duplicates.restart(knownFrom);
    this.waiting.restore(state.waiting);
    this.kept.clear();
    this.keptFrom = knownFrom;
    this.judgedTo = state.offset;
    this.redrives = new Set(state.redrives);
    this.overflowed = new Set(state.overflowed);
  }

  /** A record before the state that it was restarted with. */
  remember(record: LogRecord): void {
    if (resolutionOf(record) !== null && !this.redrives.has(record.offset)) return;
    if (this.overflowed.has(record.offset)) return;
    if (this.decode(record) === 'event') this.rememberEvent(record);
  }

  /** As {@link remember}, of what is known to count for those that follow: nothing is asked of it but source and id. */
  rememberEvent(record: LogRecord): void {
    this.duplicates.isDuplicate(record);
  }

  /** Nothing stands below `offset` that it was not shown. */
  passTo(offset: Offset): void {
    this.duplicates.passTo(offset);
    this.judgedTo = Math.max(this.judgedTo, offset);
  }

  /** The decoder holds the event, where that is the verdict. */
  judge(record: LogRecord): Judgement {
    if (record.offset >= this.judgedTo) {
      const judgement = this.judgeNew(record);
      this.judgedTo = record.offset + 1;
      return judgement;
    }
    const before = this.kept.get(record.offset);
    if (before?.verdict.kind === 'dead' || before?.verdict.kind === 'resolution') return before;
    const isEvent = this.decode(record) === 'event';
    return before ?? (isEvent && this.duplicates.isDuplicate(record) ? A_DUPLICATE : AN_EVENT);
  }

  private judgeNew(record: LogRecord): Judgement {
    const resolution = resolutionOf(record);
    if (resolution === null) return this.judgeContent(record, null);
    if (resolution === 'malformed') return this.judgeDead(record, MALFORMED, null);
    const dead = this.waiting.openAt(resolution.target);
    if (dead === null) return this.keep(record.offset, NO_RESOLUTION);
    if (resolution.kind === 'redrive') return this.judgeContent(record, dead);
    return this.judged(record, { kind: 'resolution' }, dead, null, 'discard');
  }

  /** What the record itself is; where it redrives a dead one, in its place. */
  private judgeContent(record: LogRecord, dead: OpenDeadLetter | null): Judgement {
    const kind = this.decode(record);
    if (kind === 'dead') {
      const { deadCode: code, deadReason: reason } = this.decoder;
      return this.judgeDead(record, { code, reason }, dead);
    }
    if (kind === 'unknown-type') return dead === null ? AN_EVENT : this.judged(record, AN_EVENT.verdict, dead, null);
    // nearly always: no key is asked for
    if (dead === null && !this.waiting.holdsAnyKey) return this.duplicates.isDuplicate(record) ? A_DUPLICATE : AN_EVENT;
    const key = dead === null ? record.key() : dead.key;
    if (!this.waiting.isHeld(key, dead)) {
      const isDuplicate = this.duplicates.isDuplicate(record);
      const judgement = isDuplicate ? A_DUPLICATE : AN_EVENT;
      return dead === null ? judgement : this.judged(record, judgement.verdict, dead, null);
    }
    const copy = record.copy();
    const hasRoom = this.waiting.hasRoomFor(copy);
    if (this.duplicates.isDuplicate(record, hasRoom))
      return dead === null ? A_DUPLICATE : this.judged(record, A_DUPLICATE.verdict, dead, null);
    if (!hasRoom) return this.judgeDead(record, OVERFLOW, dead);
    const held = { kind: 'held', offset: record.offset, place: dead?.place ?? record.offset, key: key ?? '' } as const;
    return this.judged(record, { kind: 'held' }, dead, { ...held, record: copy });
  }

  private judgeDead(
    record: LogRecord,
    why: { readonly code: DeadCode; readonly reason: string },
    dead: OpenDeadLetter | null,
  ): Judgement {
    const { offset } = record;
    const key = dead === null ? record.key() : dead.key;
    return this.judged(record, { kind: 'dead', ...why }, dead, {
      ...{ kind: 'dead', offset, place: dead?.place ?? offset, key },
    });
  }

  /** The record waits from here on, if it does, alone or in the place of a dead one. */
  private judged(
    { offset }: LogRecord,
    verdict: Judgement['verdict'],
    dead: OpenDeadLetter | null,
    waits: WaitingRecord | null,
    by: ResolutionKind = 'redrive',
  ): Judgement {
    if (dead === null && waits !== null) this.waiting.add(waits);
    const released = dead === null ? [] : this.waiting.resolve(dead, waits);
    const closed = dead === null ? null : { offset: dead.offset, by };
    return this.keep(offset, { verdict, place: waits?.place ?? offset, key: waits?.key ?? null, closed, released });
  }

  private keep(offset: Offset, judgement: Judgement): Judgement {
    this.kept.set(offset, judgement);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_KEPT && oldest !== undefined) {
      this.kept.delete(oldest);
      this.keptFrom = Math.max(this.keptFrom, oldest + 1);
    }
    return judgement;
  }

  private decode(record: LogRecord): 'event' | 'unknown-type' | 'dead' {
    const kind = this.decoder.decode(record);
    if (kind !== 'unknown-version') return kind;
    throw new Error(
      `${partitionName(this.partition)} waits at offset ${record.offset}: its event is of a version (${record.header('ce_dataschema')}) newer than this build's catalog`,
    );
  }
}

const MALFORMED = { code: 'unreadable', reason: 'its twofold-resolves or twofold-resolution is none' } as const;
const OVERFLOW = { code: 'held-overflow', reason: 'more events wait behind dead ones than are held' } as const;
