import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { checkLaw } from './check-law.js';
import { FOUND_CASES } from './found-cases.js';
import { LawBroken } from './law-broken.js';
import { lawCoverage } from './law-coverage.js';
import { lawParameters, lawPatienceMs, lawProperty } from './law-property.js';
import { realSubject } from './law-subject.js';
import { seededMutants } from './seeded-mutants.js';

/** A mutant that lives this long would need a rarer case than any that teams will meet in years. */
const RUNS_FOR_A_MUTANT = 3000;

jest.setTimeout(lawPatienceMs(lawParameters()));

describe('the law, with the naive view as batch engine', () => {
  it.each([...FOUND_CASES])('holds where it once did not: $name', ({ lawCase }) => checkLaw(realSubject, lawCase()));

  it('holds for the fold, its epochs, their merge and its roll-up, in cases that hold every word of the language', async () => {
    const coverage = lawCoverage();
    await fc.assert(lawProperty(realSubject, coverage.see), lawParameters());
    expect(coverage.missing(lawParameters().numRuns)).toEqual([]);
  });

  it.each(seededMutants(realSubject))('is seen to be broken when $name', async ({ subject }) => {
    const { failed, errorInstance } = await fc.check(lawProperty(subject), {
      numRuns: RUNS_FOR_A_MUTANT,
      endOnFailure: true,
    });
    expect(failed).toBe(true);
    expect(errorInstance).toBeInstanceOf(LawBroken);
  });
});
