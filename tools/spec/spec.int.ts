import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingJava } from '../stack/native-jars.ts';
import { SPEC_MUTANTS } from './mutants.ts';
import { check, configurationOf, fetchTlc, SPEC } from './tlc.ts';

/** The larger worlds take minutes each: docs/spec/README.md says how to run them. */
const CONFIGURATIONS = [
  { name: 'Cut', distinctStates: 100_249 },
  { name: 'Cut-live', distinctStates: 55_858 },
];
/** Of one model, ms: it takes seconds where the machine is free. */
const PATIENCE_MS = 300_000;

const missing = missingJava();

(missing === null ? describe : describe.skip)(`the specification of the cut (${missing ?? 'by TLC'})`, () => {
  let jar = '';
  beforeAll(() => {
    jar = fetchTlc();
  }, PATIENCE_MS);

  it.each(CONFIGURATIONS)(
    'holds in every state of $name',
    async ({ name, distinctStates }) => {
      const checked = await check(jar, readFileSync(join(SPEC, `${name}.cfg`), 'utf8'));
      expect(checked).toMatchObject({ finding: null, distinctStates });
    },
    PATIENCE_MS,
  );

  it.each(SPEC_MUTANTS)(
    'is broken as expected by: $name',
    async (mutant) => {
      const { finding } = await check(jar, configurationOf(mutant));
      expect(finding).toBe(mutant.finds);
    },
    PATIENCE_MS,
  );
});
