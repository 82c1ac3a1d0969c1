import type { RawRecord } from './raw-record.js';

/**
 * An event as it stands on the log: CloudEvents binary mode, attributes as headers named `ce_*`, data as the value.
 *
 * A reader hands out one cursor that it moves from record to record: take what is needed before the next one.
 * Nothing is decoded until it is asked for, so a record that no view reads costs next to nothing.
 */
export interface LogRecord {
  /** Position in its partition, from 0. */
  readonly offset: number;
  /** When the broker appended it, milliseconds since 1970. Not the event's own time. */
  readonly appendedAtMs: number;
  /** The key as UTF-8 text (the event's subject), null where the record has none. */
  key(): string | null;
  /** The value's bytes: [valueStart, valueEnd) of `bytes`; empty for a record without a value. */
  readonly bytes: Buffer;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** The value as UTF-8 text; null for a record without a value. */
  valueText(): string | null;
  /** The last header of this name as UTF-8 text. */
  header(name: string): string | undefined;
  /**
   * Finds the last header of this name; false: there is none, or it has no value. Until the next call, its value is the UTF-8
   * text [headerStart, headerEnd) of `headerBytes`.
   */
  seek(name: string): boolean;
  readonly headerBytes: Buffer;
  readonly headerStart: number;
  readonly headerEnd: number;
  /** Whether {@link header} would give a text that is not empty: without making it. */
  has(name: string): boolean;
  /** Every byte of it, for the few records that must be kept as they are. */
  copy(): RawRecord;
}

/** The header that carries a CloudEvents attribute in Kafka's binary mode (CloudEvents Kafka binding 1.0, section 3.2). */
export const headerOf = (attribute: string): string => `ce_${attribute}`;
