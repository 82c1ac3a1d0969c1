import fc from 'fast-check';
import { lawCases, type LawCase } from '../generators/law-cases.js';
import { checkLaw } from './check-law.js';
import type { LawSubject } from './law-subject.js';

/** Cases of a common run, each with up to three views: they hold every word of the language, most many times. */
export const COMMON_RUNS = 2_000;

/** `see` is shown each case that holds. */
export const lawProperty = (
  subject: LawSubject,
  see: (lawCase: LawCase) => void = () => undefined,
): fc.IAsyncProperty<[LawCase]> =>
  fc.asyncProperty(lawCases, async (lawCase) => {
    await checkLaw(subject, lawCase);
    see(lawCase);
  });

/** What a case takes at most on a busy machine, by all engines together, ms: ten times what it mostly takes. */
const CASE_MS = 1_500;

/** How long a test of the law may take, ms: of so many cases as are asked for, or of the search for what catches a mutant. */
export const lawPatienceMs = ({ numRuns }: LawParameters): number => Math.max(numRuns, COMMON_RUNS) * CASE_MS;

export type LawParameters = Pick<fc.Parameters<[LawCase]>, 'numRuns' | 'seed' | 'path'> & { readonly numRuns: number };

/**
 * How often, and from which seed. `TWOFOLD_LAW_RUNS` asks for more (or fewer) cases; `TWOFOLD_LAW_SEED` and
 * `TWOFOLD_LAW_PATH`, as a failure prints them, replay it.
 */
export function lawParameters(environment: NodeJS.ProcessEnv = process.env): LawParameters {
  const { TWOFOLD_LAW_RUNS: runs, TWOFOLD_LAW_SEED: seed, TWOFOLD_LAW_PATH: path } = environment;
  return {
    numRuns: runs === undefined ? COMMON_RUNS : Number(runs),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
    ...(path === undefined ? {} : { path }),
  };
}
