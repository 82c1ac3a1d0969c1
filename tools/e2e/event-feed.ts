import { setTimeout as pause } from 'node:timers/promises';

const BATCH = 500;
/** While others work: the stream is never still, and the reference stays quick. */
const SMALL_BATCH = 10;
const EVERY_MS = 100;

/** Sends events through ingest, one made of each number. */
export class EventFeed {
  private number = 0;
  private isStopped = false;
  private sending: Promise<void> = Promise.resolve();
  private readonly ingestUrl: string;
  private readonly eventOf: (number: number) => unknown;

  constructor(ingestUrl: string, eventOf: (number: number) => unknown) {
    this.ingestUrl = ingestUrl;
    this.eventOf = eventOf;
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
    const events = Array.from({ length: size }, () => this.eventOf(this.number++));
    const response = await fetch(`${this.ingestUrl}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      body: JSON.stringify(events),
    });
    if (response.status !== 202) throw new Error(`ingest answered ${response.status}: ${await response.text()}`);
  }
}
