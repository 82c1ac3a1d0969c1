import { mergeMutants } from './mutants/merge-mutants.js';
import { foldMutants } from './mutants/fold-mutants.js';
import { readingMutants } from './mutants/reading-mutants.js';
import { presentationMutants } from './mutants/presentation-mutants.js';
import { workerMutants } from './mutants/worker-mutants.js';
import type { LawSubject } from './law-subject.js';

export type Mutant = { readonly name: string; readonly subject: LawSubject };

/** Wrong pieces in place of right ones, each a mistake that someone could make. A checker of the law is one that catches them all. */
export const seededMutants = (right: LawSubject): readonly Mutant[] =>
  [mergeMutants, workerMutants, readingMutants, foldMutants, presentationMutants].flatMap((mutantsOf) =>
    Object.entries(mutantsOf(right)).map(([name, wrong]) => ({ name, subject: { ...right, ...wrong } })),
  );
