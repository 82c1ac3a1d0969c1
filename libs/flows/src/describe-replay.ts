import { TwofoldError, type Offset, type Partition, type Replay, type ReplayPhase } from '@twofold/core';
import type { BuildStage, ReplayJournal, StagedPartition } from '@twofold/ports';

export type DescribeReplayPorts = {
  readonly journal: Pick<ReplayJournal, 'get'>;
  readonly stage: Pick<BuildStage, 'progress'>;
};

/** How far the building of a replay's generation is. */
export type ReplayProgress = {
  /** The events of [from, done) are computed, those of [done, to) are not. None without a cut. */
  readonly partitions: readonly (Partition & { readonly from: Offset; readonly done: Offset; readonly to: Offset })[];
  /** How much of it is done, 0 to 1; null: it has no cut yet, or was given up. */
  readonly share: number | null;
  /** Events computed in a second of computing; null: nothing is measured. */
  readonly eventsPerSecond: number | null;
  /** null: nobody can say, since it is paused, not begun, or not measured. */
  readonly remainingMs: number | null;
};

/** Phases of a replay that comes to nothing: what was computed is being deleted, or is. */
const GIVEN_UP: readonly ReplayPhase[] = ['cancelled', 'failed', 'cleaned'];

/** A replay, and how far it is. Rejects with `not-found`. */
export async function describeReplay(
  { journal, stage }: DescribeReplayPorts,
  id: string,
): Promise<{ readonly replay: Replay; readonly progress: ReplayProgress }> {
  // the stage first: it is dropped after the journal says that it is no longer needed
  const staged = await stage.progress(id);
  const found = await journal.get(id);
  if (found === null) throw new TwofoldError('not-found', `there is no replay ${JSON.stringify(id)}`);
  return { replay: found.replay, progress: progressOf(found.replay, staged) };
}

/** `staged` null: there is no stage yet, or none any more. */
function progressOf(replay: Replay, staged: readonly StagedPartition[] | null): ReplayProgress {
  const partitions = partitionsOf(replay, staged);
  const sum = (of: (partition: (typeof partitions)[number]) => number): number =>
    partitions.reduce((total, partition) => total + of(partition), 0);
  const [all, done] = [sum(({ from, to }) => to - from), sum(({ from, done }) => done - from)];
  const speed = replay.speed ?? { events: done, busyMs: sum(({ busyMs }) => busyMs) };
  const eventsPerSecond = speed.busyMs > 0 ? (speed.events * 1_000) / speed.busyMs : null;
  return {
    partitions: partitions.map(({ stream, partition, from, done, to }) => ({ stream, partition, from, done, to })),
    share: shareOf(replay, all, done),
    eventsPerSecond,
    remainingMs: remainingMs(replay, all - done, eventsPerSecond),
  };
}

function remainingMs(
  { phase, isPaused, eventsPerSecond: atMost }: Replay,
  events: number,
  measured: number | null,
): number | null {
  if (phase !== 'running' || isPaused || measured === null || measured === 0) return null;
  return Math.round((events * 1_000) / Math.min(measured, atMost ?? measured));
}

function shareOf({ phase, cut }: Replay, all: number, done: number): number | null {
  if (cut === null || GIVEN_UP.includes(phase)) return null;
  return all === 0 ? 1 : done / all;
}

/** What is built is done; of what is not, and has no stage, nothing is. */
function partitionsOf(
  { phase, cut, rowCount }: Replay,
  staged: readonly StagedPartition[] | null,
): readonly StagedPartition[] {
  if (GIVEN_UP.includes(phase)) return [];
  if (phase === 'running' && staged !== null) return staged;
  return Object.entries(cut ?? {}).flatMap(([stream, offsets]) =>
    offsets.map((to, partition) => ({
      ...{ stream, partition, from: 0, to, busyMs: 0 },
      done: rowCount === null ? 0 : to,
    })),
  );
}
