import { parseArgs } from 'node:util';

export type DemoOptions = {
  readonly once: boolean;
  /** Flights to play. */
  readonly events: number;
  /** Of them, played live at the rate, after the rest came as fast as it goes. */
  readonly live: number;
  /** Events a second, live. */
  readonly rate: number;
  readonly partitions: number;
  readonly ports: { readonly gateway: number; readonly ingest: number; readonly orchestrator: number };
};

export const USAGE = `npm start -- [options]

Brings up Kafka, Redis and Postgres, starts the five apps, and plays real flights through them.

  --once             play --events flights, check every view against the source, stop everything; exit code 1 if not exact
  --events N         flights to play, 1 to 3000000 (default 200000); without --once it goes on live until Ctrl-C
  --rate N           events a second when live (default 1000)
  --partitions N     partitions of a stream (default 4)
  --gateway-port N   default 4000
  --ingest-port N    default 4001
  --orchestrator-port N   default 4002
  --help
`;

export const ALL_FLIGHTS = 3_000_000;
/** Of a run with --once, live for this long at most. */
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
      'gateway-port': { type: 'string', default: '4000' },
      'ingest-port': { type: 'string', default: '4001' },
      'orchestrator-port': { type: 'string', default: '4002' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const whole = (name: string, text: string, most: number): number => {
    const value = /^\d+$/.test(text) ? Number(text) : 0;
    if (value < 1 || value > most) throw new Error(`--${name} is a whole number from 1 to ${most}, not ${text}`);
    return value;
  };
  const events = whole('events', values.events, ALL_FLIGHTS);
  const rate = whole('rate', values.rate, 100_000);
  return {
    once: values.once,
    events,
    live: Math.min(Math.ceil(events / 10), rate * LIVE_SECONDS),
    rate,
    partitions: whole('partitions', values.partitions, 256),
    ports: {
      gateway: whole('gateway-port', values['gateway-port'], 65_535),
      ingest: whole('ingest-port', values['ingest-port'], 65_535),
      orchestrator: whole('orchestrator-port', values['orchestrator-port'], 65_535),
    },
  };
}
