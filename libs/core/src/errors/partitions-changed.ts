import { TwofoldError } from './twofold-error.js';

/** A stream has one number of partitions for its life: another would put keys, and what follows on an event, elsewhere. */
export const partitionsChanged = (stream: string, before: number, now: number): TwofoldError =>
  new TwofoldError(
    'partitions-changed',
    `stream ${stream} had ${before} partitions when it was first read, and has ${now} now: which partition a key is in ` +
      `would change, so nothing is folded from it any more. The way out is a migration: bring its events into a ` +
      `namespace of its own with the number of partitions that is wanted (docs/recovery.md)`,
  );
