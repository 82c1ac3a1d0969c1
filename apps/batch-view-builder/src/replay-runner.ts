import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Replay, ViewId } from '@twofold/core';
import { removeVersion, runReplay, type RunReplayPorts } from '@twofold/flows';
import { RecentTroubles, type Readiness } from '@twofold/platform';
import type { ReplayJournal, StoredVersion } from '@twofold/ports';

/** How often the journal is looked through when nothing is heard. */
const LOOK_EVERY_MS = 1_000;

export type ReplayRunnerOptions = {
  readonly ports: Omit<RunReplayPorts, 'tell'>;
  readonly journal: Pick<ReplayJournal, 'unfinished'>;
  /** The versions of the catalog's views, as they are now. */
  readonly versions: () => Promise<readonly StoredVersion[]>;
  /** Whether this process runs what belongs to a view: one of the instances does. */
  readonly leads: (view: ViewId) => boolean;
  /** Replays that are built at once; the others wait in the order that they were asked for. */
  readonly atOnce: number;
};

/**
 * Runs the replays of the views that this process leads, and removes versions that nobody keeps any more. What it does, and where it is,
 * stands in the stores: killed, the next process goes on.
 */
export class ReplayRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ReplayRunner.name);
  private readonly stopping = new AbortController();
  private readonly troubles: RecentTroubles;
  /** By id; whether it takes one of the places. */
  private readonly running = new Map<string, { readonly isBuilt: boolean; readonly ended: Promise<void> }>();
  private waking = new AbortController();
  private looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: ReplayRunnerOptions,
    readiness: Pick<Readiness, 'register'>,
  ) {
    this.troubles = new RecentTroubles(options.ports.clock, (line) => this.logger.warn(line));
    readiness.register('replays', () => this.troubles.check());
  }

  onApplicationBootstrap(): void {
    this.looking = this.keepLooking();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.looking;
    await Promise.all([...this.running.values()].map(({ ended }) => ended));
  }

  /** There may be something to do: it looks at once. */
  heard(): void {
    this.waking.abort();
  }

  private async keepLooking(): Promise<void> {
    const { clock } = this.options.ports;
    while (!this.stopping.signal.aborted) {
      this.waking = new AbortController();
      await this.look().catch((error: unknown) => this.troubles.add('replays', error));
      await clock.wait(LOOK_EVERY_MS, AbortSignal.any([this.stopping.signal, this.waking.signal]));
    }
  }

  private async look(): Promise<void> {
    const { journal, versions, leads, atOnce, ports } = this.options;
    const replays = (await journal.unfinished()).filter(({ view }) => leads(view));
    for (const replay of replays) {
      const isBuilt = isBuilding(replay);
      const building = [...this.running.values()].filter((other) => other.isBuilt).length;
      if (this.running.has(replay.id) || (!isBuilt && !isToBeCleaned(replay)) || (isBuilt && building >= atOnce))
        continue;
      this.running.set(replay.id, { isBuilt, ended: this.run(replay) });
    }
    const beingCleaned = new Set(replays.filter(isToBeCleaned).map(({ view }) => view.version));
    for (const version of await versions())
      if (version.state === 'removing' && leads(version.view) && !beingCleaned.has(version.view.version))
        await removeVersion(ports, version);
  }

  private async run({ id, view }: Replay): Promise<void> {
    const tell = (step: string): void => this.logger.log(`${view.name}: ${step}`);
    try {
      await runReplay({ ...this.options.ports, tell }, id, this.stopping.signal);
    } catch (error) {
      this.troubles.add(`replay ${id} of ${view.name}`, error);
    } finally {
      this.running.delete(id);
    }
  }
}

/** Whether it is its turn to be built or compared. */
const isBuilding = ({ phase, isPaused }: Replay): boolean =>
  (phase === 'queued' || phase === 'running' || phase === 'built') && !isPaused;

const isToBeCleaned = ({ phase }: Replay): boolean => phase === 'cancelled' || phase === 'failed';
