import type { Offset } from '@twofold/core';
import fc from 'fast-check';
import { headOf, type Log } from './logs.js';

/** What happens around the commit of a delivered batch. */
export type Crash = 'none' | 'before-commit' | 'after-commit';

/** A batch that a partition's worker is given: from some offsets before where it is (again), so many offsets; then perhaps a crash. */
export type Delivery = { readonly back: number; readonly count: number; readonly crash: Crash };

/** How a log is cut and folded. */
export type Course = {
  /** Offsets by partition, each at or beyond the one before: the generation's cut, then the boundaries of epochs. */
  readonly cuts: readonly (readonly Offset[])[];
  /** By partition. What they do not deliver is delivered in the end. */
  readonly deliveries: readonly (readonly Delivery[])[];
};

const MAX_CUTS = 4;
/** Partitions that a log has in all its streams, at most. */
const MAX_PLACES = 6;
const MAX_DELIVERIES = 6;

const delivery: fc.Arbitrary<Delivery> = fc.record({
  back: fc.nat({ max: 5 }),
  count: fc.nat({ max: 8 }),
  crash: fc.constantFrom('none', 'before-commit', 'after-commit'),
});

/** Courses for a log that is not known yet: places are drawn as numbers, and fitted to its partitions. */
export const courses: fc.Arbitrary<(log: Log) => Course> = fc
  .tuple(
    fc.array(fc.array(fc.nat({ max: 99 }), { minLength: MAX_PLACES, maxLength: MAX_PLACES }), {
      minLength: 1,
      maxLength: MAX_CUTS,
    }),
    fc.array(fc.array(delivery, { maxLength: MAX_DELIVERIES, size: 'max' }), {
      minLength: MAX_PLACES,
      maxLength: MAX_PLACES,
    }),
  )
  .map(([places, deliveries]) => (log: Log): Course => {
    const byPartition = log.map((records, partition) =>
      places.map((place) => (place[partition] ?? 0) % (headOf(records) + 1)).sort((a, b) => a - b),
    );
    return {
      cuts: places.map((_, index) => byPartition.map((offsets) => offsets[index] ?? 0)),
      deliveries: log.map((_, partition) => deliveries[partition] ?? []),
    };
  });
