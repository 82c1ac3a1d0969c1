import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingJava } from '../stack/native-jars.ts';
import { CUT, CUT_MUTANTS } from './cut-mutants.ts';
import { JUDGE, JUDGE_MUTANTS } from './judge-mutants.ts';
import { check, configurationOf, fetchTlc, SPEC } from './tlc.ts';

/** The larger worlds take minutes each: docs/spec/README.md says how to run them. */
const CONFIGURATIONS = [
  { name: 'Cut', module: 'Cut', distinctStates: 100_249 },
  { name: 'Cut-live', module: 'Cut', distinctStates: 55_858 },
  { name: 'Judge', module: 'Judge', distinctStates: 79_048 },
  { name: 'Judge-views', module: 'Judge', distinctStates: 29_861 },
] as const;
const MUTANTS = [
  ...CUT_MUTANTS.map((mutant) => ({ name: mutant.name, model: CUT, mutant })),
  ...JUDGE_MUTANTS.map((mutant) => ({ name: mutant.name, model: JUDGE, mutant })),
];
/** Of one model, ms: it takes seconds where the machine is free. */
const PATIENCE_MS = 300_000;

const missing = missingJava();

(missing === null ? describe : describe.skip)(`the specification (${missing ?? 'by TLC'})`, () => {
  let jar = '';
  beforeAll(() => {
    jar = fetchTlc();
  }, PATIENCE_MS);

  it.each(CONFIGURATIONS)(
    'holds in every state of $name',
    async ({ name, module, distinctStates }) => {
      const checked = await check(jar, module, readFileSync(join(SPEC, `${name}.cfg`), 'utf8'));
      expect(checked).toMatchObject({ finding: null, distinctStates });
    },
    PATIENCE_MS,
  );

  it.each(MUTANTS)(
    'is broken as expected by: $model.module, $name',
    async ({ model, mutant }) => {
      const { finding } = await check(jar, model.module, configurationOf(model, mutant));
      expect(finding).toBe(mutant.finds);
    },
    PATIENCE_MS,
  );
});
