import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { batchRecompute } from './batch-recompute.ts';
import { replay } from './replay.ts';
import { speedFold } from './speed-fold.ts';

const USAGE = `npm run bench -- <speed-fold | batch-recompute | replay | all> [--events N] [--rounds N] [--partitions N] [--view NAME]`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    events: { type: 'string' },
    rounds: { type: 'string' },
    partitions: { type: 'string', default: '4' },
    view: { type: 'string', default: 'delays-by-airport' },
    help: { type: 'boolean', default: false },
  },
});
const [which = 'all'] = positionals;
if (values.help || !['speed-fold', 'batch-recompute', 'replay', 'all'].includes(which)) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(values.help ? 0 : 2);
}

runOrExit('nx', ['run-many', '-t', 'build'], { NX_DAEMON: 'false' });
runOrExit('node', ['tools/stack.ts', 'up'], {});
const { environment } = JSON.parse(readFileSync('.twofold/local.json', 'utf8')) as {
  environment: Record<string, string>;
};
const servers = {
  brokers: need(environment, 'KAFKA_BROKERS'),
  redisUrl: need(environment, 'REDIS_URL'),
};
const number = (text: string | undefined, otherwise: number): number => (text === undefined ? otherwise : Number(text));
const partitions = Number(values.partitions);

if (which === 'speed-fold' || which === 'all') {
  await speedFold({
    ...servers,
    partitions,
    events: number(values.events, 3_000_000),
    rounds: number(values.rounds, 3),
  });
}
if (which === 'batch-recompute' || which === 'all') {
  await batchRecompute({ events: number(values.events, 3_000_000), rounds: number(values.rounds, 5) });
}

if (which === 'replay' || which === 'all') {
  await replay({
    brokers: servers.brokers,
    databaseUrl: need(environment, 'DATABASE_URL'),
    partitions,
    events: number(values.events, 3_000_000),
    rounds: number(values.rounds, 1),
    view: values.view,
  });
}

function runOrExit(command: string, args: readonly string[], environmentChange: Record<string, string>): void {
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...environmentChange } });
  if (status !== 0) process.exit(status ?? 1);
}

function need(from: Readonly<Record<string, string>>, name: string): string {
  const value = from[name];
  if (value === undefined) throw new Error(`.twofold/local.json has no ${name}`);
  return value;
}
