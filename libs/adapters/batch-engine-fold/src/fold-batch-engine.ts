import { offsetAt, type ViewPlan, type ViewRow } from '@twofold/core';
import type { BatchEngine, EventRange, PartitionWork } from '@twofold/ports';
import { merged } from './merged.js';
import type { PartitionFolds } from './partition-folds.js';

/** The TypeScript fold as a batch engine: every partition by itself, side by side. Rows of different partitions may be alike. */
export class FoldBatchEngine implements BatchEngine {
  readonly name = 'fold';
  readonly givesEachRowOnce = false;

  /** `close` closes it. */
  constructor(private readonly folds: PartitionFolds) {}

  /** The first partition that fails ends all of them. */
  async *compute(
    plan: ViewPlan,
    range: EventRange,
    stop: AbortSignal,
  ): AsyncGenerator<readonly ViewRow[], void, undefined> {
    const leaving = new AbortController();
    const until = AbortSignal.any([stop, leaving.signal]);
    yield* merged(
      worksOf(plan, range).map((work) => this.folds.fold(work, until)),
      () => leaving.abort(),
    );
  }

  close(): Promise<void> {
    return this.folds.close();
  }
}

const worksOf = (plan: ViewPlan, { from, to, windows }: EventRange): readonly PartitionWork[] =>
  Object.entries(to).flatMap(([stream, ends]) =>
    ends
      .map((end, partition): PartitionWork => {
        const place = { stream, partition };
        return { plan, partition: place, from: offsetAt(from, place), to: end, windows };
      })
      .filter((work) => work.from < work.to),
  );
