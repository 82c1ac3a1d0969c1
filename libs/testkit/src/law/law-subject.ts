import {
  compileFold,
  mergeRows,
  naiveView,
  presentMeasure,
  type Scalar,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { LawCase } from '../generators/law-cases.js';
import { foldTailBy, type FoldTail } from './model-worker.js';
import { eventsBelow, type Cut } from './naive-law.js';

/** The rows of a view for exactly the events of the case's log below a cut. */
export type ComputeBatch = (plan: ViewPlan, cut: Cut) => Promise<readonly ViewRow[]>;

/** All the pieces whose agreement the law is about: each can be another implementation, or a mutant. */
export type LawSubject = {
  readonly compileFold: typeof compileFold;
  /** Makes the log of a case ready for a batch engine. */
  readonly openBatch: (lawCase: LawCase) => Promise<ComputeBatch>;
  readonly foldTail: FoldTail;
  /** A generation and its epochs by partition, as one. */
  readonly merge: (
    plan: ViewPlan,
    generation: readonly ViewRow[],
    epochs: readonly (readonly ViewRow[])[],
  ) => readonly ViewRow[];
  /** The values of a row's measures. */
  readonly present: (plan: ViewPlan, row: ViewRow) => readonly Scalar[];
};

/** The real pieces, with the naive view as batch engine. */
export const realSubject: LawSubject = {
  compileFold,
  openBatch:
    async ({ log }) =>
    async (plan, cut) =>
      naiveView(plan, eventsBelow(plan, log, cut)),
  foldTail: foldTailBy({ takes: (offset, applied) => offset >= applied }),
  merge: (plan, generation, epochs) => mergeRows(plan, [...generation, ...epochs.flat()]),
  present: (plan, row) => plan.measures.map((measure) => presentMeasure(measure, row.parts)),
};
