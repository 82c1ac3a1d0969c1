import { partitionName, type Partition, type RawHeader, type RawRecord } from '@twofold/core';
import type { DeadLetter, DeadLetters, DeadLetterTopic, OutgoingRecord } from '@twofold/ports';

export type TellPorts = {
  readonly deadLetters: Pick<DeadLetters, 'untold' | 'noteTold'>;
  readonly deadLetterTopic: DeadLetterTopic;
};

/** Told at once: a record has a megabyte at most, so this bounds the memory that it takes. */
const BATCH = 20;

/**
 * Copies the dead letters of a partition that the archive has found, with every byte and why they are dead, to the topic of dead
 * letters. Killed in between, those that were not noted are told again: at least once, in the order of the log.
 */
export async function tellDeadLetters(
  { deadLetters, deadLetterTopic }: TellPorts,
  partition: Partition,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    const untold = await deadLetters.untold(partition, BATCH);
    if (untold.length === 0) return;
    await deadLetterTopic.tell(partition, untold.map(toldOf));
    await deadLetters.noteTold(
      partition,
      untold.map(({ letter }) => letter.offset),
    );
  }
}

function toldOf({ letter, record }: { readonly letter: DeadLetter; readonly record: RawRecord }): OutgoingRecord {
  const own = Object.entries({
    'twofold-origin': `${partitionName(letter)}/${letter.offset}`,
    'twofold-code': letter.code,
    'twofold-reason': letter.reason,
  }).map(([name, text]): RawHeader => [name, Buffer.from(text)]);
  return { key: record.key, value: record.value, headers: [...own, ...record.headers] };
}
