export const KINDS = ['unit', 'type', 'int', 'e2e'] as const;
export type Kind = (typeof KINDS)[number];

export type TestOptions = {
  readonly kinds: readonly Kind[];
  /** Lint, formatting and types, before the tests. */
  readonly checks: boolean;
  readonly jestArgs: readonly string[];
};

export const TEST_USAGE = `npm test [-- options]

Checks and builds everything, brings up real servers of its own, and runs all tests against them.

  --unit, --type, --int, --e2e   only these kinds of test (several may be given)
  --no-checks                    only the tests: no lint, no type check (the apps are built all the same)
  --help

Everything else goes to jest: npm test -- --unit --no-checks libs/core -t 'merge'
`;

export function readTestOptions(args: readonly string[]): TestOptions | 'help' {
  if (args.includes('--help')) return 'help';
  const chosen = KINDS.filter((kind) => args.includes(`--${kind}`));
  const own = [...KINDS.map((kind) => `--${kind}`), '--no-checks', '--'];
  return {
    kinds: chosen.length === 0 ? KINDS : chosen,
    checks: !args.includes('--no-checks'),
    jestArgs: args.filter((arg) => !own.includes(arg)),
  };
}
