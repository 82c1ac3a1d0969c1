import type { Offset } from '../answer/offset-vector.js';
import type { LogRecord } from './log-record.js';
import type { RawRecord } from './raw-record.js';

type Bytes = Buffer | string | null;

/** A record that was decoded by somebody else, or made. Headers in order; of one name the last is it. */
export type RecordContent = {
  readonly offset: Offset;
  readonly appendedAtMs: number;
  readonly key: Bytes;
  readonly value: Bytes;
  readonly headers: readonly (readonly [name: string, value: Bytes])[];
};

const NOTHING = Buffer.alloc(0);

/** A record of its own, good for as long as it is held. */
export class PlainRecord implements LogRecord {
  readonly offset: Offset;
  readonly appendedAtMs: number;
  readonly bytes: Buffer;
  readonly valueStart = 0;
  readonly valueEnd: number;
  headerBytes: Buffer = NOTHING;
  readonly headerStart = 0;
  headerEnd = 0;

  constructor(private readonly content: RecordContent) {
    this.offset = content.offset;
    this.appendedAtMs = content.appendedAtMs;
    this.bytes = content.value === null ? NOTHING : bytesOf(content.value);
    this.valueEnd = this.bytes.length;
  }

  key(): string | null {
    return this.content.key?.toString() ?? null;
  }

  valueText(): string | null {
    return this.content.value?.toString() ?? null;
  }

  header(name: string): string | undefined {
    return this.valueOf(name)?.toString();
  }

  has(name: string): boolean {
    return (this.valueOf(name)?.length ?? 0) > 0;
  }

  seek(name: string): boolean {
    const value = this.valueOf(name) ?? '';
    if (value.length === 0) return false;
    this.headerBytes = bytesOf(value);
    this.headerEnd = this.headerBytes.length;
    return true;
  }

  copy(): RawRecord {
    const { offset, appendedAtMs, key, value, headers } = this.content;
    const copied = headers.map(([name, text]) => [name, copyOf(text)] as const);
    return { offset, appendedAtMs, key: copyOf(key), value: copyOf(value), headers: copied };
  }

  private valueOf(wanted: string): Bytes {
    return this.content.headers.findLast(([name]) => name === wanted)?.[1] ?? null;
  }
}

const bytesOf = (value: Buffer | string): Buffer => (typeof value === 'string' ? Buffer.from(value) : value);
const copyOf = (value: Bytes): Buffer | null => (value === null ? null : Buffer.from(value));
