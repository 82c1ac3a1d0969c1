import {
  TwofoldError,
  type Offset,
  type OffsetVector,
  type Partition,
  type ViewPlan,
  type WindowSpan,
} from '@twofold/core';
import type { BatchEngine, BuildStage, Clock, EventRange, StagedPartition } from '@twofold/ports';
import { StagedStates } from './staged-states.js';

export type StagePorts = {
  readonly stage: Pick<BuildStage, 'open' | 'add' | 'progress' | 'readKeys'>;
  readonly engine: BatchEngine;
  readonly clock: Clock;
  /** Partitions that are computed at once. */
  readonly partitionsAtOnce: number;
  /** How many events a second may be computed, as of now; null: as many as go. */
  readonly eventsPerSecond: () => number | null;
};

/** What a step should take: what is lost when it is killed, and what staging rows in it costs, are both little then. */
const STEP_MS = 3_000;
/** Offsets of the first step of a partition, and of any. */
const FIRST_STEP = 50_000;
const SHORTEST_STEP = 1_000;
const LONGEST_STEP = 10_000_000;
/** Of a projection: all that a step changes is in memory until it is staged, as many states as it has events at most. */
const LONGEST_STEP_OF_PROJECTION = 200_000;
/** By how much a step is longer than the one before, at most. */
const GROWTH = 4;

/**
 * Computes the rows of a range of events and stages them, in steps, several partitions at once. What was staged before is not
 * computed again. Killed anywhere: the steps that were staged stand, and the next call goes on after them. Two at once do no harm.
 * false: told to stop.
 *
 * @throws TwofoldError what the engine and the stage do
 */
export async function stageHistory(
  ports: StagePorts,
  plan: ViewPlan,
  build: string,
  { from, to, windows }: EventRange,
  stop: AbortSignal,
): Promise<boolean> {
  const waiting = [...(await ports.stage.open(plan, build, from, to))];
  const pace = new Pace(ports);
  const failing = new AbortController();
  const stopped = AbortSignal.any([stop, failing.signal]);
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await stagePartition(ports, plan, build, next, windows, pace, stopped);
  };
  const workers = Array.from({ length: ports.partitionsAtOnce }, () =>
    work().catch((error: unknown) => {
      // the others end, too, and the first failure is told
      if (!stopped.aborted) failing.abort(error);
    }),
  );
  await Promise.all(workers);
  if (failing.signal.aborted) throw failing.signal.reason;
  return !stop.aborted;
}

async function stagePartition(
  { stage, engine, clock }: StagePorts,
  plan: ViewPlan,
  build: string,
  staged: StagedPartition,
  windows: WindowSpan | null,
  pace: Pace,
  stop: AbortSignal,
): Promise<void> {
  const states = plan.projection === null ? null : new StagedStates(stage, plan, build, staged.done === staged.from);
  const longest = plan.projection === null ? LONGEST_STEP : LONGEST_STEP_OF_PROJECTION;
  let size = FIRST_STEP;
  for (let from = staged.done; from < staged.to && !stop.aborted;) {
    const to = Math.min(from + pace.atMost(size), staged.to);
    await pace.wait(to - from, stop);
    if (stop.aborted) return;
    const beganAtMs = clock.elapsed();
    const busyMs = (): number => clock.elapsed() - beganAtMs;
    const computed = engine.compute(plan, { ...rangeOf(staged, from, to), windows }, stop, states?.before);
    const rows = states?.remember(computed) ?? computed;
    const { stream, partition } = staged;
    const step = { stream, partition, from, to, busyMs };
    if (!(await stage.add(plan, build, step, rows))) {
      // another builder was first: it goes on after what that one staged
      states?.forget();
      from = await doneOf(stage, build, staged);
      continue;
    }
    size = Math.round(clamp((size * STEP_MS) / Math.max(1, busyMs()), size / GROWTH, size * GROWTH));
    size = clamp(size, SHORTEST_STEP, longest);
    from = to;
  }
}

/** @throws TwofoldError `conflict`: the build was given up */
async function doneOf(stage: StagePorts['stage'], build: string, { stream, partition }: Partition): Promise<Offset> {
  const progress = await stage.progress(build);
  const now = progress?.find((some) => some.stream === stream && some.partition === partition);
  if (now === undefined) throw new TwofoldError('conflict', `${build} was given up`);
  return now.done;
}

/** Of this partition alone: of those before it the range is empty. */
function rangeOf(
  { stream, partition }: Partition,
  from: Offset,
  to: Offset,
): { readonly from: OffsetVector; readonly to: OffsetVector } {
  const at = (offset: Offset): OffsetVector => ({ [stream]: [...new Array<Offset>(partition).fill(0), offset] });
  return { from: at(from), to: at(to) };
}

const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(value, most));

/** Holds steps back, so that all partitions together stay within so many events a second. */
class Pace {
  private freeAtMs = -Infinity;

  constructor(private readonly ports: Pick<StagePorts, 'clock' | 'eventsPerSecond'>) {}

  /** A step is as long as a second may be. */
  atMost(size: number): number {
    return Math.max(1, Math.min(size, this.ports.eventsPerSecond() ?? size));
  }

  async wait(events: number, stop: AbortSignal): Promise<void> {
    const { clock, eventsPerSecond } = this.ports;
    const limit = eventsPerSecond();
    if (limit === null) return;
    const nowMs = clock.elapsed();
    const beginsAtMs = Math.max(nowMs, this.freeAtMs);
    this.freeAtMs = beginsAtMs + (events / limit) * 1_000;
    // after its time, not before: a step that is asked for while there is no work yet counts from its end
    await clock.wait(this.freeAtMs - nowMs, stop);
  }
}
