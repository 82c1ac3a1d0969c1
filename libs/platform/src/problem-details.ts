import type { ErrorCode } from '@twofold/core';

/** An answer to a request that failed (RFC 9457), with our stable code; further members say more. */
export type ProblemDetails = {
  readonly type: `urn:twofold:problem:${ErrorCode}`;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  /** RFC 6901 pointer to the offending place of the input, where there is one. */
  readonly pointer?: string;
  readonly [member: string]: unknown;
};

export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';

/** The problem as it is told: what, and what exactly here. */
export const problemDetails = (
  code: ErrorCode,
  detail: string,
  more: { readonly pointer?: string | undefined; readonly status?: number; readonly [member: string]: unknown } = {},
): ProblemDetails => {
  const { pointer, status, ...members } = more;
  const [known, title] = PROBLEMS[code];
  const base = { type: `urn:twofold:problem:${code}`, title, status: status ?? known, detail, code } as const;
  return pointer === undefined ? { ...base, ...members } : { ...base, pointer, ...members };
};

/** Seconds after which asking again makes sense; undefined: never, the same way. */
export const retryAfterSeconds = (code: ErrorCode): number | undefined => RETRY_AFTER_SECONDS[code];

const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = {
  overloaded: 1,
  'position-not-reached': 1,
  'too-stale': 1,
  'log-unavailable': 5,
  'store-unavailable': 5,
};

const PROBLEMS: Readonly<Record<ErrorCode, readonly [status: number, title: string]>> = {
  'malformed-json': [400, 'It is not JSON'],
  'invalid-envelope': [422, 'It is not an event'],
  'invalid-data': [422, 'The data is not what its version declares'],
  'unknown-event-type': [422, 'There is no such event type'],
  'unknown-event-version': [422, 'There is no such version of the event type'],
  'body-too-large': [413, 'The body is too large'],
  'batch-too-large': [413, 'The batch has too many events'],
  'unsupported-media-type': [415, 'The content type is not taken here'],
  'invalid-event-definition': [422, 'The event cannot be defined'],
  'invalid-view-definition': [422, 'The view cannot be defined'],
  'unknown-view': [404, 'There is no such view'],
  'unknown-dimension': [400, 'There is no such dimension'],
  'unknown-measure': [400, 'There is no such measure'],
  'unknown-parameter': [400, 'There is no such parameter'],
  'invalid-value': [400, 'The value is not valid'],
  'invalid-range': [400, 'The range is not valid'],
  'invalid-position': [400, 'The position is not valid'],
  'position-not-reached': [409, 'The position is not reached yet'],
  'too-stale': [409, 'The view is staler than was asked for'],
  'answer-too-large': [422, 'The answer would be too large'],
  'distinct-too-large': [422, 'There are too many different values to count them exactly'],
  'not-found': [404, 'There is nothing here'],
  overflow: [500, 'A number does not fit'],
  'projection-failed': [500, 'A function of a projection failed'],
  'log-unavailable': [503, 'The log is away'],
  'store-unavailable': [503, 'A store is away'],
  'offset-out-of-range': [500, 'The log does not have this offset'],
  'window-truncated': [500, 'The log does not have what duplicates are told by'],
  'history-truncated': [409, 'Part of the history is nowhere any more'],
  'partitions-changed': [500, 'The number of partitions has changed'],
  'stream-changed': [500, 'A stream is declared in another way than before'],
  'invalid-configuration': [500, 'The configuration is not valid'],
  conflict: [409, 'It conflicts with what is so'],
  overloaded: [429, 'Too much is under way'],
  internal: [500, 'Something failed inside'],
};
