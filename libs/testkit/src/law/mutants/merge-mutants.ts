import { presentMeasure, rowKeyOf, type Part, type Scalar, type ViewPlan, type ViewRow } from '@twofold/core';
import type { LawSubject, WrongPieces } from '../law-subject.js';

/** Of the merge of a generation and its epochs, and of the roll-up. */
export const mergeMutants: WrongPieces = (right) => {
  const combined = (alter: (part: Part) => Part): Partial<LawSubject> => ({
    merge: (plan, generation, epochs) => right.merge(altered(plan, alter), generation, epochs),
  });
  return {
    'the merge forgets the last epoch': {
      merge: (plan, generation, epochs) => right.merge(plan, generation, epochs.slice(0, -1)),
    },
    'the merge forgets the generation': { merge: (plan, _, epochs) => right.merge(plan, [], epochs) },
    'the merge takes the newest row instead of combining': {
      merge: (_plan, generation, epochs) => newestRows([...generation, ...epochs.flat()]),
    },
    'an average is the average of averages': {
      merge: (plan, generation, epochs) => meansOfMeans(right, plan, [...generation, ...epochs.flat()]),
    },
    'counts are combined as the greatest': combined((part) =>
      part.kind === 'count' && part.of !== null ? { ...part, of: part.of, kind: 'max', type: 'int' } : part,
    ),
    'sums are combined as the greatest': combined((part) =>
      part.kind === 'sum' ? { kind: 'max', of: part.of, type: 'int' } : part,
    ),
    'min is combined as max': combined((part) => (part.kind === 'min' ? { ...part, kind: 'max' } : part)),
    'max is combined as min': combined((part) => (part.kind === 'max' ? { ...part, kind: 'min' } : part)),
    'of two first values the later stays': combined((part) =>
      part.kind === 'argmin' ? { ...part, kind: 'argmax' } : part,
    ),
    'of two latest values the earlier stays': combined((part) =>
      part.kind === 'argmax' ? { ...part, kind: 'argmin' } : part,
    ),
    'of two sets the greater text stays': combined((part) =>
      part.kind === 'set' ? { kind: 'max', of: part.of, type: 'string' } : part,
    ),
    'a union of sets has no bound': combined((part) => (part.kind === 'set' ? { ...part, atMost: 1_000 } : part)),
    'of two texts of registers the greater stays': combined((part) =>
      part.kind === 'registers' ? { kind: 'max', of: part.of, type: 'string' } : part,
    ),
    'of two texts of buckets the greater stays': combined((part) =>
      part.kind === 'buckets' ? { kind: 'max', of: part.of, type: 'string' } : part,
    ),
    'a roll-up keeps the windows': {
      rollUp: (plan, rows, rollUp) => right.rollUp(plan, rows, { ...rollUp, window: null }),
    },
    'a roll-up has the windows of UTC': {
      rollUp: (plan, rows, { window, dimensions }) =>
        right.rollUp(plan, rows, { window: window === null ? null : { ...window, timeZone: 'UTC' }, dimensions }),
    },
    'a roll-up takes the first row of each': {
      rollUp: (plan, rows, rollUp) => firstRows([...rows].flatMap((row) => right.rollUp(plan, [row], rollUp))),
    },
    'a roll-up keeps the last dimensions instead of those asked for': {
      rollUp: (plan, rows, { window, dimensions }) =>
        right.rollUp(plan, rows, {
          window,
          dimensions: plan.dimensions.map((_, index) => index).slice(plan.dimensions.length - dimensions.length),
        }),
    },
  };
};

export const altered = (plan: ViewPlan, alter: (part: Part) => Part): ViewPlan => ({
  ...plan,
  parts: plan.parts.map(alter),
});

const newestRows = (rows: readonly ViewRow[]): readonly ViewRow[] => [
  ...new Map(rows.map((row) => [rowKeyOf(row), row])).values(),
];

const firstRows = (rows: readonly ViewRow[]): readonly ViewRow[] => newestRows([...rows].reverse());

/** Merges rightly, but takes each average of several rows as the mean of theirs. */
function meansOfMeans(right: LawSubject, plan: ViewPlan, rows: readonly ViewRow[]): readonly ViewRow[] {
  return right.merge(plan, rows, []).map((merged) => {
    const sources = rows.filter((row) => rowKeyOf(row) === rowKeyOf(merged));
    const parts: Scalar[] = [...merged.parts];
    for (const measure of plan.measures) {
      const [total, number] = measure.parts;
      if (measure.present.kind !== 'ratio' || total === undefined || number === undefined) continue;
      const averages = sources
        .filter((row) => row.parts[number] !== 0)
        .map((row) => Math.round(Number(presentMeasure(measure, row.parts))));
      if (averages.length < 2) continue;
      parts[total] = averages.reduce((sum, average) => sum + average, 0);
      parts[number] = averages.length;
    }
    return { ...merged, parts };
  });
}
