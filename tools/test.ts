import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { INTERRUPTED, runCommand } from './command.ts';
import { interruption } from './interruption.ts';
import { stackDown, stackUp } from './stack/local-stack.ts';
import { placeOf } from './stack/place.ts';
import { KINDS, readTestOptions, TEST_USAGE, type Kind } from './test-options.ts';

/** Two cores are what a small machine has. */
const WORKERS = 2;
/** What jest.preset.mjs ignores; the command line takes its place. */
const NEVER_TESTS = ['/node_modules/', '/dist/'];

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const stop = interruption();

type Counts = { readonly passed: number; readonly failed: number };

async function main(): Promise<number> {
  const options = readTestOptions(process.argv.slice(2));
  if (options === 'help') {
    say(TEST_USAGE);
    return 0;
  }
  const { kinds, checks, jestArgs } = options;
  const nx = (...targets: string[]): Promise<void> =>
    step(targets.join(', '), 'nx', ['run-many', '-t', ...targets, '--parallel=2', '--output-style=stream']);
  await nx('build', ...(checks ? ['typecheck', 'lint'] : []));
  if (checks) {
    await step('formatting', 'prettier', ['--check', '.']);
    await step('types of the tools', 'tsc', ['-p', 'tools']);
    await step('types of the benchmarks', 'tsc', ['-p', 'bench']);
    await step('the catalog, compared with the one before', 'node', ['tools/catalog/check.ts']);
  }

  const needsServers = kinds.some((kind) => kind === 'int' || kind === 'e2e');
  const home = mkdtempSync(join(tmpdir(), 'twofold-test-'));
  chmodSync(home, 0o755); // PostgreSQL runs as somebody else where we are root
  const place = placeOf(home);
  try {
    const environment = needsServers ? (await stackUp(say, place)).stack.environment : {};
    // End-to-end tests start all apps themselves: one at a time, and nothing beside them.
    const first = kinds.filter((kind) => kind !== 'e2e');
    const report = join(home, 'jest.json');
    const counts = [
      ...(first.length > 0
        ? [await runJest(first, environment, report, [`--maxWorkers=${WORKERS}`, ...jestArgs])]
        : []),
      ...(kinds.includes('e2e') ? [await runJest(['e2e'], environment, report, ['--runInBand', ...jestArgs])] : []),
    ];
    const passed = counts.reduce((sum, count) => sum + count.passed, 0);
    const failed = counts.reduce((sum, count) => sum + count.failed, 0);
    if (stop.aborted) return interrupted();
    say(`${passed} passed, ${failed} failed`);
    return failed === 0 && passed > 0 ? 0 : 1;
  } finally {
    await stackDown(place, { afterwards: 'drop-data' });
    rmSync(home, { recursive: true, force: true });
  }
}

/** Runs a check; the first that fails ends everything. */
async function step(what: string, command: string, args: readonly string[]): Promise<void> {
  say(`\n— ${what}`);
  if ((await runCommand(command, args, { stop })) !== 0) throw new Error(`${what}: failed`);
}

/** Runs the tests of these kinds; a file that could not be run counts as a failed test. What they leave is beside the report. */
async function runJest(
  kinds: readonly Kind[],
  environment: Readonly<Record<string, string>>,
  report: string,
  args: readonly string[],
): Promise<Counts> {
  say(`\n— tests: ${kinds.join(', ')}`);
  const others = KINDS.filter((kind) => !kinds.includes(kind)).map((kind) => `\\.${kind}\\.ts$`);
  const ignored = [...NEVER_TESTS, ...others].map((pattern) => `--testPathIgnorePatterns=${pattern}`);
  rmSync(report, { force: true });
  const code = await runCommand(
    'jest',
    ['--json', `--outputFile=${report}`, '--forceExit', '--passWithNoTests', ...ignored, ...args],
    {
      stop,
      stdio: ['ignore', 'ignore', 'inherit'],
      environment: { ...environment, TMPDIR: dirname(report), NODE_OPTIONS: '--experimental-vm-modules --no-warnings' },
    },
  );
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(
    readFileSync(report, 'utf8'),
  ) as Readonly<Record<string, number>>;
  const failed = (numFailedTests ?? 0) + (numRuntimeErrorTestSuites ?? 0);
  return { passed: numPassedTests ?? 0, failed: failed === 0 && code !== 0 ? 1 : failed };
}

function interrupted(): number {
  say('interrupted');
  return INTERRUPTED;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (stop.aborted) process.exitCode = interrupted();
  else {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    say('0 passed, 1 failed');
    process.exitCode = 1;
  }
}
