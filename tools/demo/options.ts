import { parseArgs } from 'node:util';
import type { AppName } from './apps.ts';

export type DemoOptions = {
  readonly once: boolean;
  /** Flights to play before the check, with --once; else all there are. */
  readonly events: number;
  /** Of them, played as fast as it goes; the others come live after them. */
  readonly history: number;
  /** Events a second, live. */
  readonly rate: number;
  readonly partitions: number;
  readonly ports: Readonly<Record<AppName, number>>;
};

export const USAGE = `npm start -- [options]

Brings up Kafka, Redis and Postgres, starts the five apps, and plays real flights through them.

  --once             play --events flights, check every view against the source, stop everything; exit code 1 if not exact
  --events N         flights to play, 1 to 3000000 (default 200000); without --once it goes on live until Ctrl-C
  --history S        share of them, 0 to 1, that is played as fast as it goes (default 0.9, and what 10 s live cannot take)
  --rate N           events a second when live (default 1000)
  --partitions N     partitions of a stream (default 4)
  --gateway-port N, --ingest-port N, --orchestrator-port N, --speed-port N, --batch-port N
                     where the apps listen (default 4000 to 4004; the next free one where a port is taken)
  --help
`;

export const ALL_FLIGHTS = 3_000_000;
const DEFAULT_HISTORY = '0.9';
/** Live for this long at most, unless --history says otherwise. */
const LIVE_SECONDS = 10;

/** @throws Error that says which option is wrong */
export function readOptions(args: readonly string[]): DemoOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      once: { type: 'boolean', default: false },
      events: { type: 'string', default: '200000' },
      rate: { type: 'string', default: '1000' },
      partitions: { type: 'string', default: '4' },
      history: { type: 'string' },
      'gateway-port': { type: 'string', default: '4000' },
      'ingest-port': { type: 'string', default: '4001' },
      'orchestrator-port': { type: 'string', default: '4002' },
      'speed-port': { type: 'string', default: '4003' },
      'batch-port': { type: 'string', default: '4004' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const whole = (name: string, text: string, most: number): number => {
    const value = /^\d+$/.test(text) ? Number(text) : 0;
    if (value < 1 || value > most) throw new Error(`--${name} is a whole number from 1 to ${most}, not ${text}`);
    return value;
  };
  const port = (name: `${string}-port` & keyof typeof values): number => whole(name, values[name], 65_535);
  const share = Number(values.history ?? DEFAULT_HISTORY);
  if (!(share >= 0 && share <= 1)) throw new Error(`--history is a share from 0 to 1, not ${values.history}`);
  const events = whole('events', values.events, ALL_FLIGHTS);
  const rate = whole('rate', values.rate, 100_000);
  const history = Math.floor(events * share);
  return {
    once: values.once,
    events: values.once ? events : ALL_FLIGHTS,
    history: values.history === undefined ? Math.max(history, events - rate * LIVE_SECONDS) : history,
    rate,
    partitions: whole('partitions', values.partitions, 256),
    ports: {
      'serving-gateway': port('gateway-port'),
      ingest: port('ingest-port'),
      'replay-orchestrator': port('orchestrator-port'),
      'speed-view-builder': port('speed-port'),
      'batch-view-builder': port('batch-port'),
    },
  };
}
