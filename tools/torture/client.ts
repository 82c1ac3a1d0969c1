import { setTimeout as pause } from 'node:timers/promises';
import { makeEvent, type Sent } from './events.ts';
import type { Random } from './random.ts';

/** What became of an event, as far as its client knows. unknown: no answer, or one that says that it may be on the log. */
export type Outcome = 'accepted' | 'rejected' | 'unknown';

/** Every identity that was ever sent, with its outcome. */
export type Ledger = Map<string, Outcome>;

const BATCH = { least: 1, most: 400 };
/** How often a batch of which nobody knows is sent again; and one in so many batches is though all of it is known. */
const MAX_AGAIN = 3;
const ONE_IN_AGAIN = 20;
/** Longer than ingest waits for the log; then the client gives up, and does not know. */
const PATIENCE_MS = 60_000;
const AFTER_FAILURE_MS = 200;

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
