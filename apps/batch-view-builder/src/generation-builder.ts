import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { TwofoldError, type Offset, type OffsetVector, type ViewPlan } from '@twofold/core';
import { buildGeneration, hasNews, nextWay, type BuildPorts, type Way } from '@twofold/flows';
import type { BatchEngine, Clock, Generation } from '@twofold/ports';

/** Requests that wait at most; the next is refused, for a build takes seconds and a queue of hours helps nobody. */
const MAX_WAITING = 100;

export type GenerationBuilderOptions = {
  readonly ports: Omit<BuildPorts, 'engine'>;
  /** What computes a view from history. */
  readonly engineOf: (plan: ViewPlan) => BatchEngine;
  /** Those that are built on schedule, as they are now. */
  readonly views: () => readonly ViewPlan[];
  readonly heads: (stream: string) => Promise<readonly Offset[]>;
  readonly clock: Clock;
  /** Time from one round of scheduled builds to the next; 0: none are scheduled. */
  readonly everyMs: number;
  /** Of the scheduled generations every n-th is computed from history, the others are rolled forward; 1: each is computed. */
  readonly recomputeEvery: number;
  /** Whether this process builds a view on schedule: one of the instances does. */
  readonly leads: (plan: ViewPlan) => boolean;
  /** Hears of each generation that was built, and must not hold up the next. */
  readonly audit: (plan: ViewPlan, generation: Generation) => void;
  /** Throws where nothing may be built any more. */
  readonly mustStand: () => void;
};

/** Builds generations one after the other: on a schedule where there is news, and on request. */
export class GenerationBuilder implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(GenerationBuilder.name);
  private readonly stopping = new AbortController();
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private scheduled: Promise<void> = Promise.resolve();

  constructor(private readonly options: GenerationBuilderOptions) {}

  onApplicationBootstrap(): void {
    if (this.options.everyMs > 0) this.scheduled = this.keepBuilding();
  }

  /** A build under way is given up where it waits; whatever it did stands in Postgres for the next one. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.allSettled([this.scheduled, this.last]);
  }

  /** Builds the next generation of a view when the builds asked for before are done. Rejects as the build does. */
  build(plan: ViewPlan, way: Way, tell: (step: string) => void): Promise<Generation> {
    if (this.waiting >= MAX_WAITING) return Promise.reject(new Error(`${MAX_WAITING} builds wait already`));
    this.waiting += 1;
    const build = this.last.then(() => this.buildNow(plan, way, tell));
    this.last = build.catch(() => undefined).finally(() => (this.waiting -= 1));
    return build;
  }

  /**
   * Builds the next generation, if the log has news for it.
   * Rejects as the build does; with `store-unavailable` where what it waits for did not come in time: try again
   */
  async buildNews(plan: ViewPlan): Promise<void> {
    try {
      const way = await this.wayDue(plan);
      if (way !== null) await this.build(plan, way, (step) => this.logger.debug(`${plan.id.name}: ${step}`));
    } catch (error) {
      if (!(error instanceof TwofoldError && error.code === 'conflict')) throw error;
      throw new TwofoldError('store-unavailable', error.message, undefined, { cause: error });
    }
  }

  private async buildNow(plan: ViewPlan, way: Way, tell: (step: string) => void): Promise<Generation> {
    this.options.mustStand();
    const ports = { ...this.options.ports, engine: this.options.engineOf(plan) };
    const generation = await buildGeneration(ports, plan, way, tell, this.stopping.signal);
    this.options.audit(plan, generation);
    return generation;
  }

  private async keepBuilding(): Promise<void> {
    const { clock, everyMs, views } = this.options;
    while (!this.stopping.signal.aborted) {
      const roundBeganAtMs = clock.elapsed();
      for (const plan of views()) {
        if (this.stopping.signal.aborted) return;
        try {
          const way = this.options.leads(plan) ? await this.wayDue(plan) : null;
          if (way !== null) await this.build(plan, way, (step) => this.logger.debug(`${plan.id.name}: ${step}`));
        } catch (error) {
          this.logger.warn(`${plan.id.name}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      await clock.wait(Math.max(0, roundBeganAtMs + everyMs - clock.elapsed()), this.stopping.signal);
    }
  }

  /** How the next generation of a view is to be made; null: the log has no news for it. */
  private async wayDue(plan: ViewPlan): Promise<Way | null> {
    const published = await this.options.ports.batchViews.published(plan.id);
    const heads = plan.streams.map(async (stream) => [stream, await this.options.heads(stream)] as const);
    const head: OffsetVector = Object.fromEntries(await Promise.all(heads));
    return published !== null && hasNews(published, head) ? nextWay(published, this.options.recomputeEvery) : null;
  }
}
