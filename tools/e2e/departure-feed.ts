import { setTimeout as pause } from 'node:timers/promises';

const AIRPORTS = ['ATL', 'ORD', 'DFW', 'LAX', 'DEN'];
const BATCH = 500;
/** While others work: the stream is never still, and the reference stays quick. */
const SMALL_BATCH = 10;
const EVERY_MS = 100;

/** Sends departures through ingest; of some airports' days all are cancelled, so a row is there only for those. */
export class DepartureFeed {
  private number = 0;
  private isStopped = false;
  private sending: Promise<void> = Promise.resolve();
  private readonly ingestUrl: string;

  constructor(ingestUrl: string) {
    this.ingestUrl = ingestUrl;
  }

  /** Resolves when so many more are acknowledged. */
  async send(count: number): Promise<void> {
    for (let left = count; left > 0; left -= BATCH) await this.sendBatch(Math.min(BATCH, left));
  }

  /** A few again and again, until stopped. */
  keepSending(): void {
    this.sending = (async () => {
      while (!this.isStopped) {
        await this.sendBatch(SMALL_BATCH);
        await pause(EVERY_MS);
      }
    })();
    this.sending.catch(() => undefined); // told by stop()
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.sending;
  }

  private async sendBatch(size: number): Promise<void> {
    const events = Array.from({ length: size }, () => departure(this.number++));
    const response = await fetch(`${this.ingestUrl}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      body: JSON.stringify(events),
    });
    if (response.status !== 202) throw new Error(`ingest answered ${response.status}: ${await response.text()}`);
  }
}

function departure(number: number): unknown {
  const airport = AIRPORTS[number % AIRPORTS.length];
  const day = (number * 7) % 40;
  const time = new Date(Date.UTC(2001, 0, 1 + day, number % 24)).toISOString();
  return {
    ...{ specversion: '1.0', id: `${number}`, source: 'urn:twofold:e2e', type: 'flight.departed' },
    ...{ dataschema: 'urn:twofold:schema:flight.departed:1', subject: airport, time },
    data: {
      airport,
      delay: ((number * 31) % 200) - 50,
      isCancelled: number % 17 === 0 || (airport === 'DEN' && day < 5),
    },
  };
}
