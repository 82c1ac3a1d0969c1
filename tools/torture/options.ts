import { parseArgs } from 'node:util';

export type TortureOptions = {
  /** How long events are sent and faults happen; recovery and the check come on top. */
  readonly minutes: number;
  readonly seed: number;
  readonly eventsPerSecond: number;
  readonly brokers: 1 | 3;
  /** Processes of each builder. */
  readonly copies: number;
  /** Faults whose kind has this in it; null: all but those that take minutes. */
  readonly only: RegExp | null;
};

export const TORTURE_USAGE = `npm run torture -- [options]

Runs all five apps on real servers of their own, under load and under faults: processes killed, frozen and restarted,
servers killed, flushed, put back to an older state, cut off. Clients note every acknowledgement; readers poll answers all
the time. In the end every answer is compared with the fold of the log up to the answer's own position, and every
acknowledged event must be on the log once. Prints a table; exit code 1 where anything was violated.

  --minutes N    how long it lasts (default 3; recovery and the check come on top)
  --seed S       of the events and of the schedule of faults (default: drawn, and printed)
  --rate N       events a second that the clients aim at (default 1500)
  --brokers N    1 (default), or 3: a cluster of which one may be away
  --copies N     processes of each builder, 1 (default) to 4
  --only REGEXP  only faults whose name has it, such as 'redis|zombie'; 'minute' for those that take so long,
                 which happen only when they are named
  --help
`;

const MAX_MINUTES = 24 * 60;
const MAX_RATE = 20_000;
const MAX_SEED = 2 ** 32 - 1;
const MAX_COPIES = 4;

/** @throws Error that names the option that is wrong */
export function readTortureOptions(args: readonly string[], drawSeed: () => number): TortureOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '3' },
      seed: { type: 'string' },
      rate: { type: 'string', default: '1500' },
      brokers: { type: 'string', default: '1' },
      copies: { type: 'string', default: '1' },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const minutes = Number(values.minutes);
  if (!(minutes > 0 && minutes <= MAX_MINUTES))
    throw new Error(`--minutes is a number up to ${MAX_MINUTES}, not ${values.minutes}`);
  return {
    minutes,
    seed: values.seed === undefined ? drawSeed() : whole('seed', values.seed, 0, MAX_SEED),
    eventsPerSecond: whole('rate', values.rate, 1, MAX_RATE),
    brokers: values.brokers === '3' ? 3 : (whole('brokers', values.brokers, 1, 1) as 1),
    copies: whole('copies', values.copies, 1, MAX_COPIES),
    only: values.only === undefined ? null : new RegExp(values.only),
  };
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new Error(`--${name} is a whole number from ${least} to ${most}, not ${text}`);
}
