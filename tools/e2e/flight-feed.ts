import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const AIRPORTS = ['ATL', 'ORD', 'DFW', 'LAX', 'DEN', 'PHX', 'JFK', 'SEA'];
const BATCH = 20;
/** Some 400 events a second: the stream is never still, and the reference stays quick. */
const EVERY_MS = 50;

/** Sends flights through ingest, batch after batch, until stopped; counts those that ingest acknowledged. */
export class FlightFeed {
  acknowledged = 0;
  private number = 0;
  /** No event of one feed is taken for one of another. */
  private readonly name = randomUUID();
  private isStopped = false;
  private readonly sending: Promise<void>;
  private readonly ingestUrl: string;

  constructor(ingestUrl: string) {
    this.ingestUrl = ingestUrl;
    this.sending = this.send();
    this.sending.catch(() => undefined); // told by stop()
  }

  /** Resolves when the last batch is acknowledged. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.sending;
  }

  private async send(): Promise<void> {
    while (!this.isStopped) {
      const events = Array.from({ length: BATCH }, () => flight(this.number++, this.name));
      const response = await fetch(`${this.ingestUrl}/v1/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents-batch+json' },
        body: JSON.stringify(events),
      });
      if (response.status !== 202) throw new Error(`ingest answered ${response.status}: ${await response.text()}`);
      this.acknowledged += events.length;
      await pause(EVERY_MS);
    }
  }
}

/** Any flight, the same for the same number but for its id: late and early ones, days out of order, all airports. */
function flight(number: number, feed: string): unknown {
  const origin = AIRPORTS[number % AIRPORTS.length];
  const destination = AIRPORTS[(number * 5 + 3) % AIRPORTS.length];
  const date = new Date(Date.UTC(2001, 0, 1) + ((number * 7_919) % 5_000) * 60_000).toISOString();
  return {
    specversion: '1.0',
    id: `${feed}-${number}`,
    source: 'urn:twofold:e2e',
    type: 'flight.landed',
    dataschema: 'urn:twofold:schema:flight.landed:1',
    subject: `${origin}-${destination}`,
    time: date,
    data: { date, delay: ((number * 31) % 200) - 50, distance: (number * 17) % 3_000, origin, destination },
  };
}
