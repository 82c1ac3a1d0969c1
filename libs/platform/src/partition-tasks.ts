import { partitionName, type Partition } from '@twofold/core';
import type { Assignment, PartitionAssigner } from '@twofold/ports';
import type { PartitionGuard } from './partition-guard.js';

/** Runs one task for each partition that the group gives to this process, from assignment to release. */
export class PartitionTasks {
  private readonly stopping = new AbortController();
  private readonly running = new Map<string, Promise<void>>();
  private following: Promise<void> = Promise.resolve();

  constructor(
    private readonly assigner: PartitionAssigner,
    /** Name of the consumer group that shares the partitions among the instances of an app. */
    private readonly group: string,
    private readonly streams: readonly string[],
    /** Must end soon after `stop` is aborted, and handle its own failures: a rejection is a bug and ends the process. */
    private readonly run: (partition: Partition, stop: AbortSignal) => Promise<void>,
    private readonly guard: Pick<PartitionGuard, 'admits' | 'changed'>,
  ) {}

  start(): void {
    const { signal } = this.stopping;
    this.following = this.assigner.follow(this.group, this.streams, (assignment) => this.take(assignment), signal);
  }

  /** Takes no more, lets every task end, leaves the group. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.following, ...this.running.values()]);
  }

  /** Names of the partitions that are worked on now. */
  get partitions(): readonly string[] {
    return [...this.running.keys()];
  }

  private take({ partition, released }: Assignment): void {
    if (!this.guard.admits(partition)) return;
    const name = partitionName(partition);
    const stop = AbortSignal.any([released, this.stopping.signal, this.guard.changed]);
    const before = this.running.get(name) ?? Promise.resolve();
    const task = before.then(() => this.run(partition, stop));
    this.running.set(name, task);
    void task.finally(() => {
      if (this.running.get(name) === task) this.running.delete(name);
    });
  }
}
