import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { LawBroken } from './check-law.js';
import { lawParameters, lawProperty } from './law-property.js';
import { realSubject } from './law-subject.js';
import { seededMutants } from './seeded-mutants.js';

/** A mutant that lives this long would need a rarer case than any that teams will meet in years. */
const RUNS_FOR_A_MUTANT = 2000;
/** Of one test, ms: a common run takes a few seconds. */
const PATIENCE_MS = 600_000;

jest.setTimeout(PATIENCE_MS);

describe('the law, with the naive view as batch engine', () => {
  it('holds for the fold, its epochs and their merge', () => fc.assert(lawProperty(realSubject), lawParameters()));

  it.each(seededMutants(realSubject))('is seen to be broken when $name', async ({ subject }) => {
    const { failed, errorInstance } = await fc.check(lawProperty(subject), {
      numRuns: RUNS_FOR_A_MUTANT,
      endOnFailure: true,
    });
    expect(failed).toBe(true);
    expect(errorInstance).toBeInstanceOf(LawBroken);
  });
});
