import { impossible } from '../errors/twofold-error.js';
import type { Offset } from '../answer/offset-vector.js';

/** Numbers of a key. */
const LANES = 4;
/** Entries that there is room for at first. A power of two, as all that follow it are. */
const FIRST_ROOM = 1024;
/** Slots for each entry that there is room for: half of them are empty, so that a search is short. */
const SLOTS_PER_ENTRY = 2;

/**
 * The events of a partition's last so many offsets by the hash of their identity: a ring in order of offset, and a hash table
 * (open addressing, linear probing) with the last entry of each key. Some 40 bytes an entry, in typed arrays: a million
 * are no work for the garbage collector.
 */
export class IdentityIndex {
  private room = FIRST_ROOM;
  /** Sequence numbers of the entries: [oldest, next). An entry stands in the ring at its number modulo `room`. */
  private oldest = 0;
  private next = 0;
  private keys = new Int32Array(FIRST_ROOM * LANES);
  private offsets = new Float64Array(FIRST_ROOM);
  private appendedAtMs = new Float64Array(FIRST_ROOM);
  private marks = new Uint8Array(FIRST_ROOM);
  /** The place in the ring, plus one; 0: the slot is empty. */
  private slots = new Int32Array(FIRST_ROOM * SLOTS_PER_ENTRY);

  get size(): number {
    return this.next - this.oldest;
  }

  /** Append time of the last entry with this key; −Infinity: there is none. */
  lastAppendedAtMs(key: Int32Array): number {
    const place = (this.slots[this.slotOf(key, 0)] as number) - 1;
    return place < 0 ? -Infinity : (this.appendedAtMs[place] as number);
  }

  /** Adds the newest entry. `mark` is what {@link markAt} says of it. */
  add(key: Int32Array, offset: Offset, appendedAtMs: number, mark: boolean): void {
    if (this.size === this.room) this.grow();
    const place = this.next % this.room;
    this.next += 1;
    this.keys.set(key, place * LANES);
    this.offsets[place] = offset;
    this.appendedAtMs[place] = appendedAtMs;
    this.marks[place] = mark ? 1 : 0;
    this.slots[this.slotOf(key, 0)] = place + 1;
  }

  /** Forgets all entries below an offset. */
  forgetBelow(offset: Offset): void {
    while (this.oldest < this.next && (this.offsets[this.oldest % this.room] as number) < offset) {
      const place = this.oldest % this.room;
      this.oldest += 1;
      const slot = this.slotOf(this.keys, place * LANES);
      // another one means that the key came again since
      if (this.slots[slot] === place + 1) this.empty(slot);
    }
  }

  clear(): void {
    this.oldest = 0;
    this.next = 0;
    this.slots.fill(0);
  }

  /** The mark of the entry at an offset; null: there is none. */
  markAt(offset: Offset): boolean | null {
    let low = this.oldest;
    let high = this.next;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.offsets[middle % this.room] as number) < offset) low = middle + 1;
      else high = middle;
    }
    const place = low % this.room;
    return low < this.next && this.offsets[place] === offset ? this.marks[place] === 1 : null;
  }

  /** The slot that has the key, or the empty one where it would be. */
  private slotOf(key: Int32Array, start: number): number {
    const { slots, keys } = this;
    const mask = slots.length - 1;
    for (let slot = (key[start] as number) & mask, seen = 0; seen <= mask; slot = (slot + 1) & mask, seen++) {
      const place = (slots[slot] as number) - 1;
      if (place < 0) return slot;
      const at = place * LANES;
      if (
        keys[at] === key[start] &&
        keys[at + 1] === key[start + 1] &&
        keys[at + 2] === key[start + 2] &&
        keys[at + 3] === key[start + 3]
      )
        return slot;
    }
    return impossible('a table without an empty slot');
  }

  /** Empties a slot, and moves up what stands behind it only because it was taken (Knuth, 6.4, algorithm R). */
  private empty(freed: number): void {
    const { slots, keys } = this;
    const mask = slots.length - 1;
    let hole = freed;
    for (let slot = (freed + 1) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const wanted = (keys[((slots[slot] as number) - 1) * LANES] as number) & mask;
      const isBetween = hole <= slot ? hole < wanted && wanted <= slot : hole < wanted || wanted <= slot;
      if (isBetween) continue;
      slots[hole] = slots[slot] as number;
      hole = slot;
    }
    slots[hole] = 0;
  }

  private grow(): void {
    const { room, keys, offsets, appendedAtMs, marks, oldest, size } = this;
    this.room = room * 2;
    this.keys = new Int32Array(this.room * LANES);
    this.offsets = new Float64Array(this.room);
    this.appendedAtMs = new Float64Array(this.room);
    this.marks = new Uint8Array(this.room);
    this.slots = new Int32Array(this.room * SLOTS_PER_ENTRY);
    this.oldest = 0;
    this.next = 0;
    for (let i = 0; i < size; i++) {
      const place = (oldest + i) % room;
      const key = keys.subarray(place * LANES, place * LANES + LANES);
      this.add(key, offsets[place] as number, appendedAtMs[place] as number, marks[place] === 1);
    }
  }
}
