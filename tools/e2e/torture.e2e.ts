import { expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { missingJava } from '../stack/native-jars.ts';

const SCRIPT = fileURLToPath(new URL('../torture/torture.ts', import.meta.url));
/** Beside the minutes of faults, ms: servers and apps start, recover, and every answer is compared, on a machine that has other things to do. */
const PATIENCE_MS = 720_000;
const MS_PER_MINUTE = 60_000;

const RUNS = [
  {
    name: 'faults of every kind, with two of each builder',
    minutes: 3,
    args: ['--seed', '20011', '--rate', '1000', '--copies', '2'],
  },
  {
    name: 'a cluster of three brokers that loses one, and moves its leaders',
    minutes: 0.75,
    args: ['--seed', '20012', '--rate', '500', '--brokers', '3', '--only', 'broker of|leaders|connections to kafka'],
  },
];

// It kills and freezes servers, so they must be processes of its own: not those of an environment or of containers.
(missingJava() === null ? it : it.skip).each(RUNS)(
  'holds what it promises for $minutes minutes of $name',
  async ({ minutes, args }) => {
    const torture = spawn(process.execPath, [SCRIPT, '--minutes', `${minutes}`, ...args], {
      env: { ...process.env, NODE_OPTIONS: '' },
      timeout: PATIENCE_MS + 2 * MS_PER_MINUTE, // then it stops its servers, and says what it knows
    });
    let told = '';
    for (const stream of [torture.stdout, torture.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (told += text));
    const [code] = (await once(torture, 'close')) as [number | null];
    // The same schedule again: npm run torture -- with these options.
    if (code !== 0) throw new Error(`${args.join(' ')}: it ended with ${code}, and said:\n${told}`);
    expect(told).toContain('violations');
  },
  PATIENCE_MS + 3 * MS_PER_MINUTE,
);
