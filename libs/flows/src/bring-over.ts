import { TwofoldError, partitionName, type EventType } from '@twofold/core';
import type { ArchiveEditions, Clock, EditionProgress } from '@twofold/ports';

export type BringOverPorts = {
  readonly editions: Pick<ArchiveEditions, 'progress' | 'rewrite' | 'verify'>;
  readonly clock: Clock;
  /** The catalog's versions of all types. */
  readonly types: readonly EventType[];
  /** How many records a second may be rewritten, as of now; null: as many as go. */
  readonly recordsPerSecond: () => number | null;
};

/** How often somebody who waits looks whether the pace has changed. */
const LOOK_EVERY_MS = 500;

/**
 * Brings an edition as far as the current one is by now, partition by partition, and compares all of it. What was rewritten, or compared,
 * before is not done again. Killed anywhere: the ranges that were done stand, and the next call goes on after them. Two at once do no harm.
 *
 * @throws TwofoldError `conflict` when it is stopped, and where the editions are not equal, naming the range and the column
 */
export async function bringOver(ports: BringOverPorts, edition: number, stop: AbortSignal): Promise<void> {
  for (const partition of await ports.editions.progress(edition)) {
    await rewritePartition(ports, edition, partition, stop);
    await verifyPartition(ports, edition, partition, stop);
  }
}

async function rewritePartition(
  { editions, clock, types, recordsPerSecond }: BringOverPorts,
  edition: number,
  { rewrittenTo, archivedTo, ...partition }: EditionProgress,
  stop: AbortSignal,
): Promise<void> {
  for (let at = rewrittenTo; at < archivedTo;) {
    const beganAtMs = clock.elapsed();
    const step = await editions.rewrite(edition, partition, at, types, stop);
    at = step.to;
    const dueInMs = (): number => {
      const limit = recordsPerSecond();
      return limit === null ? 0 : beganAtMs + (step.records * 1_000) / limit - clock.elapsed();
    };
    while (!stop.aborted && dueInMs() > 0) await clock.wait(Math.min(dueInMs(), LOOK_EVERY_MS), stop);
    if (stop.aborted)
      throw new TwofoldError('conflict', `edition ${edition} was stopped at ${partitionName(partition)}`);
  }
}

async function verifyPartition(
  { editions, types }: BringOverPorts,
  edition: number,
  { verifiedTo, archivedTo, ...partition }: EditionProgress,
  stop: AbortSignal,
): Promise<void> {
  for (let at = verifiedTo; at < archivedTo;) {
    const step = await editions.verify(edition, partition, at, types, stop);
    if ('column' in step)
      throw new TwofoldError(
        'conflict',
        `${partitionName(partition)} [${step.from}, ${step.to}) is not the same in edition ${edition}: ` +
          `${step.column} of ${step.eventType ?? 'what is no event'} differs`,
      );
    at = step.to;
  }
}
