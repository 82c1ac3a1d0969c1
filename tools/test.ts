import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stackDown, stackUp } from './stack/local-stack.ts';
import { placeOf } from './stack/place.ts';

const USAGE = `npm test [-- options] [-- jest's own options]

Checks and builds everything, brings up real servers of its own, and runs all tests against them.

  --unit, --type, --int, --e2e   only these kinds of test (several may be given)
  --no-checks                    only the tests: no lint, no type check (the apps are built all the same)
  --help
`;

const ROOT = resolve(import.meta.dirname, '..');
const KINDS = ['unit', 'type', 'int', 'e2e'] as const;
/** Two cores are what a small machine has. */
const WORKERS = 2;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    unit: { type: 'boolean', default: false },
    type: { type: 'boolean', default: false },
    int: { type: 'boolean', default: false },
    e2e: { type: 'boolean', default: false },
    'no-checks': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);

type Counts = { readonly passed: number; readonly failed: number };

async function main(): Promise<number> {
  if (values.help) {
    say(USAGE);
    return 0;
  }
  const chosen = KINDS.filter((kind) => values[kind]);
  const kinds = chosen.length === 0 ? KINDS : chosen;

  const nx = (...targets: string[]): void =>
    step(targets.join(', '), 'nx', ['run-many', '-t', ...targets, '--parallel=2', '--output-style=stream']);
  nx('build', ...(values['no-checks'] ? [] : ['typecheck', 'lint']));
  if (!values['no-checks']) {
    step('formatting', 'prettier', ['--check', '.']);
    step('types of the tools', 'tsc', ['-p', 'tools']);
    step('types of the benchmarks', 'tsc', ['-p', 'bench']);
  }

  const needsServers = kinds.some((kind) => kind === 'int' || kind === 'e2e');
  const home = mkdtempSync(join(tmpdir(), 'twofold-test-'));
  chmodSync(home, 0o755); // as root, Postgres runs as another user, who must reach its directory
  const place = placeOf(home);
  const interrupted = (): void => void stackDown(place).finally(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const environment = needsServers ? (await stackUp(say, place)).environment : {};
    // End-to-end tests start all apps themselves: one at a time, and nothing beside them.
    const first = kinds.filter((kind) => kind !== 'e2e');
    const counts = [
      ...(first.length > 0 ? [runJest(first, environment, [`--maxWorkers=${WORKERS}`])] : []),
      ...(kinds.includes('e2e') ? [runJest(['e2e'], environment, ['--runInBand'])] : []),
    ];
    const passed = counts.reduce((sum, count) => sum + count.passed, 0);
    const failed = counts.reduce((sum, count) => sum + count.failed, 0);
    say(`${passed} passed, ${failed} failed`);
    return failed === 0 && passed > 0 ? 0 : 1;
  } finally {
    await stackDown(place);
    rmSync(home, { recursive: true, force: true });
  }
}

/** Runs a check; the first that fails ends everything. */
function step(what: string, command: string, args: readonly string[]): void {
  say(`\n— ${what}`);
  const { status, error } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' },
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${what}: failed`);
}

/** Runs the tests of these kinds; a file that could not be run counts as a failed test. */
function runJest(
  kinds: readonly string[],
  environment: Readonly<Record<string, string>>,
  options: readonly string[],
): Counts {
  say(`\n— tests: ${kinds.join(', ')}`);
  const report = join(mkdtempSync(join(tmpdir(), 'twofold-report-')), 'jest.json');
  const pattern = `\\.(${kinds.join('|')})\\.ts$`;
  const args = [
    '--testPathPatterns',
    pattern,
    '--json',
    `--outputFile=${report}`,
    '--forceExit',
    '--passWithNoTests',
    ...options,
    ...positionals,
  ];
  const env = { ...process.env, ...environment, NODE_OPTIONS: '--experimental-vm-modules --no-warnings' };
  const { status } = spawnSync('jest', args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'], env });
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, success } = JSON.parse(
    readFileSync(report, 'utf8'),
  ) as Record<string, number> & { success: boolean };
  const failed = (numFailedTests ?? 0) + (numRuntimeErrorTestSuites ?? 0);
  return { passed: numPassedTests ?? 0, failed: failed === 0 && (status !== 0 || !success) ? 1 : failed };
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  say('0 passed, 1 failed');
  process.exitCode = 1;
}
