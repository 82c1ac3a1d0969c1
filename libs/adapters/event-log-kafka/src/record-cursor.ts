import { impossible, type LogRecord, type RawHeader, type RawRecord } from '@twofold/core';
import type { RecordRun } from './record-run.js';

/** Numbers kept per header: where its name and its value begin, and how long they are. */
const SLOT = 4;
/** A header that differed from record to record this often in a row, an id say, is decoded each time from then on. */
const MAX_MISSES = 8;

const NOTHING = Buffer.alloc(0);

/** A header that is asked for, and what it said in a record before. */
type KnownHeader = { readonly name: Buffer; value: Buffer; text: string; misses: number };

/**
 * Walks the records of a batch in place; at each it is the {@link LogRecord}. Key, value and headers are decoded when
 * asked for. The reading position is a field on purpose: V8's Maglev miscompiles a captured `let` in such loops.
 */
export class RecordCursor implements LogRecord {
  offset = 0;
  appendedAtMs = 0;

  private run: RecordRun;
  bytes: Buffer;
  /** Where the next byte is read. */
  private position = 0;
  private recordEnd = 0;
  private keyStart = 0;
  private keyLength = -1;
  valueStart = 0;
  private valueLength = -1;
  headerStart = 0;
  headerEnd = 0;
  private headersStart = 0;
  /** -1: this record's headers have not been looked at. */
  private headerCount = -1;
  private slots = new Int32Array(16 * SLOT);
  private readonly names = new Map<string, KnownHeader>();

  constructor(run: RecordRun) {
    this.run = run;
    this.bytes = run.bytes;
    this.enter(run);
  }

  /** Stands before the first record of the run. */
  enter(run: RecordRun): void {
    this.run = run;
    this.bytes = run.bytes;
    this.recordEnd = run.start;
  }

  /** Moves to the next record; false when the run has no more. */
  next(): boolean {
    const { run } = this;
    if (this.recordEnd >= run.end) return false;
    this.position = this.recordEnd;
    const length = this.varint();
    this.recordEnd = this.position + length;
    if (length < 1 || this.recordEnd > run.end) impossible(`a record of ${length} bytes after offset ${this.offset}`);
    this.position++; // attributes: none is in use
    const timestampDelta = this.varlong();
    this.appendedAtMs = run.appendTimeMs ?? run.baseTimestampMs + timestampDelta;
    this.offset = run.baseOffset + this.varint();
    this.keyLength = this.varint();
    this.keyStart = this.position;
    if (this.keyLength > 0) this.position += this.keyLength;
    this.valueLength = this.varint();
    this.valueStart = this.position;
    if (this.valueLength > 0) this.position += this.valueLength;
    this.headersStart = this.position;
    this.headerCount = -1;
    return true;
  }

  get valueEnd(): number {
    return this.valueLength > 0 ? this.valueStart + this.valueLength : this.valueStart;
  }

  key(): string | null {
    return this.keyLength < 0 ? null : this.text(this.keyStart, this.keyLength);
  }

  valueText(): string | null {
    return this.valueLength < 0 ? null : this.text(this.valueStart, this.valueLength);
  }

  header(name: string): string | undefined {
    const known = this.known(name);
    const at = this.slotOf(known);
    if (at < 0) return undefined;
    const length = this.slots[at + 3] as number;
    return length < 0 ? undefined : this.headerText(known, this.slots[at + 2] as number, length);
  }

  has(name: string): boolean {
    const at = this.slotOf(this.known(name));
    return at >= 0 && (this.slots[at + 3] as number) > 0;
  }

  seek(name: string): boolean {
    const at = this.slotOf(this.known(name));
    const length = at < 0 ? 0 : (this.slots[at + 3] as number);
    if (length <= 0) return false;
    this.headerStart = this.slots[at + 2] as number;
    this.headerEnd = this.headerStart + length;
    return true;
  }

  get headerBytes(): Buffer {
    return this.bytes;
  }

  copy(): RawRecord {
    if (this.headerCount < 0) this.indexHeaders();
    const { offset, appendedAtMs, slots } = this;
    const headers = Array.from({ length: this.headerCount }, (_, index): RawHeader => {
      const [nameStart = 0, nameLength = 0, start = 0, length = 0] = slots.subarray(index * SLOT, (index + 1) * SLOT);
      return [this.text(nameStart, nameLength), this.copyOf(start, length)];
    });
    const key = this.copyOf(this.keyStart, this.keyLength);
    return { offset, appendedAtMs, key, value: this.copyOf(this.valueStart, this.valueLength), headers };
  }

  /** Of a control record: the marker's type, the second int16 of its key. */
  controlType(): number {
    return this.keyLength < 4 ? -1 : this.bytes.readInt16BE(this.keyStart + 2);
  }

  private indexHeaders(): void {
    this.position = this.headersStart;
    this.headerCount = this.varint();
    if (this.headerCount * SLOT > this.slots.length) this.slots = new Int32Array(this.headerCount * SLOT * 2);
    const { slots } = this;
    for (let at = 0; at < this.headerCount * SLOT; at += SLOT) {
      const nameLength = this.varint();
      slots[at] = this.position;
      slots[at + 1] = nameLength;
      this.position += nameLength;
      const valueLength = this.varint();
      slots[at + 2] = this.position;
      slots[at + 3] = valueLength;
      if (valueLength > 0) this.position += valueLength;
      if (this.position > this.recordEnd) impossible(`headers beyond the end of the record at ${this.offset}`);
    }
  }

  /** What is known of the headers of this name. Names are the few that code asks for, so the table stays small. */
  private known(name: string): KnownHeader {
    const known = this.names.get(name);
    if (known !== undefined) return known;
    const fresh: KnownHeader = { name: Buffer.from(name), value: NOTHING, text: '', misses: 0 };
    this.names.set(name, fresh);
    return fresh;
  }

  /** The last header of this name, as an index of `slots`; -1: there is none. */
  private slotOf({ name }: KnownHeader): number {
    if (this.headerCount < 0) this.indexHeaders();
    const { slots } = this;
    for (let at = (this.headerCount - 1) * SLOT; at >= 0; at -= SLOT) {
      if (slots[at + 1] === name.length && this.standsAt(slots[at] as number, name)) return at;
    }
    return -1;
  }

  private standsAt(start: number, wanted: Buffer): boolean {
    const { bytes } = this;
    // From the end: CloudEvents names begin alike.
    for (let i = wanted.length - 1; i >= 0; i--) if (bytes[start + i] !== wanted[i]) return false;
    return true;
  }

  /** Most headers say the same from record to record: then the text of the last one is it. Those that do not are not kept. */
  private headerText(known: KnownHeader, start: number, length: number): string {
    if (known.value.length === length && this.standsAt(start, known.value)) {
      known.misses = 0;
      return known.text;
    }
    const text = this.text(start, length);
    known.misses += 1;
    if (known.misses <= MAX_MISSES) {
      known.value = Buffer.from(this.bytes.subarray(start, start + length));
      known.text = text;
    }
    return text;
  }

  private copyOf(start: number, length: number): Buffer | null {
    return length < 0 ? null : Buffer.from(this.bytes.subarray(start, start + length));
  }

  private text(start: number, length: number): string {
    const { bytes } = this;
    const end = start + length;
    // ASCII is the same in Latin-1, which takes half the time.
    for (let at = start; at < end; at++) if ((bytes[at] as number) > 0x7f) return bytes.toString('utf8', start, end);
    return bytes.toString('latin1', start, end);
  }

  /** A zigzag number of at most 32 bits. */
  private varint(): number {
    const { bytes } = this;
    let byte = bytes[this.position++] as number;
    let value = byte & 0x7f;
    for (let shift = 7; byte > 0x7f; shift += 7) {
      byte = bytes[this.position++] as number;
      value |= (byte & 0x7f) << shift;
    }
    return (value >>> 1) ^ -(value & 1);
  }

  /** A zigzag number of up to 64 bits, of which at most 53 are in use: a difference of timestamps. */
  private varlong(): number {
    const { bytes } = this;
    let byte = bytes[this.position++] as number;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 0x7f;
    for (let scale = 128; byte > 0x7f; scale *= 128) {
      byte = bytes[this.position++] as number;
      value += (byte & 0x7f) * scale;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
