import { TwofoldError } from '../errors/twofold-error.js';
import { offsetAt, type Offset, type OffsetVector } from './offset-vector.js';

/**
 * For some partitions, the offset that must have been applied: an answer has reached the position when it is at or
 * beyond every one of them. Partitions that are not named do not matter.
 */
export type Position = Readonly<Record<string, Readonly<Record<number, Offset>>>>;

/** Ten streams of 256 partitions fit; it must also fit a query string (Node takes 16 KiB of request head). */
export const MAX_POSITION_LENGTH = 12 * 1024;

/** First thing in a token, so that a later notation can be told apart. */
const NOTATION = 1;

/** The position as an opaque token: base64url of compact JSON. */
export const encodePosition = (position: Position): string =>
  Buffer.from(JSON.stringify([NOTATION, position])).toString('base64url');

/** @throws TwofoldError `invalid-position`: this is no token that {@link encodePosition} made */
export function decodePosition(token: string): Position {
  if (token.length > MAX_POSITION_LENGTH) throw refuse(`has more than ${MAX_POSITION_LENGTH} characters`);
  if (!BASE64URL.test(token)) throw refuse('is not one that an answer or ingest gave');
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    throw refuse('is not one that an answer or ingest gave');
  }
  if (!Array.isArray(content) || content.length !== 2) throw refuse('is not one that an answer or ingest gave');
  if (content[0] !== NOTATION) throw refuse('is of another version of Twofold');
  if (!isPosition(content[1])) throw refuse('names no offsets');
  return content[1];
}

/** Every offset of a vector as a position. */
export const positionOf = (vector: OffsetVector): Position =>
  Object.fromEntries(Object.entries(vector).map(([stream, offsets]) => [stream, { ...offsets }]));

/** Whether what is applied has reached the position. */
export const hasReached = (applied: OffsetVector, position: Position): boolean =>
  Object.entries(position).every(([stream, offsets]) =>
    Object.entries(offsets).every(([partition, offset]) => {
      return offsetAt(applied, { stream, partition: Number(partition) }) >= offset;
    }),
  );

/** The lowest position that has been reached only when both have. */
export function furthestOf(one: Position, other: Position): Position {
  const furthest: Record<string, Record<number, Offset>> = {};
  for (const [stream, offsets] of [...Object.entries(one), ...Object.entries(other)]) {
    const known = (furthest[stream] ??= {});
    for (const [partition, offset] of Object.entries(offsets)) {
      known[Number(partition)] = Math.max(known[Number(partition)] ?? 0, offset);
    }
  }
  return furthest;
}

const BASE64URL = /^[A-Za-z0-9_-]+$/;
const PARTITION = /^(?:0|[1-9][0-9]{0,5})$/;

const isPosition = (value: unknown): value is Position => isPlain(value) && Object.values(value).every(isOffsets);

const isOffsets = (value: unknown): boolean =>
  isPlain(value) &&
  Object.entries(value).every(
    ([partition, offset]) => PARTITION.test(partition) && Number.isSafeInteger(offset) && (offset as number) >= 0,
  );

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const refuse = (what: string): TwofoldError =>
  new TwofoldError('invalid-position', `the position ${what}`, '/position');
