/** Tag by tag, the tags that it may import: the table of eslint.config.mjs. */
export type DependencyTable = ReadonlyMap<string, readonly string[]>;

const RULE = '@nx/enforce-module-boundaries';

/** One block of an ESLint configuration, as far as it is looked at here. */
export type LintBlock = { readonly rules?: Readonly<Record<string, unknown>> };

type RuleOptions = {
  readonly allow: readonly string[];
  readonly depConstraints: readonly {
    readonly sourceTag?: string;
    readonly onlyDependOnLibsWithTags?: readonly string[];
  }[];
};

/** Reads the table out of the configuration that the linter itself uses; so there is one table. */
export function dependencyTable(blocks: readonly LintBlock[]): DependencyTable {
  const rules = blocks.flatMap(({ rules }) => (rules?.[RULE] === undefined ? [] : [rules[RULE]]));
  const [rule] = rules;
  if (rules.length !== 1 || !Array.isArray(rule) || rule[0] !== 'error')
    throw new Error(`eslint.config.mjs must set ${RULE} once, as an error`);
  const { allow, depConstraints } = rule[1] as RuleOptions;
  if (allow.length > 0) throw new Error(`${RULE} must allow no exceptions: ${allow.join(', ')}`);
  return new Map(
    depConstraints.map(({ sourceTag, onlyDependOnLibsWithTags }) => {
      if (sourceTag === undefined || onlyDependOnLibsWithTags === undefined)
        throw new Error(`every row of ${RULE} is one tag and the tags it may import`);
      return [sourceTag, onlyDependOnLibsWithTags];
    }),
  );
}
