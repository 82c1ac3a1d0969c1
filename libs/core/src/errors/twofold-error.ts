/**
 * The one family of errors. `code` is stable and documented; `message` says the fact a person needs;
 * `pointer` is an RFC 6901 JSON pointer to the offending place of the input, where there is one.
 */
export class TwofoldError extends Error {
  override readonly name = 'TwofoldError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly pointer?: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Every code that a user can meet. Adding one is free; renaming one breaks callers. */
export type ErrorCode =
  // an event that ingest refuses
  | 'malformed-json'
  | 'invalid-envelope'
  | 'invalid-data'
  | 'unknown-event-type'
  | 'unknown-event-version'
  | 'body-too-large'
  | 'batch-too-large'
  | 'unsupported-media-type'
  // a view that cannot be defined
  | 'invalid-event-definition'
  | 'invalid-view-definition'
  // a query that cannot be answered
  | 'unknown-view'
  | 'unknown-dimension'
  | 'unknown-measure'
  | 'unknown-parameter'
  | 'invalid-value'
  | 'invalid-range'
  | 'invalid-position'
  | 'position-not-reached'
  | 'too-stale'
  | 'answer-too-large'
  | 'distinct-too-large'
  | 'not-found'
  // the world
  | 'overflow'
  | 'projection-failed'
  | 'log-unavailable'
  | 'store-unavailable'
  | 'offset-out-of-range'
  | 'window-truncated'
  | 'history-truncated'
  | 'partitions-changed'
  | 'stream-changed'
  | 'invalid-configuration'
  | 'conflict'
  | 'overloaded'
  | 'internal';

/** A state that correct code cannot reach. Thrown at once; never caught to go on. */
export function impossible(what: string): never {
  throw new Error(`impossible: ${what}`);
}
