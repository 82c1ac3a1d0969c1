import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { runMigration, type RunMigrationPorts } from '@twofold/flows';
import { RecentTroubles, type Readiness } from '@twofold/platform';

/** How often the journal is looked at. */
const LOOK_EVERY_MS = 1_000;

export type MigrationRunnerOptions = {
  readonly ports: Omit<RunMigrationPorts, 'tell'>;
  /** Whether this process runs migrations: one of the instances does. */
  readonly leads: () => boolean;
};

/** Runs the migration of the archive that is under way. What it does, and where it is, stands in the stores: killed, the next process goes on. */
export class MigrationRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(MigrationRunner.name);
  private readonly stopping = new AbortController();
  private readonly troubles: RecentTroubles;
  private looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: MigrationRunnerOptions,
    readiness: Pick<Readiness, 'register'>,
  ) {
    this.troubles = new RecentTroubles(options.ports.clock, (line) => this.logger.warn(line));
    readiness.register('migration', () => this.troubles.check());
  }

  onApplicationBootstrap(): void {
    this.looking = this.keepLooking(this.stopping.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.looking;
  }

  private async keepLooking(stop: AbortSignal): Promise<void> {
    const { ports, leads } = this.options;
    const tell = (step: string): void => this.logger.log(step);
    while (!stop.aborted) {
      if (leads())
        await runMigration({ ...ports, tell }, stop).catch((error: unknown) => this.troubles.add('migration', error));
      await ports.clock.wait(LOOK_EVERY_MS, stop);
    }
  }
}
