import {
  TwofoldError,
  encodePosition,
  positionOf,
  type Offset,
  type OffsetVector,
  type SetAside,
  type ViewPlan,
} from '@twofold/core';
import type { Clock, Generation } from '@twofold/ports';
import type { Page } from './read-page.js';
import type { SpeedReading } from './read-speed-views.js';

export type FreshnessPorts = {
  /** Where a stream's partitions end now, or a moment ago; null when the log cannot be asked. */
  readonly heads: (stream: string) => Promise<readonly Offset[] | null>;
  readonly clock: Clock;
};

/** How an answer came about: what it is exact at, and how fresh that is. */
export type AnswerEnvelope = SetAside & {
  readonly view: string;
  readonly version: string;
  readonly generation: number;
  readonly cut: OffsetVector;
  readonly offsets: OffsetVector;
  readonly position: string;
  readonly freshness: {
    readonly appliedAt: string | null;
    readonly ageMs: number | null;
    /** Of all streams that the view reads. */
    readonly lagEvents: number | null;
  };
  readonly parts: { readonly batchRows: number; readonly speedRows: number };
  readonly catchingUp: boolean;
};

/** @throws TwofoldError `too-stale` */
export async function describeAnswer(
  { heads, clock }: FreshnessPorts,
  { id }: ViewPlan,
  generation: Generation,
  speed: SpeedReading,
  page: Page,
  maxStalenessMs: number | null,
): Promise<AnswerEnvelope> {
  const lagEvents = await lagOf(heads, speed.offsets);
  const ageMs = speed.appliedAtMs === null ? null : Math.max(0, clock.now() - speed.appliedAtMs);
  const isStale = lagEvents !== 0 && (ageMs === null || ageMs > (maxStalenessMs ?? Infinity));
  if (maxStalenessMs !== null && isStale) {
    const waiting = lagEvents === null ? 'nobody knows how many' : lagEvents;
    throw new TwofoldError(
      'too-stale',
      `the newest event applied is ${ageMs ?? 'unknown'} ms old, and ${waiting} events wait; at most ${maxStalenessMs} ms were asked for`,
    );
  }
  return {
    view: id.name,
    version: id.version,
    generation: generation.number,
    cut: generation.cut,
    offsets: speed.offsets,
    position: encodePosition(positionOf(speed.offsets)),
    freshness: {
      appliedAt: speed.appliedAtMs === null ? null : new Date(speed.appliedAtMs).toISOString(),
      ageMs,
      lagEvents,
    },
    parts: { batchRows: page.batchRows, speedRows: page.speedRows },
    catchingUp: speed.catchingUp,
    deadLetters: speed.deadLetters,
    duplicates: speed.duplicates,
    held: speed.held,
  };
}

/** Events on the log that are not applied. null: the end of a stream is not known. */
async function lagOf(heads: FreshnessPorts['heads'], offsets: OffsetVector): Promise<number | null> {
  const lags = await Promise.all(
    Object.entries(offsets).map(async ([stream, applied]) => {
      const ends = await heads(stream);
      // partitions that nobody registered wait as a whole
      return ends?.reduce((sum, end, partition) => sum + Math.max(0, end - (applied[partition] ?? 0)), 0) ?? null;
    }),
  );
  return lags.reduce((sum, lag) => (sum === null || lag === null ? null : sum + lag), 0);
}
