import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { partitionName, streamNamed, streamsOf, type Catalog, type Partition } from '@twofold/core';
import { archiveEvents, type ArchivePorts } from '@twofold/flows';
import { PartitionTasks, RecentTroubles, type Metrics, type PartitionGuard, type Readiness } from '@twofold/platform';
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
    metrics: Metrics,
    guard: PartitionGuard,
  ) {
    const countArchived = metrics.counter(
      'twofold_events_archived_total',
      'Records of the log that were archived by this process.',
      ['stream', 'partition'],
    );
    const countSetAside = metrics.counter(
      'twofold_records_set_aside_total',
      'Records that were archived by this process and are folded into nothing there: duplicates, dead letters, and events held behind one.',
      ['stream', 'partition', 'verdict'],
    );
    const troubles = new RecentTroubles(ports.clock, (line) => this.logger.warn(line));
    const report: ArchivePorts['report'] = {
      archived: (partition, from, to, aside) => {
        this.logger.debug(`archived ${partitionName(partition)} from ${from} to ${to}`);
        const labels = { stream: partition.stream, partition: `${partition.partition}` };
        countArchived(labels, to - from);
        countSetAside({ ...labels, verdict: 'duplicate' }, aside.duplicates);
        countSetAside({ ...labels, verdict: 'dead' }, aside.deadLetters);
        countSetAside({ ...labels, verdict: 'held' }, aside.held);
      },
      trouble: (partition, error) => troubles.add(partitionName(partition), error),
    };
    const archive = (partition: Partition, stop: AbortSignal): Promise<void> =>
      archiveEvents(
        { ...ports, report },
        { partition, events: catalog.events, stream: streamNamed(catalog.streams, partition.stream) },
        stop,
      );
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
