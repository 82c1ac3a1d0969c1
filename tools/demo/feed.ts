import { setTimeout as pause } from 'node:timers/promises';
import { flightsInOrder, type Flight } from './flights.ts';

/** Requests under way at once. A subject is always in the same lane, so its events keep their order. */
const LANES = 4;
const BATCH_EVENTS = 1_000;
/** Live, this often a second. */
const LIVE_BATCHES_PER_SECOND = 10;
/** Times a batch that ingest has no room for is sent again. */
const MAX_RETRIES = 100;

export type Feed = { readonly sent: () => number; readonly isLive: () => boolean; readonly done: Promise<void> };

export type FeedPlan = {
  readonly events: number;
  /** The first of them, played as fast as it goes; the others come at `rate` a second. */
  readonly history: number;
  readonly rate: number;
  /** The last flight waits for this. */
  beforeLast(): Promise<void>;
};

/** Plays flights through ingest, in order of their date, until they end or it is stopped. */
export function feedFlights(
  ingestUrl: string,
  { events, history, rate, beforeLast }: FeedPlan,
  stop: AbortSignal,
): Feed {
  let sent = 0;
  let isLive = false;
  const lanes = Array.from({ length: LANES }, () => new Lane(ingestUrl, (count) => (sent += count)));
  const flush = async (): Promise<void> => void (await Promise.all(lanes.map((lane) => lane.flush())));
  /** What is under way is finished; what waits in a lane is not begun. */
  const settle = async (): Promise<void> => void (await Promise.all(lanes.map((lane) => lane.finish())));
  const perTick = Math.ceil(rate / LIVE_BATCHES_PER_SECOND);

  const play = async (): Promise<void> => {
    let number = 0;
    let liveSinceMs = 0;
    for await (const flights of flightsInOrder(events)) {
      for (const flight of flights) {
        if (stop.aborted) return settle();
        number += 1;
        if (number === events) {
          await flush();
          await beforeLast();
        }
        if (number > history && !isLive) {
          await flush();
          liveSinceMs = Date.now();
          isLive = true;
        }
        await lanes[laneOf(flight)]?.add(cloudEvent(flight, number));
        const playedLive = number - history;
        if (!isLive || playedLive % perTick !== 0) continue;
        await flush();
        const dueInMs = liveSinceMs + (playedLive / rate) * 1000 - Date.now();
        await pause(Math.max(0, dueInMs), undefined, { signal: stop }).catch(() => undefined);
      }
    }
    await flush();
  };
  return { sent: () => sent, isLive: () => isLive, done: play() };
}

/** Sends batches one after the other. */
class Lane {
  private batch: unknown[] = [];
  private sending: Promise<void> = Promise.resolve();
  private readonly url: string;
  private readonly accepted: (count: number) => void;

  constructor(url: string, accepted: (count: number) => void) {
    this.url = url;
    this.accepted = accepted;
  }

  /** Resolves at once, or when the batch before is through: so at most two of a lane are in memory. */
  async add(event: unknown): Promise<void> {
    if (this.batch.push(event) >= BATCH_EVENTS) await this.begin();
  }

  async flush(): Promise<void> {
    await this.begin();
    await this.sending;
  }

  finish(): Promise<void> {
    return this.sending;
  }

  private async begin(): Promise<void> {
    const batch = this.batch;
    this.batch = [];
    await this.sending;
    if (batch.length === 0) return;
    this.sending = this.send(batch);
    this.sending.catch(() => undefined); // the next call, or flush, tells of it
  }

  private async send(batch: readonly unknown[]): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const response = await fetch(`${this.url}/v1/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents-batch+json' },
        body: JSON.stringify(batch),
      });
      const text = await response.text();
      if (response.status === 202) return this.accepted(batch.length);
      // Only of 429 is it sure that nothing was taken.
      if (response.status !== 429 || attempt === MAX_RETRIES)
        throw new Error(`ingest answered ${response.status}: ${text.slice(0, 1_000)}`);
      await pause(Number(response.headers.get('retry-after') ?? 1) * 1_000);
    }
  }
}

function laneOf({ origin, destination }: Flight): number {
  let hash = 0;
  for (const letter of `${origin}-${destination}`) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  return hash % LANES;
}

const cloudEvent = (flight: Flight, number: number): unknown => ({
  specversion: '1.0',
  id: `flight-${number}`,
  source: 'urn:twofold:demo',
  type: 'flight.landed',
  dataschema: 'urn:twofold:schema:flight.landed:1',
  subject: `${flight.origin}-${flight.destination}`,
  time: flight.date,
  data: flight,
});
