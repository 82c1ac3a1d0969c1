import {
  TwofoldError,
  compileFold,
  compileUpcast,
  mergeRows,
  naiveView,
  partitionName,
  presentMeasure,
  rollUpRows,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { LawCase } from '../generators/law-cases.js';
import { foldTailBy, type FoldTail } from './model-worker.js';
import { NaiveLog, type EventsWithin } from './naive-log.js';

/** The rows of a view for exactly these events of the case's log. Rejects with `overflow` that names an event. */
export type ComputeBatch = (plan: ViewPlan, range: EventsWithin) => Promise<readonly ViewRow[]>;

/** All the pieces whose agreement the law is about: each can be another implementation, or a mutant. */
export type LawSubject = {
  readonly compileFold: typeof compileFold;
  readonly compileUpcast: typeof compileUpcast;
  /** Makes the log of a case ready for a batch engine. */
  readonly openBatch: (lawCase: LawCase) => Promise<ComputeBatch>;
  readonly foldTail: FoldTail;
  /** A generation and its epochs by partition, as one. */
  readonly merge: (
    plan: ViewPlan,
    generation: readonly ViewRow[],
    epochs: readonly (readonly ViewRow[])[],
  ) => readonly ViewRow[];
  readonly rollUp: typeof rollUpRows;
  readonly present: typeof presentMeasure;
};

/** The pieces that are wrong, by what is wrong with them. */
export type WrongPieces = (right: LawSubject) => Readonly<Record<string, Partial<LawSubject>>>;

/** The real pieces, with the naive view as batch engine. */
export const realSubject: LawSubject = {
  compileFold,
  compileUpcast,
  openBatch: async (lawCase) => {
    const naive = new NaiveLog(lawCase);
    return async (plan, range) => {
      const [overflowing] = naive.overflowing(plan, range);
      if (overflowing !== undefined) throw overflowAt(lawCase, overflowing);
      return naiveView(plan, naive.eventsWithin(plan, range));
    };
  },
  foldTail: foldTailBy({ takes: (offset, applied) => offset >= applied }),
  merge: (plan, generation, epochs) => mergeRows(plan, [...generation, ...epochs.flat()]),
  rollUp: rollUpRows,
  present: presentMeasure,
};

function overflowAt(
  { partitions }: LawCase,
  { partition, offset }: { readonly partition: number; readonly offset: number },
): TwofoldError {
  const place = partitions[partition] ?? { stream: 'none', partition };
  return new TwofoldError('overflow', `the event at ${partitionName(place)}, offset ${offset} leaves 64 bits`);
}
