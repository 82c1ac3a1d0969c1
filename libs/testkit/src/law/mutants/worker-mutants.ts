import type { LawCase } from '../../generators/law-cases.js';
import type { LawSubject, WrongPieces } from '../law-subject.js';
import { foldTailBy } from '../model-worker.js';
import type { Cut, EventsWithin } from '../naive-log.js';

/** Of the cut, of epochs, and of what is delivered again. */
export const workerMutants: WrongPieces = (right) => ({
  'the generation holds the event at its cut': { openBatch: endMovedBy(right, 1) },
  'the generation lacks the last event below its cut': { openBatch: endMovedBy(right, -1) },
  'a step begins one too early': { openBatch: startMovedBy(right, -1) },
  'a step begins one too late': { openBatch: startMovedBy(right, 1) },
  'a computation of some windows is of all': {
    openBatch: rangesChanged(right, (range) => ({ ...range, windows: null })),
  },
  'the last of some windows is left out': {
    openBatch: rangesChanged(right, ({ windows, ...range }) => ({
      ...range,
      windows: windows && { ...windows, toMs: windows.toMs - 1 },
    })),
  },
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

const rangesChanged =
  (right: LawSubject, change: (range: EventsWithin, lawCase: LawCase) => EventsWithin): LawSubject['openBatch'] =>
  async (lawCase) => {
    const compute = await right.openBatch(lawCase);
    return (plan, range) => compute(plan, change(range, lawCase));
  };

const moved = (cut: Cut, by: number): Cut => cut.map((offset) => offset + by);

const endMovedBy = (right: LawSubject, by: number): LawSubject['openBatch'] =>
  rangesChanged(right, (range, { course: { cuts } }) =>
    range.to === cuts[0] ? { ...range, to: moved(range.to, by) } : range,
  );

const startMovedBy = (right: LawSubject, by: number): LawSubject['openBatch'] =>
  rangesChanged(right, (range, { course: { cuts } }) =>
    range.from === cuts[0] ? { ...range, from: moved(range.from, by) } : range,
  );
