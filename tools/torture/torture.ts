import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { readTortureOptions, TORTURE_USAGE } from './options.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const options = readTortureOptions(process.argv.slice(2), () => randomInt(2 ** 32));
  if (options === 'help') {
    say(TORTURE_USAGE);
    return 0;
  }
  say(`torture: ${options.minutes} minutes, --seed ${options.seed}`);
  // before anybody asks for the catalog: the apps inherit it
  process.env['TORTURE_SEED'] = `${options.seed}`;
  process.env['TWOFOLD_CATALOG'] = fileURLToPath(new URL('./catalog-of-seed.ts', import.meta.url));
  const { runTorture } = await import('./run-torture.ts');
  return runTorture(options);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
