import type { Random } from './random.ts';

/** What the ids of dead records, and of what takes their place, begin with: no client sent them. */
export const POISON = 'poison-';
const SOURCE = 'urn:twofold:torture';
const AIRPORTS = ['ATL', 'ORD', 'DFW', 'LAX', 'DEN', 'PHX'] as const;
const COUNTRIES = ['DE', 'FR', 'US'] as const;
const DAYS = 4;
const DAY_MS = 86_400_000;
const FIRST_DAY_MS = Date.UTC(2001, 0, 1);
/** One in so many events is not what it says it is, and must be rejected. */
const ONE_IN_BAD = 200;

/** An event as a client sends it: a CloudEvent. */
export type Sent = {
  readonly id: string;
  readonly isBad: boolean;
  readonly event: {
    readonly type: string;
    readonly id: string;
    readonly source: string;
    readonly time: string;
    readonly subject: string;
    readonly data: unknown;
  };
};

/** A flight, or one in four an account. */
export function makeEvent(id: string, random: Random): Sent {
  const isBad = random.below(ONE_IN_BAD) === 0;
  const time = new Date(FIRST_DAY_MS + random.below(DAYS * DAY_MS)).toISOString();
  const envelope = { specversion: '1.0', id, source: SOURCE, time };
  if (random.below(4) === 0) {
    const data = { plan: isBad ? 7 : random.pick(['free', 'team']), country: random.pick(COUNTRIES) };
    return {
      id,
      isBad,
      event: { ...envelope, type: 'account.registered', subject: `account-${random.below(1_000)}`, data },
    };
  }
  const [origin, destination] = [random.pick(AIRPORTS), random.pick(AIRPORTS)];
  const delay = isBad ? 'late' : random.between(-30, 300);
  const data = { date: time, delay, distance: random.between(50, 3_000), origin, destination };
  return { id, isBad, event: { ...envelope, type: 'flight.landed', subject: `${origin}-${destination}`, data } };
}
