import type { compareText } from '@twofold/core';
import {
  foldSource,
  mergeRows,
  presentMeasure,
  rowKeyOf,
  runtime,
  type Part,
  type Scalar,
  type ViewFold,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { LawSubject } from './law-subject.js';
import { foldTailBy } from './model-worker.js';

export type Mutant = { readonly name: string; readonly subject: LawSubject };

/** Wrong pieces in place of right ones, each a mistake that someone could make. A checker of the law is one that catches them all. */
export function seededMutants(right: LawSubject): readonly Mutant[] {
  const mutant = (name: string, wrong: Partial<LawSubject>): Mutant => ({ name, subject: { ...right, ...wrong } });
  const foldOf = (name: string, mutate: (source: string) => string, wrong: Partial<typeof runtime> = {}): Mutant =>
    mutant(name, { compileFold: (plan) => compileSource(mutate(foldSource(plan)), { ...runtime, ...wrong }) });
  const planned = (name: string, alter: (part: Part) => Part): Mutant =>
    mutant(name, { compileFold: (plan) => right.compileFold({ ...plan, parts: plan.parts.map(alter) }) });
  const cutMovedBy =
    (by: number): LawSubject['openBatch'] =>
    async (lawCase) => {
      const compute = await right.openBatch(lawCase);
      const [cut] = lawCase.course.cuts;
      return (plan, asked) => compute(plan, asked === cut ? asked.map((offset) => offset + by) : asked);
    };
  return [
    mutant('the merge forgets the last epoch', {
      merge: (plan, generation, epochs) => right.merge(plan, generation, epochs.slice(0, -1)),
    }),
    mutant('the merge forgets the generation', { merge: (plan, _, epochs) => right.merge(plan, [], epochs) }),
    mutant('the merge takes the newest row instead of combining', {
      merge: (plan, generation, epochs) => newestRows([...generation, ...epochs.flat()]),
    }),
    mutant('the generation holds the event at its cut', { openBatch: cutMovedBy(1) }),
    mutant('the generation lacks the last event below its cut', { openBatch: cutMovedBy(-1) }),
    mutant('an epoch starts one too early', {
      foldTail: (plan, newFold, tail) =>
        right.foldTail(plan, newFold, { ...tail, starts: tail.starts.map((start) => Math.max(0, start - 1)) }),
    }),
    mutant('an event at a boundary goes to the epoch before it', {
      foldTail: (plan, newFold, tail) =>
        right.foldTail(plan, newFold, {
          ...tail,
          starts: tail.starts.map((start, index) => (index === 0 ? start : start + 1)),
        }),
    }),
    mutant('what is delivered again is counted again', { foldTail: foldTailBy({ takes: () => true }) }),
    mutant('the event at the applied offset is left out', {
      foldTail: foldTailBy({ takes: (offset, applied) => offset > applied }),
    }),
    mutant('a worker that begins again has empty rows', {
      compileFold: (plan) => () => Object.assign(right.compileFold(plan)(), { restore: () => undefined }),
    }),
    planned('min is combined as sum', (part) =>
      part.kind === 'min' && part.type === 'int' ? { ...part, kind: 'sum' } : part,
    ),
    planned('min and max are swapped', (part) =>
      part.kind === 'sum' ? part : { ...part, kind: part.kind === 'min' ? 'max' : 'min' },
    ),
    planned('null is counted', (part) => ({ ...part, of: withoutNull(part.of) })),
    foldOf('a window is rounded towards zero', (source) => source.replaceAll('Math.floor', 'Math.trunc')),
    foldOf('text is compared by UTF-16 unit', (source) => source, { compareText: byUtf16Unit }),
    foldOf('a filter keeps what is null', (source) => source.replaceAll('!== true) return', '=== false) return')),
    foldOf('a filter keeps everything', (source) => source.replaceAll(/if \(.*!== true\) return;/g, '')),
    foldOf('and of nothing false is true, null or not', (source) => source, {
      allOf: (...values) => !values.includes(false),
    }),
    foldOf('sums are of doubles', (source) => source, { addExact: (a, b) => Number(a) + Number(b) }),
    mutant('an average is the average of averages', {
      merge: (plan, generation, epochs) => meansOfMeans(plan, [...generation, ...epochs.flat()]),
    }),
    mutant('an average over nothing is 0', {
      present: (plan, row) => plan.measures.map((measure) => presentMeasure(measure, row.parts) ?? 0),
    }),
  ];
}

function compileSource(source: string, functions: typeof runtime): () => ViewFold {
  const compiled = new Function(...Object.keys(functions), `return ${source};`) as (
    ...values: unknown[]
  ) => new () => ViewFold;
  const Fold = compiled(...Object.values(functions));
  return () => new Fold();
}

const byUtf16Unit: typeof compareText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** How many have a value is 1 + 0·x: without the 0·x it is how many there are. */
const withoutNull = (of: Part['of']): Part['of'] =>
  of.kind === 'arithmetic' && of.operator === 'add' && of.left.kind === 'arithmetic' && of.right.kind === 'literal'
    ? of.right
    : of;

const newestRows = (rows: readonly ViewRow[]): readonly ViewRow[] => [
  ...new Map(rows.map((row) => [rowKeyOf(row), row])).values(),
];

/** Merges rightly, but takes each average of several rows as the mean of theirs. */
function meansOfMeans(plan: ViewPlan, rows: readonly ViewRow[]): readonly ViewRow[] {
  return mergeRows(plan, rows).map((merged) => {
    const sources = rows.filter((row) => rowKeyOf(row) === rowKeyOf(merged));
    const parts: Scalar[] = [...merged.parts];
    for (const measure of plan.measures) {
      const [total, number] = measure.parts;
      if (measure.present !== 'ratio' || total === undefined || number === undefined) continue;
      const averages = sources
        .filter((row) => row.parts[number] !== 0)
        .map((row) => presentMeasure(measure, row.parts));
      if (averages.length < 2) continue;
      parts[total] = averages.reduce<number>((sum, average) => sum + Number(average), 0);
      parts[number] = averages.length;
    }
    return { ...merged, parts };
  });
}
