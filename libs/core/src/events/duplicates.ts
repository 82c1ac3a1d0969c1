import type { Offset } from '../answer/offset-vector.js';
import { impossible } from '../errors/twofold-error.js';
import { IdentityIndex } from './identity-index.js';
import { headerOf, type LogRecord } from './log-record.js';
import { murmur3 } from './murmur3.js';

/**
 * How far back a stream looks for an event with the same source and id: an event is a duplicate where the last such event
 * before it on its partition is among the `withinRecords` offsets before it, and was appended at most `withinMs` before it (or
 * after it, where the broker's clock went back). 0 records: none is.
 */
export type DuplicatesWindow = { readonly withinMs: number; readonly withinRecords: number };

/** The first offset that the verdict on the event at `offset` depends on. */
export const startOfWindow = ({ withinRecords }: DuplicatesWindow, offset: Offset): Offset =>
  Math.max(0, offset - withinRecords);

/**
 * Tells duplicates of one partition, whose events it is shown in order. The verdict is a function of the log: of the event,
 * and those in the window before it, be they duplicates themselves or not. Identities are compared by 128 bits of a hash.
 */
export class DuplicateFinder {
  private readonly index = new IdentityIndex();
  private readonly key = new Int32Array(LANES);
  private readonly sourceKey = new Int32Array(LANES);
  private source: string | undefined = undefined;
  /** It has seen the events of all offsets below. */
  private seenTo: Offset = 0;
  /** Of those from here on it knows the verdict. */
  private knownFrom: Offset = 0;

  constructor(private readonly window: DuplicatesWindow) {}

  /** Whether it can go on, or again, with the events from `offset` on. Else: {@link restart}, show it those from {@link startOfWindow} on. */
  canJudgeFrom(offset: Offset): boolean {
    return offset <= this.seenTo && offset >= Math.max(this.knownFrom, startOfWindow(this.window, this.seenTo));
  }

  /** Forgets all. What it is shown below `offset` is only remembered. */
  restart(offset: Offset): void {
    this.index.clear();
    this.seenTo = 0;
    this.knownFrom = offset;
  }

  /** Every event below `offset` was shown: nothing else stands there. */
  passTo(offset: Offset): void {
    this.seenTo = Math.max(this.seenTo, offset);
  }

  /**
   * Whether an event is a duplicate. An event that it was shown before is what it was. `counts`: whether one that is none has
   * been there, for those that follow.
   */
  isDuplicate(event: LogRecord, counts = true): boolean {
    const { offset, appendedAtMs } = event;
    if (offset < this.seenTo && this.window.withinRecords > 0)
      return this.index.markAt(offset) ?? impossible(`no verdict on ${offset}`);
    this.index.forgetBelow(startOfWindow(this.window, offset));
    this.seenTo = offset + 1;
    if (this.window.withinRecords === 0) return false;
    this.hash(event);
    const { withinMs } = this.window;
    if (!counts && appendedAtMs - this.index.lastAppendedAtMs(this.key) > withinMs) return false;
    return appendedAtMs - this.index.add(this.key, offset, appendedAtMs, withinMs) <= withinMs;
  }

  /** Of the id, beginning with what the source was hashed to. Sources are few: mostly it is that of the event before. */
  private hash(event: LogRecord): void {
    const source = event.header(SOURCE);
    if (source !== this.source) {
      this.sourceKey.fill(0);
      if (event.seek(SOURCE)) murmur3(event.headerBytes, event.headerStart, event.headerEnd, this.sourceKey);
      this.source = source;
    }
    const { key, sourceKey } = this;
    for (let lane = 0; lane < LANES; lane++) key[lane] = sourceKey[lane] as number;
    if (event.seek(ID)) murmur3(event.headerBytes, event.headerStart, event.headerEnd, this.key);
  }
}

/** Numbers of a hash. */
const LANES = 4;
const SOURCE = headerOf('source');
const ID = headerOf('id');
