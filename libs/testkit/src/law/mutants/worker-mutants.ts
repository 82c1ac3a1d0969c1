import type { LawSubject, WrongPieces } from '../law-subject.js';
import { foldTailBy } from '../model-worker.js';

/** Of the cut, of epochs, and of what is delivered again. */
export const workerMutants: WrongPieces = (right) => ({
  'the generation holds the event at its cut': { openBatch: cutMovedBy(right, 1) },
  'the generation lacks the last event below its cut': { openBatch: cutMovedBy(right, -1) },
  'an epoch starts one too early': {
    foldTail: (apply, newFold, tail) =>
      right.foldTail(apply, newFold, { ...tail, starts: tail.starts.map((start) => Math.max(0, start - 1)) }),
  },
  'an event at a boundary goes to the epoch before it': {
    foldTail: (apply, newFold, tail) =>
      right.foldTail(apply, newFold, {
        ...tail,
        starts: tail.starts.map((start, index) => (index === 0 ? start : start + 1)),
      }),
  },
  'what is delivered again is counted again': { foldTail: foldTailBy({ takes: () => true }) },
  'the event at the applied offset is left out': {
    foldTail: foldTailBy({ takes: (offset, applied) => offset > applied }),
  },
  'a worker that begins again has empty rows': {
    compileFold: (plan) => (partition) =>
      Object.assign(right.compileFold(plan)(partition), { restore: () => undefined }),
  },
});

const cutMovedBy =
  (right: LawSubject, by: number): LawSubject['openBatch'] =>
  async (lawCase) => {
    const compute = await right.openBatch(lawCase);
    const [cut] = lawCase.course.cuts;
    return (plan, asked) => compute(plan, asked === cut ? asked.map((offset) => offset + by) : asked);
  };
