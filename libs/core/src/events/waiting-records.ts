import type { Offset } from '../answer/offset-vector.js';
import { impossible } from '../errors/twofold-error.js';
import { sizeBytesOf, type RawRecord } from './raw-record.js';

/**
 * What later events of a dead record's key do. `skip`: they go on. `hold`: they wait, in order, until it is resolved; a dead
 * record without a key holds none.
 */
export type DeadLetterPolicy = 'skip' | 'hold';

/** A dead record that is not resolved, or (`hold`) an event behind one. Those of a key are a queue, in order of place. */
export type WaitingRecord =
  | { readonly kind: 'dead'; readonly offset: Offset; readonly place: Offset; readonly key: string | null }
  | {
      readonly kind: 'held';
      readonly offset: Offset;
      readonly place: Offset;
      readonly key: string;
      readonly record: RawRecord;
    };

export type OpenDeadLetter = Extract<WaitingRecord, { readonly kind: 'dead' }>;

/** What of a partition may be held at once. */
export type HeldLimits = { readonly records: number; readonly sizeBytes: number };

/**
 * So that every reader of a partition can have what is held in memory, and release it within one commit. Verdicts
 * depend on it as they do on a stream's declaration: it is the same for ever.
 */
export const HELD_LIMITS: HeldLimits = { records: 10_000, sizeBytes: 16 * 1024 * 1024 };

/**
 * The records of a partition that wait, as of an offset. A dead one takes some 100 bytes of memory; how many are open has no
 * bound but that of the log, where each takes more.
 */
export class WaitingRecords {
  private readonly open = new Map<Offset, OpenDeadLetter>();
  /** By key, where later events of the key wait. None is empty, and each begins with a dead record. */
  private readonly queues = new Map<string, WaitingRecord[]>();
  private heldRecords = 0;
  private heldBytes = 0;

  constructor(
    private readonly policy: DeadLetterPolicy,
    private readonly limits: HeldLimits,
  ) {}

  /** Forgets all, and has these, in order of place. */
  restore(waiting: readonly WaitingRecord[]): void {
    this.open.clear();
    this.queues.clear();
    this.heldRecords = 0;
    this.heldBytes = 0;
    for (const one of waiting) this.add(one);
  }

  openAt(offset: Offset): OpenDeadLetter | null {
    return this.open.get(offset) ?? null;
  }

  /** Whether events of any key have to wait. */
  get holdsAnyKey(): boolean {
    return this.queues.size > 0;
  }

  /** Whether an event of the key has to wait; in the place of a dead record: whether something stands before that. */
  isHeld(key: string | null, inPlaceOf: OpenDeadLetter | null): boolean {
    const queue = this.queueOf(key);
    return queue !== undefined && queue[0] !== inPlaceOf;
  }

  hasRoomFor(record: RawRecord): boolean {
    const { records, sizeBytes } = this.limits;
    return this.heldRecords < records && this.heldBytes + sizeBytesOf(record) <= sizeBytes;
  }

  /** At the end of its queue. */
  add(one: WaitingRecord): void {
    this.count(one);
    if (this.policy === 'skip' || one.key === null) return;
    const queue = this.queues.get(one.key);
    if (queue === undefined) this.queues.set(one.key, [one]);
    else queue.push(one);
  }

  /** Resolves a dead record; `by` takes its place. The events that nothing dead stands before any more go, in order. */
  resolve(dead: OpenDeadLetter, by: WaitingRecord | null): readonly RawRecord[] {
    this.open.delete(dead.offset);
    if (by !== null) this.count(by);
    const queue = this.queueOf(dead.key);
    if (queue === undefined) return [];
    const at = queue.indexOf(dead);
    if (at < 0) impossible(`the dead record at ${dead.offset} is not in the queue of its key`);
    queue.splice(at, 1, ...(by === null ? [] : [by]));
    return this.release(dead.key ?? '', queue);
  }

  private release(key: string, queue: WaitingRecord[]): readonly RawRecord[] {
    const firstDead = queue.findIndex(({ kind }) => kind === 'dead');
    const freed = queue.splice(0, firstDead < 0 ? queue.length : firstDead);
    if (queue.length === 0) this.queues.delete(key);
    return freed.map((one) => {
      if (one.kind === 'dead') return impossible('a dead record was released');
      this.heldRecords -= 1;
      this.heldBytes -= sizeBytesOf(one.record);
      return one.record;
    });
  }

  private count(one: WaitingRecord): void {
    if (one.kind === 'dead') {
      this.open.set(one.offset, one);
      return;
    }
    this.heldRecords += 1;
    this.heldBytes += sizeBytesOf(one.record);
  }

  private queueOf(key: string | null): WaitingRecord[] | undefined {
    return key === null ? undefined : this.queues.get(key);
  }
}
