import { describe, expect, it } from '@jest/globals';
import { MISTAKES } from '@twofold/simulation';
import { CUT_MUTANTS } from './cut-mutants.ts';
import { JUDGE_MUTANTS } from './judge-mutants.ts';

/** Not in how the stores are called, but in `RecordJudge` or who calls it: its tests compare it with the naive verdicts. */
const INSIDE =
  'it is inside the judge: libs/core/src/events/record-judge.unit.ts, libs/flows/src/judged-partition.unit.ts';
const CATALOGS = 'it is in the catalog: catalog:check calls it a break where a stream holds';

/** Mistakes of the specification that the simulation of the code has not, and why. */
const WITHOUT_COUNTERPART: Readonly<Record<string, string>> = {
  'condition: offset, increments':
    'it breaks nothing that the specification sees; the code writes absolute values only',
  'GCTooNew: answers': 'it breaks no answer, only progress: found as GCTooNew',
  'SealFirst: answers': 'it breaks no answer, only what is sealed, and progress: found as SealFirst',
  'StartAtCurrent+NoContiguity': 'two mistakes at a time, each of which is found alone',
  WindowTooShort: INSIDE,
  IndexNotRewound: INSIDE,
  PassAhead: INSIDE,
  QueueNotRewound: INSIDE,
  StateNotCaughtUp: INSIDE,
  RedriveTwice: INSIDE,
  Overtakes: INSIDE,
  RedriveOvertakes: INSIDE,
  ReleasePast: INSIDE,
  RedriveForgotten: INSIDE,
  RedriveRemembered: INSIDE,
  OverflowRemembered: INSIDE,
  TypeAdded: CATALOGS,
  TypeRemoved: CATALOGS,
  'events count in another order than that of their offsets': 'no mistake, but what is reached',
};

describe('the mistakes of the specification', () => {
  const inCode = MISTAKES.flatMap(({ spec }) => spec);

  it('are in the simulation of the code, too, or have a reason not to be', () => {
    const names = [...CUT_MUTANTS, ...JUDGE_MUTANTS].map(({ name }) => name);
    expect([...inCode, ...Object.keys(WITHOUT_COUNTERPART)].sort()).toEqual(names.sort());
  });
});
