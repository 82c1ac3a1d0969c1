import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Replay, ReplayPhase } from '@twofold/core';
import { carryOnReplays, type CarryOnPorts } from '@twofold/flows';
import { CLOCK, Metrics, Readiness, RecentTroubles, type SetGauge } from '@twofold/platform';
import type { Clock } from '@twofold/ports';
import { REPLAY_PORTS } from './tokens.js';

/** How often the journal is looked through, milliseconds: what is decided is done at once where the control stream tells of it. */
const LOOK_EVERY_MS = 2_000;

/** While the app runs, what was decided of replays is done, round after round. */
@Injectable()
export class ReplayRounds implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stop = new AbortController();
  private hastened = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private readonly troubles: RecentTroubles;
  private readonly setUnfinished: SetGauge<'phase'>;
  private readonly toldPhases = new Set<ReplayPhase>();

  constructor(
    @Inject(REPLAY_PORTS) private readonly ports: CarryOnPorts,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Readiness) readiness: Readiness,
    @Inject(Metrics) metrics: Metrics,
  ) {
    const logger = new Logger(ReplayRounds.name);
    this.troubles = new RecentTroubles(clock, (line) => logger.warn(line));
    readiness.register('replays', () => this.troubles.check());
    this.setUnfinished = metrics.gauge('twofold_unfinished_replays', 'Replays with something left to be done.', [
      'phase',
    ]);
  }

  onApplicationBootstrap(): void {
    this.running = this.run(this.stop.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  /** The next round begins at once, or when the one under way is over. */
  hasten(): void {
    this.hastened.abort();
  }

  private async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      // before the round: what comes while it is under way is for the next
      this.hastened = new AbortController();
      await carryOnReplays(this.ports).then(
        (unfinished) => this.measure(unfinished),
        (error: unknown) => this.troubles.add('replays', error),
      );
      await this.clock.wait(LOOK_EVERY_MS, AbortSignal.any([stop, this.hastened.signal]));
    }
  }

  private measure(unfinished: readonly Replay[]): void {
    const byPhase = Map.groupBy(unfinished, ({ phase }) => phase);
    for (const phase of byPhase.keys()) this.toldPhases.add(phase);
    for (const phase of this.toldPhases) this.setUnfinished({ phase }, byPhase.get(phase)?.length ?? 0);
  }
}
