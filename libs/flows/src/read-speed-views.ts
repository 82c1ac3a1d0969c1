import {
  NOTHING_ASIDE,
  mergeRows,
  offsetAt,
  sumAside,
  type Offset,
  type OffsetVector,
  type Partition,
  type RowSelection,
  type SetAside,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { Generation, SpeedRecord, SpeedViewStore } from '@twofold/ports';

/** Speed rows that one partition may add to an answer: the store is busy for some 50 ms with them. */
const MAX_SPEED_ROWS = 50_000;

/** What the speed layer adds to a generation. */
export type SpeedReading = SetAside & {
  /** Merged: each (dimensions, window) once. */
  readonly rows: readonly ViewRow[];
  /** What generation and rows together are exact at. */
  readonly offsets: OffsetVector;
  /** Append time of the newest event in it, or in the generation. */
  readonly appliedAtMs: number | null;
  /** Whether a partition's record does not fit the generation: for it there is nothing but the cut. */
  readonly catchingUp: boolean;
};

type PartitionReading = SetAside & {
  readonly place: Partition;
  readonly rows: readonly ViewRow[];
  readonly offset: Offset;
  readonly appliedAtMs: number | null;
  readonly fits: boolean;
};

/** Per partition of every stream, at one moment each: the epochs from the generation's cut on if they fit it, else nothing. */
export async function readSpeedViews(
  speedViews: Pick<SpeedViewStore, 'read'>,
  plan: ViewPlan,
  selection: RowSelection,
  generation: Generation,
): Promise<SpeedReading> {
  const partitions = plan.streams.flatMap((stream) =>
    (generation.cut[stream] ?? []).map((_, partition): Partition => ({ stream, partition })),
  );
  const readings = await Promise.all(
    partitions.map((place) => readPartition(speedViews, plan, selection, place, offsetAt(generation.cut, place))),
  );
  const offsetsOf = (stream: string): readonly Offset[] =>
    readings.filter(({ place }) => place.stream === stream).map(({ offset }) => offset);
  return {
    rows: mergeRows(
      plan,
      readings.flatMap(({ rows }) => rows),
    ),
    offsets: Object.fromEntries(plan.streams.map((stream) => [stream, offsetsOf(stream)])),
    appliedAtMs: newest([generation.appliedAtMs, ...readings.map(({ appliedAtMs }) => appliedAtMs)]),
    ...sumAside([generation, ...readings]),
    catchingUp: readings.some((reading) => !reading.fits),
  };
}

async function readPartition(
  speedViews: Pick<SpeedViewStore, 'read'>,
  plan: ViewPlan,
  selection: RowSelection,
  place: Partition,
  cut: Offset,
): Promise<PartitionReading> {
  const read = await speedViews.read({ view: plan.id, partition: place }, cut, selection, MAX_SPEED_ROWS);
  if (read === null || !fits(read.record, cut))
    return { place, rows: [], offset: cut, appliedAtMs: null, ...NOTHING_ASIDE, fits: false };
  const { applied, appliedAtMs, epochs } = read.record;
  const aside = sumAside(epochs.filter(({ start }) => start >= cut));
  return { place, rows: read.rows, offset: applied, appliedAtMs, ...aside, fits: true };
}

/** Whether the record's epochs run without a gap from exactly the cut to what is applied. */
export function fits({ applied, epochs }: SpeedRecord, cut: Offset): boolean {
  const from = epochs.filter(({ start }) => start >= cut);
  const straddles = epochs.some(({ start, end }) => start < cut && (end === null || end > cut));
  const contiguous = from.every(({ end }, index) => end === (from[index + 1]?.start ?? null));
  return !straddles && contiguous && from[0]?.start === cut && (from.at(-1)?.start ?? Infinity) <= applied;
}

const newest = (times: readonly (number | null)[]): number | null =>
  times.reduce((a, b) => (a === null ? b : b === null ? a : Math.max(a, b)), null);
