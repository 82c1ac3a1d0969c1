import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { isFinal, isRepair, type Replay, type ViewId } from '@twofold/core';
import { removeVersion, runReplay, type RunReplayPorts } from '@twofold/flows';
import { RecentTroubles, type Readiness } from '@twofold/platform';
import type { ReplayJournal } from '@twofold/ports';

/** How often the journal is looked through when nothing is heard. */
const LOOK_EVERY_MS = 1_000;

export type ReplayRunnerOptions = {
  readonly ports: Omit<RunReplayPorts, 'tell' | 'journal'> & { readonly journal: ReplayJournal };
  /** Whether this process runs what belongs to the views that read a stream first: one of the instances does. */
  readonly leads: (stream: string) => boolean;
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
    const { ports, leads, atOnce } = this.options;
    const known = await ports.versions.list(ports.catalog.views.map(({ id }) => id.name));
    const led = known.filter(
      ({
        definition: {
          from: [first],
        },
      }) => first !== undefined && leads(first.stream),
    );
    const isLed = ({ name, version }: ViewId): boolean =>
      led.some(({ view }) => view.name === name && view.version === version);
    const replays = (await ports.journal.unfinished()).filter(({ view }) => isLed(view));
    for (const replay of replays) {
      const isBuilt = isBuilding(replay);
      const building = [...this.running.values()].filter((other) => other.isBuilt).length;
      if (this.running.has(replay.id) || (!isBuilt && !isToBeCleaned(replay)) || (isBuilt && building >= atOnce))
        continue;
      this.running.set(replay.id, { isBuilt, ended: this.run(replay) });
    }
    const beingCleaned = new Set(replays.filter(isToBeCleaned).map(({ view }) => view.version));
    for (const version of led)
      if (version.state === 'removing' && !beingCleaned.has(version.view.version)) await removeVersion(ports, version);
    await this.dropStages();
  }

  /** A builder that slept while its replay ended may have begun a stage anew. */
  private async dropStages(): Promise<void> {
    const { journal, stage } = this.options.ports;
    for (const build of await stage.builds()) {
      // those of a repair begin with its id
      const journaled = await journal.get(build.split(':')[0] ?? build);
      if (journaled !== null && isFinal(journaled.replay)) await stage.drop(build);
    }
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

/** Whether it is its turn to be built or compared; of a repair, to be put in its place. */
const isBuilding = (replay: Replay): boolean => {
  const { phase, isPaused } = replay;
  return (
    ((phase === 'queued' || phase === 'running' || phase === 'built') && !isPaused) ||
    (phase === 'promoting' && isRepair(replay))
  );
};

const isToBeCleaned = ({ phase }: Replay): boolean => phase === 'cancelled' || phase === 'failed';
