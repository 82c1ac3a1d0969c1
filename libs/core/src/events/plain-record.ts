import type { Offset } from '../answer/offset-vector.js';
import type { LogRecord } from './log-record.js';

/** A record that was decoded by somebody else, or made. `header`: the last of a name. */
export type RecordContent = {
  readonly offset: Offset;
  readonly appendedAtMs: number;
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly header: (name: string) => Buffer | string | undefined;
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
    return this.content.header(name)?.toString();
  }

  has(name: string): boolean {
    return (this.content.header(name)?.length ?? 0) > 0;
  }

  seek(name: string): boolean {
    const value = this.content.header(name);
    if (value === undefined || value.length === 0) return false;
    this.headerBytes = bytesOf(value);
    this.headerEnd = this.headerBytes.length;
    return true;
  }
}

const bytesOf = (value: Buffer | string): Buffer => (typeof value === 'string' ? Buffer.from(value) : value);
