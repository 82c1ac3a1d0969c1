import { Logger, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import { partitionName, streamNamed, streamsOf, type Catalog, type Offset, type Partition } from '@twofold/core';
import { foldIntoSpeedViews, type FoldPorts, type FoldReport } from '@twofold/flows';
import {
  PartitionTasks,
  RecentTroubles,
  type CountUp,
  type LiveViews,
  type Metrics,
  type PartitionGuard,
  type Readiness,
} from '@twofold/platform';
import type { PartitionAssigner } from '@twofold/ports';

/** Runs a fold for each partition that this process is given, and tells how it goes. */
export class Folding implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Folding.name);
  private readonly tasks: PartitionTasks;
  private readonly countFolded: CountUp<'stream' | 'partition'>;
  /** How far each partition was folded by this process: what is folded again is not counted again. */
  private readonly foldedTo = new Map<string, Offset>();

  constructor(
    ports: Omit<FoldPorts, 'report'>,
    assigner: PartitionAssigner,
    catalog: Catalog,
    views: Pick<LiveViews, 'all' | 'check'>,
    readiness: Readiness,
    metrics: Metrics,
    guard: PartitionGuard,
  ) {
    this.countFolded = metrics.counter(
      'twofold_events_folded_total',
      'Records of the log that were folded into the speed views, each once.',
      ['stream', 'partition'],
    );
    const troubles = new RecentTroubles(ports.clock, (line) => this.logger.warn(line));
    const report = this.report(troubles);
    const fold = (partition: Partition, stop: AbortSignal): Promise<void> => {
      const stream = streamNamed(catalog.streams, partition.stream);
      const assignment = { partition, views: views.all, events: catalog.events, stream };
      return foldIntoSpeedViews({ ...ports, report }, assignment, stop);
    };
    this.tasks = new PartitionTasks(assigner, 'speed-view-builder', streamsOf(catalog), fold, guard);
    readiness.register('folds', () => troubles.check());
    readiness.register('versions', () => views.check());
  }

  onApplicationBootstrap(): void {
    this.tasks.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.tasks.stop();
  }

  private report(troubles: RecentTroubles): FoldReport {
    return {
      folded: (partition, from, to) => {
        const name = partitionName(partition);
        const first = Math.max(from, this.foldedTo.get(name) ?? from);
        if (to <= first) return;
        this.foldedTo.set(name, to);
        this.countFolded({ stream: partition.stream, partition: `${partition.partition}` }, to - first);
      },
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
