import { parseArgs } from 'node:util';

export type CheckOptions = {
  /** null: the default. */
  readonly against: string | null;
  readonly json: boolean;
};

export const CHECK_USAGE = `npm run catalog:check [-- options]

Compares the catalog of events and views with the one of a git revision (its catalog.lock.json), and sees that what is
generated from it is current. Exit code 1: something breaks, or is not current; 2: it was asked in a wrong way.

  --against <revision>   default: origin/main, else main; of a clean checkout of that, the commit before it
  --json                 the same as JSON
  --help
`;

/** @throws Error that says what is wrong with the arguments */
export function readCheckOptions(args: readonly string[]): CheckOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: { against: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  return values.help === true ? 'help' : { against: values.against ?? null, json: values.json ?? false };
}
