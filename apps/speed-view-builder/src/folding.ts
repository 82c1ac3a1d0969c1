import { Logger, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import { partitionName, streamsOf, type Catalog, type Partition } from '@twofold/core';
import { foldIntoSpeedViews, type FoldPorts, type FoldReport } from '@twofold/flows';
import { PartitionTasks, RecentTroubles, type PartitionGuard, type Readiness } from '@twofold/platform';
import type { PartitionAssigner } from '@twofold/ports';

/** Runs a fold for each partition that this process is given, and tells how it goes. */
export class Folding implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Folding.name);
  private readonly tasks: PartitionTasks;

  constructor(
    ports: Omit<FoldPorts, 'report'>,
    assigner: PartitionAssigner,
    catalog: Catalog,
    readiness: Readiness,
    guard: PartitionGuard,
  ) {
    const troubles = new RecentTroubles(ports.clock, (line) => this.logger.warn(line));
    const report = this.report(troubles);
    const fold = (partition: Partition, stop: AbortSignal): Promise<void> => {
      const views = catalog.views.filter((view) => view.streams.includes(partition.stream));
      return foldIntoSpeedViews({ ...ports, report }, { partition, views, events: catalog.events }, stop);
    };
    this.tasks = new PartitionTasks(assigner, 'speed-view-builder', streamsOf(catalog), fold, guard);
    readiness.register('folds', () => troubles.check());
  }

  onApplicationBootstrap(): void {
    this.tasks.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.tasks.stop();
  }

  private report(troubles: RecentTroubles): FoldReport {
    return {
      folded: () => undefined,
      repaired: ({ view, partition }, was, cut) =>
        this.logger.log(
          was === null
            ? `${view.name} on ${partitionName(partition)} begins at ${cut}`
            : `${view.name} on ${partitionName(partition)} did not fit (it was ${was.openStart} to ${was.applied}) and is folded again from ${cut}`,
        ),
      halted: ({ view, partition }, offset, error) =>
        troubles.add(`${view.name} on ${partitionName(partition)} stands still at offset ${offset}`, error),
      trouble: (partition, error) => troubles.add(partitionName(partition), error),
    };
  }
}
