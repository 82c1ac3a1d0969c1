import { TwofoldError } from '../errors/twofold-error.js';
import type { DuplicatesWindow } from './duplicates.js';
import type { DeadLetterPolicy } from './waiting-records.js';

/** What holds for all events of a stream. It is fixed for the stream's life, as its number of partitions is: verdicts depend on it. */
export type StreamDefinition = {
  readonly kind: 'stream';
  readonly name: string;
  readonly duplicates: DuplicatesWindow;
  readonly deadLetters: DeadLetterPolicy;
};

const MS_PER_DAY = 86_400_000;

/** A producer that tries again does so within a day; a million offsets take some 50 MB of memory on each partition. */
export const DEFAULT_DUPLICATES_WINDOW: DuplicatesWindow = { withinMs: MS_PER_DAY, withinRecords: 1_000_000 };
const MAX_WITHIN_MS = 30 * MS_PER_DAY;
const MAX_WITHIN_RECORDS = 8_000_000;

/**
 * Declares what a stream has other than the defaults.
 *
 * @throws TwofoldError `invalid-event-definition` with a pointer
 */
export function defineStream(definition: {
  readonly name: string;
  readonly duplicates?: Partial<DuplicatesWindow>;
  readonly deadLetters?: DeadLetterPolicy;
}): StreamDefinition {
  const duplicates = { ...DEFAULT_DUPLICATES_WINDOW, ...definition.duplicates };
  check(definition.name, duplicates.withinMs, MAX_WITHIN_MS, '/duplicates/withinMs');
  check(definition.name, duplicates.withinRecords, MAX_WITHIN_RECORDS, '/duplicates/withinRecords');
  return { kind: 'stream', name: definition.name, duplicates, deadLetters: definition.deadLetters ?? 'skip' };
}

function check(name: string, value: number, max: number, pointer: string): void {
  if (Number.isSafeInteger(value) && value >= 0 && value <= max) return;
  throw new TwofoldError(
    'invalid-event-definition',
    `stream ${JSON.stringify(name)}: this is a whole number from 0 to ${max}`,
    pointer,
  );
}

/** As it was declared, or by default. */
export const streamNamed = (streams: readonly StreamDefinition[], name: string): StreamDefinition =>
  streams.find((stream) => stream.name === name) ?? defineStream({ name });
