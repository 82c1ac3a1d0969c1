import { Logger, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import { partitionName, streamsOf, type Catalog } from '@twofold/core';
import { foldIntoSpeedViews, type FoldPorts, type FoldReport } from '@twofold/flows';
import { PartitionTasks, type Readiness } from '@twofold/platform';
import type { PartitionAssigner } from '@twofold/ports';

/** A trouble younger than this is a reason not to be ready: the fold tries again every half second. */
const RECENT_MS = 5_000;

/** Runs a fold for each partition that this process is given, and tells how it goes. */
export class Folding implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Folding.name);
  private readonly troubles = new Map<string, { readonly atMs: number; readonly message: string }>();
  private readonly tasks: PartitionTasks;

  constructor(ports: Omit<FoldPorts, 'report'>, assigner: PartitionAssigner, catalog: Catalog, readiness: Readiness) {
    const report = this.report(ports);
    this.tasks = new PartitionTasks(assigner, 'speed-view-builder', streamsOf(catalog), (partition, stop) => {
      const views = catalog.views.filter((view) => view.event.stream === partition.stream);
      return foldIntoSpeedViews({ ...ports, report }, { partition, views, events: catalog.events }, stop);
    });
    readiness.register('folds', () => this.check(ports.clock.now()));
  }

  onApplicationBootstrap(): void {
    this.tasks.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.tasks.stop();
  }

  private async check(nowMs: number): Promise<void> {
    const recent = [...this.troubles].filter(([, { atMs }]) => nowMs - atMs < RECENT_MS);
    if (recent.length > 0) throw new Error(recent.map(([what, { message }]) => `${what}: ${message}`).join('; '));
  }

  private report({ clock }: Pick<FoldPorts, 'clock'>): FoldReport {
    const trouble = (what: string, error: unknown): void => {
      const message = error instanceof Error ? error.message : String(error);
      const before = this.troubles.get(what);
      if (before === undefined || before.message !== message || clock.now() - before.atMs >= RECENT_MS)
        this.logger.warn(`${what}: ${message}`);
      this.troubles.set(what, { atMs: clock.now(), message });
    };
    return {
      folded: () => undefined,
      repaired: ({ view, partition }, was, cut) =>
        this.logger.log(
          was === null
            ? `${view.name} on ${partitionName(partition)} begins at ${cut}`
            : `${view.name} on ${partitionName(partition)} did not fit (it was ${was.openStart} to ${was.applied}) and is folded again from ${cut}`,
        ),
      halted: ({ view, partition }, offset, error) =>
        trouble(`${view.name} on ${partitionName(partition)} stands still at offset ${offset}`, error),
      trouble: (partition, error) => trouble(partitionName(partition), error),
    };
  }
}
