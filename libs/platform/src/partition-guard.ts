import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { partitionsChanged, type Partition } from '@twofold/core';
import type { Clock, EventLogAdmin } from '@twofold/ports';
import type { Readiness } from './readiness.js';

/** How often the log is asked for its partitions. A process that is given one that nobody knows notices at once. */
const LOOK_EVERY_MS = 5_000;

/**
 * Sees to it that streams have the partitions they were registered with, as long as the app runs. Where they do not, work
 * on all of them ends at once and for good, readiness says why, and nothing that was folded is wrong: answers stay where
 * they are.
 */
export class PartitionGuard implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly changing = new AbortController();
  private looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly log: Pick<EventLogAdmin, 'partitionCount'>,
    /** By stream. */
    private readonly counts: Readonly<Record<string, number>>,
    private readonly clock: Pick<Clock, 'wait'>,
    readiness: Pick<Readiness, 'register'>,
  ) {
    readiness.register('partitions', async () => this.mustStand());
  }

  onApplicationBootstrap(): void {
    this.looking = this.keepLooking();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.looking;
  }

  /** Aborted when the partitions are others than they were. */
  get changed(): AbortSignal {
    return this.changing.signal;
  }

  /** Whether a partition may be worked on. */
  admits({ stream, partition }: Partition): boolean {
    const count = this.counts[stream] ?? 0;
    if (partition >= count) this.refuse(stream, count, partition + 1);
    return !this.changed.aborted;
  }

  /** @throws TwofoldError `partitions-changed` */
  mustStand(): void {
    this.changed.throwIfAborted();
  }

  private async keepLooking(): Promise<void> {
    while (!this.stopping.signal.aborted && !this.changed.aborted) {
      await this.look().catch(() => undefined); // a log that is away is told by who works on it
      await this.clock.wait(LOOK_EVERY_MS, this.stopping.signal);
    }
  }

  private async look(): Promise<void> {
    for (const [stream, count] of Object.entries(this.counts)) {
      const now = await this.log.partitionCount(stream);
      if (now !== null && now !== count) this.refuse(stream, count, now);
    }
  }

  private refuse(stream: string, before: number, now: number): void {
    this.changing.abort(partitionsChanged(stream, before, now));
  }
}
