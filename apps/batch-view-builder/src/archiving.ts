import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { partitionName, streamsOf, type Catalog } from '@twofold/core';
import { archiveEvents, type ArchivePorts } from '@twofold/flows';
import { PartitionTasks, type Readiness } from '@twofold/platform';
import type { PartitionAssigner } from '@twofold/ports';

/** A trouble younger than this is a reason not to be ready: the archiver tries again every second. */
const RECENT_MS = 5_000;

/** Archives each partition that this process is given, and tells how it goes. */
export class Archiving implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Archiving.name);
  private readonly tasks: PartitionTasks;
  private lastTrouble: { readonly atMs: number; readonly message: string } | null = null;

  constructor(
    ports: Omit<ArchivePorts, 'report'>,
    assigner: PartitionAssigner,
    catalog: Catalog,
    readiness: Readiness,
  ) {
    const report: ArchivePorts['report'] = {
      archived: (partition, from, to) =>
        this.logger.debug(`archived ${partitionName(partition)} from ${from} to ${to}`),
      trouble: (partition, error) => {
        const message = `${partitionName(partition)}: ${error instanceof Error ? error.message : String(error)}`;
        this.lastTrouble = { atMs: ports.clock.now(), message };
        this.logger.warn(message);
      },
    };
    this.tasks = new PartitionTasks(assigner, 'batch-view-builder', streamsOf(catalog), (partition, stop) =>
      archiveEvents({ ...ports, report }, { partition, events: catalog.events }, stop),
    );
    readiness.register('archive', async () => {
      const { lastTrouble } = this;
      if (lastTrouble !== null && ports.clock.now() - lastTrouble.atMs < RECENT_MS)
        throw new Error(lastTrouble.message);
    });
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
