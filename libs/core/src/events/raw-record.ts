import type { Offset } from '../answer/offset-vector.js';

export type RawHeader = readonly [name: string, value: Buffer | null];

/** Every byte of a record, its own: good for as long as it is held. Headers in the order in which they stand. */
export type RawRecord = {
  readonly offset: Offset;
  readonly appendedAtMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RawHeader[];
};

/** Of key, value, and names and values of headers. */
export const sizeBytesOf = ({ key, value, headers }: Pick<RawRecord, 'key' | 'value' | 'headers'>): number =>
  headers.reduce(
    (sum, [name, text]) => sum + Buffer.byteLength(name) + (text?.length ?? 0),
    (key?.length ?? 0) + (value?.length ?? 0),
  );
