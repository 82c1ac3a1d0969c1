import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from './random.ts';

/** What became of an event, as far as its client knows. unknown: no answer, or one that says that it may be on the log. */
export type Outcome = 'accepted' | 'rejected' | 'unknown';

/** Every identity that was ever sent, with its outcome. */
export type Ledger = Map<string, Outcome>;

export const SOURCE = 'urn:twofold:torture';
const AIRPORTS = ['ATL', 'ORD', 'DFW', 'LAX', 'DEN', 'PHX'] as const;
const COUNTRIES = ['DE', 'FR', 'US'] as const;
const DAYS = 4;
const DAY_MS = 86_400_000;
const FIRST_DAY_MS = Date.UTC(2001, 0, 1);
const BATCH = { least: 1, most: 400 };
/** One in so many events is not what it says it is, and must be rejected. */
const ONE_IN_BAD = 200;
/** How often a batch of which nobody knows is sent again; and one in so many batches is though all of it is known. */
const MAX_AGAIN = 3;
const ONE_IN_AGAIN = 20;
/** Longer than ingest waits for the log; then the client gives up, and does not know. */
const PATIENCE_MS = 60_000;
const AFTER_FAILURE_MS = 200;

type Sent = { readonly id: string; readonly isBad: boolean; readonly event: unknown };

/**
 * One producer: sends batches, one after the other, at about the rate given, until stopped. What it does not know to be on the
 * log it sends again, as producers do, a few times; and now and then what it does know.
 */
export async function runClient(
  name: string,
  ingestUrl: string,
  eventsPerSecond: number,
  random: Random,
  ledger: Ledger,
  stop: AbortSignal,
): Promise<void> {
  let number = 0;
  let dueAtMs = Date.now();
  while (!stop.aborted) {
    const batch = Array.from({ length: random.between(BATCH.least, BATCH.most) }, () =>
      makeEvent(`${name}-${number++}`, random),
    );
    let outcomes = await send(ingestUrl, batch);
    for (let again = 0; again < MAX_AGAIN && outcomes.includes('unknown') && !stop.aborted; again++) {
      await pause(AFTER_FAILURE_MS);
      outcomes = either(outcomes, await send(ingestUrl, batch));
    }
    if (random.below(ONE_IN_AGAIN) === 0) outcomes = either(outcomes, await send(ingestUrl, batch));
    batch.forEach(({ id }, index) => ledger.set(id, outcomes[index] ?? 'unknown'));
    dueAtMs = Math.max(dueAtMs, Date.now() - 1_000) + (batch.length / eventsPerSecond) * 1_000;
    await pause(Math.max(0, dueAtMs - Date.now()), undefined, { signal: stop }).catch(() => undefined);
  }
}

/** What is known of events that were sent twice. That the second was refused says nothing of the first. */
const either = (first: readonly Outcome[], second: readonly Outcome[]): readonly Outcome[] =>
  first.map((outcome, index) => (second[index] === 'accepted' ? 'accepted' : outcome));

async function send(ingestUrl: string, batch: readonly Sent[]): Promise<readonly Outcome[]> {
  try {
    const response = await fetch(`${ingestUrl}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      body: JSON.stringify(batch.map(({ event }) => event)),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    if (response.status === 202 || response.status === 207) {
      const { results } = JSON.parse(text) as { readonly results: readonly { readonly status: Outcome }[] };
      return batch.map((_, index) => results[index]?.status ?? 'unknown');
    }
    return batch.map(() => (response.status >= 400 && response.status < 500 ? 'rejected' : 'unknown'));
  } catch {
    return batch.map(() => 'unknown');
  }
}

function makeEvent(id: string, random: Random): Sent {
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
