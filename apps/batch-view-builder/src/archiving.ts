import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { partitionName, streamsOf, type Catalog, type Partition } from '@twofold/core';
import { archiveEvents, type ArchivePorts } from '@twofold/flows';
import { PartitionTasks, RecentTroubles, type PartitionGuard, type Readiness } from '@twofold/platform';
import type { PartitionAssigner } from '@twofold/ports';

/** Archives each partition that this process is given, and tells how it goes. */
export class Archiving implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Archiving.name);
  private readonly tasks: PartitionTasks;

  constructor(
    ports: Omit<ArchivePorts, 'report'>,
    assigner: PartitionAssigner,
    catalog: Catalog,
    readiness: Readiness,
    guard: PartitionGuard,
  ) {
    const troubles = new RecentTroubles(ports.clock, (line) => this.logger.warn(line));
    const report: ArchivePorts['report'] = {
      archived: (partition, from, to) =>
        this.logger.debug(`archived ${partitionName(partition)} from ${from} to ${to}`),
      trouble: (partition, error) => troubles.add(partitionName(partition), error),
    };
    const archive = (partition: Partition, stop: AbortSignal): Promise<void> =>
      archiveEvents({ ...ports, report }, { partition, events: catalog.events }, stop);
    this.tasks = new PartitionTasks(assigner, 'batch-view-builder', streamsOf(catalog), archive, guard);
    readiness.register('archive', () => troubles.check());
  }

  onApplicationBootstrap(): void {
    this.tasks.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.tasks.stop();
  }

  /** Whether this process archives the first partition of a stream: it is the one that builds its views on schedule. */
  leads(stream: string): boolean {
    return this.tasks.partitions.includes(partitionName({ stream, partition: 0 }));
  }
}
