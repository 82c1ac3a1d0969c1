import { describe, expect, it } from '@jest/globals';
import { MISTAKES } from '@twofold/simulation';
import { SPEC_MUTANTS } from './mutants.ts';

/** Mistakes of the specification that the simulation of the code has not, and why. */
const WITHOUT_COUNTERPART: Readonly<Record<string, string>> = {
  'condition: offset, increments':
    'it breaks nothing that the specification sees; the code writes absolute values only',
  'GCTooNew: answers': 'it breaks no answer, only progress: found as GCTooNew',
  'SealFirst: answers': 'it breaks no answer, only what is sealed, and progress: found as SealFirst',
  'StartAtCurrent+NoContiguity': 'two mistakes at a time, each of which is found alone',
};

describe('the mistakes of the specification', () => {
  const inCode = MISTAKES.flatMap(({ spec }) => spec);

  it('are in the simulation of the code, too, or have a reason not to be', () => {
    const names = SPEC_MUTANTS.map(({ name }) => name);
    expect([...inCode, ...Object.keys(WITHOUT_COUNTERPART)].sort()).toEqual(names.sort());
  });
});
