import { impossible } from '../errors/twofold-error.js';
import type { Offset } from '../answer/offset-vector.js';

/** Numbers of a key, the first of which says where in the table it is sought. */
const LANES = 4;
/** Entries that there is room for at first. A power of two, as all that follow it are. */
const FIRST_ROOM = 1024;
/** A power of two. */
const GROWTH = 4;
/** Numbers of a slot. */
const SLOT = 2;
/** Slots for each entry that there is room for: half of them are empty, so that a search is short. */
const SLOTS_PER_ENTRY = 2;

/**
 * The events of a partition's last so many offsets by the hash of their identity: a ring in order of offset, and a hash table
 * (open addressing, linear probing) with the last entry of each key. Some 50 bytes an entry, in typed arrays: a million
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
  /** Of each slot the place in the ring, plus one (0: it is empty), and beside it a tag: most keys differ in it, so that they are not looked at. */
  private slots = new Int32Array(FIRST_ROOM * SLOTS_PER_ENTRY * SLOT);

  get size(): number {
    return this.next - this.oldest;
  }

  /**
   * Adds the newest entry. Returns the append time of the last one before it with this key; −Infinity: there is none.
   * {@link markAt} says of the entry whether `withinMs` or less are between the two.
   */
  add(key: Int32Array, offset: Offset, appendedAtMs: number, withinMs: number): number {
    if (this.size === this.room) this.grow();
    const slot = this.slotOf(key, 0);
    const before = (this.slots[slot * SLOT] as number) - 1;
    const lastAppendedAtMs = before < 0 ? -Infinity : (this.appendedAtMs[before] as number);
    const place = this.next & (this.room - 1);
    this.next += 1;
    const at = place * LANES;
    const { keys } = this;
    keys[at] = key[0] as number;
    keys[at + 1] = key[1] as number;
    keys[at + 2] = key[2] as number;
    keys[at + 3] = key[3] as number;
    this.offsets[place] = offset;
    this.appendedAtMs[place] = appendedAtMs;
    this.marks[place] = appendedAtMs - lastAppendedAtMs <= withinMs ? 1 : 0;
    this.slots[slot * SLOT] = place + 1;
    this.slots[slot * SLOT + 1] = key[1] as number;
    return lastAppendedAtMs;
  }

  /** Append time of the last entry with this key; −Infinity: there is none. */
  lastAppendedAtMs(key: Int32Array): number {
    const place = (this.slots[this.slotOf(key, 0) * SLOT] as number) - 1;
    return place < 0 ? -Infinity : (this.appendedAtMs[place] as number);
  }

  /** Forgets all entries below an offset. */
  forgetBelow(offset: Offset): void {
    while (this.oldest < this.next && (this.offsets[this.oldest & (this.room - 1)] as number) < offset) {
      const place = this.oldest & (this.room - 1);
      this.oldest += 1;
      const slot = this.slotOf(this.keys, place * LANES);
      // another one means that the key came again since
      if (this.slots[slot * SLOT] === place + 1) this.empty(slot);
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
      if ((this.offsets[middle & (this.room - 1)] as number) < offset) low = middle + 1;
      else high = middle;
    }
    const place = low & (this.room - 1);
    return low < this.next && this.offsets[place] === offset ? this.marks[place] === 1 : null;
  }

  /** The slot that has the key, or the empty one where it would be. */
  private slotOf(key: Int32Array, start: number): number {
    const { slots } = this;
    const mask = slots.length / SLOT - 1;
    const tag = key[start + 1];
    for (let slot = (key[start] as number) & mask, seen = 0; seen <= mask; slot = (slot + 1) & mask, seen++) {
      const place = (slots[slot * SLOT] as number) - 1;
      if (place < 0) return slot;
      if (slots[slot * SLOT + 1] === tag && this.isKeyOf(place, key, start)) return slot;
    }
    return impossible('a table without an empty slot');
  }

  private isKeyOf(place: number, key: Int32Array, start: number): boolean {
    const { keys } = this;
    const at = place * LANES;
    for (let lane = 0; lane < LANES; lane++) if (keys[at + lane] !== key[start + lane]) return false;
    return true;
  }

  /** Empties a slot, and moves up what stands behind it only because it was taken (Knuth, 6.4, algorithm R). */
  private empty(freed: number): void {
    const { slots, keys } = this;
    const mask = slots.length / SLOT - 1;
    let hole = freed;
    for (let slot = (freed + 1) & mask; slots[slot * SLOT] !== 0; slot = (slot + 1) & mask) {
      const wanted = (keys[((slots[slot * SLOT] as number) - 1) * LANES] as number) & mask;
      const isBetween = hole <= slot ? hole < wanted && wanted <= slot : hole < wanted || wanted <= slot;
      if (isBetween) continue;
      slots[hole * SLOT] = slots[slot * SLOT] as number;
      slots[hole * SLOT + 1] = slots[slot * SLOT + 1] as number;
      hole = slot;
    }
    slots[hole * SLOT] = 0;
  }

  private grow(): void {
    const { room, size } = this;
    const first = this.oldest & (room - 1);
    const inOrder = <T extends Int32Array | Float64Array | Uint8Array>(from: T, to: T, width: number): T => {
      to.set(from.subarray(first * width, room * width) as never);
      to.set(from.subarray(0, first * width) as never, (room - first) * width);
      return to;
    };
    this.room = room * GROWTH;
    this.keys = inOrder(this.keys, new Int32Array(this.room * LANES), LANES);
    this.offsets = inOrder(this.offsets, new Float64Array(this.room), 1);
    this.appendedAtMs = inOrder(this.appendedAtMs, new Float64Array(this.room), 1);
    this.marks = inOrder(this.marks, new Uint8Array(this.room), 1);
    this.slots = new Int32Array(this.room * SLOTS_PER_ENTRY * SLOT);
    this.oldest = 0;
    this.next = size;
    for (let place = 0; place < size; place++) {
      const slot = this.slotOf(this.keys, place * LANES);
      this.slots[slot * SLOT] = place + 1;
      this.slots[slot * SLOT + 1] = this.keys[place * LANES + 1] as number;
    }
  }
}
