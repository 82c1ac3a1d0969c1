import type { Random } from './random.js';
import { WINDOWS } from './sales.js';

/** How large a run is, and what may go wrong in it. */
export type Profile = {
  readonly partitions: number;
  /** The first view of the catalog, or both. */
  readonly views: 1 | 2;
  /** Whether there is a projection besides. */
  readonly isProjected: boolean;
  readonly events: number;
  /** How many of them were sent before. */
  readonly again: number;
  /** Which window of duplicates the stream has. */
  readonly window: number;
  /** Whether what comes behind a dead letter of its key waits. */
  readonly holds: boolean;
  /** Who resolve dead letters. */
  readonly operators: number;
  /** How long events are appended and faults happen; then both end, and everything must come to rest. */
  readonly historyMs: number;
  /** Of each partition, at the start. */
  readonly workers: number;
  readonly builders: number;
  readonly archivers: number;
  readonly readers: number;
  /** The faults that happen at some moments, how often all in all. */
  readonly blows: readonly Blow[];
  /** How many calls of a port fail in one of the ways that its contract has. */
  readonly flaky: number;
  /** How many calls take long. */
  readonly slow: number;
  /** Whether clocks of processes differ. */
  readonly skewed: boolean;
  /** How often a control message arrives: each time one of these. */
  readonly deliveries: readonly number[];
};

/**
 * What may happen at a moment. `lose` and `revert`: of records of the speed views. `retention`: the log loses what the archive
 * has. `jump`: every clock, ahead.
 */
export const BLOWS = ['crash', 'pause', 'stop', 'second', 'lose', 'revert', 'retention', 'away', 'jump'] as const;
export type Blow = (typeof BLOWS)[number];

/** A fault is in a run, or is not: runs with few kinds of faults reach what runs with all of them do not ("swarm testing"). */
const OFTEN = 0.5;
/** How many runs have no fault, so that no answer may be older than the one before. */
const CALM = 0.2;
const MAX_BLOWS = 7;

export function drawProfile(random: Random): Profile {
  const profile = drawAny(random);
  return random.chance(CALM) ? { ...profile, workers: 1, blows: [], flaky: 0, skewed: false } : profile;
}

function drawAny(random: Random): Profile {
  const allowed = BLOWS.filter(() => random.chance(OFTEN));
  const blows =
    allowed.length === 0 ? [] : Array.from({ length: random.whole(0, MAX_BLOWS) }, () => random.pick(allowed));
  return {
    partitions: random.chance(0.4) ? 2 : 1,
    views: random.chance(0.25) ? 2 : 1,
    events: random.chance(0.1) ? random.whole(20, 60) : random.whole(3, 20),
    again: random.chance(0.6) ? random.between(0.1, 0.5) : 0,
    window: random.whole(0, WINDOWS.length - 1),
    holds: random.chance(0.6),
    operators: random.chance(0.6) ? random.whole(1, 2) : 0,
    historyMs: random.between(500, 2_500),
    workers: random.chance(0.3) ? 2 : 1,
    builders: random.chance(0.3) ? 2 : 1,
    archivers: random.chance(0.3) ? 2 : 1,
    readers: random.chance(0.3) ? 2 : 1,
    blows,
    flaky: random.chance(0.4) ? random.between(0.01, 0.1) : 0,
    slow: random.chance(0.5) ? random.between(0.01, 0.2) : 0,
    skewed: random.chance(0.2),
    deliveries: random.pick([[1], [1], [1], [0], [0, 1, 2]]),
    isProjected: random.chance(0.4),
  };
}

/**
 * Whether an answer may be older than the one before: if the store lost something, if epochs were dropped by a wrong clock,
 * or if two workers held a partition at a time, for one may fold past a boundary that the other proposed, and then folds again.
 */
export const mayGoBack = ({ blows, skewed, flaky, workers }: Profile): boolean =>
  skewed || flaky > 0 || workers > 1 || blows.some((blow) => blow !== 'away');
