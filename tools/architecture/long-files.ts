import { isTest, type SourceFile } from './source-file.ts';

/** A file that is longer is two files, or has its reason below. */
export const MAX_LINES = 250;

/** A suite is a list of sentences, each read by itself: twice as many of them are no burden. */
export const MAX_SUITE_LINES = 500;

/** The files over their bound, and why they are one file. */
export const LONG_FOR_A_REASON: Readonly<Record<string, string>> = {
  'libs/core/src/index.ts': 'the whole public face of core, in order of path',
  'libs/adapters/batch-engine-duckdb/src/duckdb-batch-engine.int.ts':
    'all its sentences are about one archive, and what computing from it gives',
  'libs/flows/src/held-speed-view.ts':
    'one worker’s memory of one record: every method reads or drops it (rules 1–5, 7)',
  'libs/flows/src/main-job.unit.ts': 'one world, and all that may happen in it, of views and of a projection',
};

/** What is too long without a reason, and reasons that nothing needs any more. */
export function lengthProblems(
  files: readonly SourceFile[],
  reasons: Readonly<Record<string, string>> = LONG_FOR_A_REASON,
): readonly string[] {
  const long = files.filter((file) => file.lines > boundOf(file));
  const unexplained = long
    .filter(({ path }) => reasons[path] === undefined)
    .map((file) => `${file.path} has ${file.lines} lines, more than ${boundOf(file)}, and no reason`);
  const stale = Object.keys(reasons)
    .filter((path) => !long.some((file) => file.path === path))
    .map((path) => `${path} has a reason to be long, but is not`);
  return [...unexplained, ...stale];
}

const boundOf = ({ path }: SourceFile): number =>
  isTest(path) || path.endsWith('-contract.ts') ? MAX_SUITE_LINES : MAX_LINES;
