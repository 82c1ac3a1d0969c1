import { afterEach, describe, expect, it } from '@jest/globals';
import { feedFlights, type FeedPlan } from './feed.ts';
import { flightsInOrder } from './flights.ts';
import { serveHttp, type Reply } from './serve-http.ts';

type Event = { readonly id: string; readonly subject: string; readonly time: string };

const accepted: Reply = { status: 202, body: {} };
const never = new AbortController().signal;
const plan = (events: number, change: Partial<FeedPlan> = {}): FeedPlan => ({
  events,
  history: events,
  rate: 100_000,
  beforeLast: () => Promise.resolve(),
  ...change,
});

describe('the feed of the demo', () => {
  let close = (): void => undefined;
  afterEach(() => close());

  /** An ingest that keeps what it takes, in the order in which it does. */
  async function ingest(
    answer: (request: number) => Reply = () => accepted,
  ): Promise<{ readonly url: string; readonly taken: Event[]; readonly sizes: number[] }> {
    const taken: Event[] = [];
    const sizes: number[] = [];
    let requests = 0;
    const server = await serveHttp((_request, body) => {
      const events = JSON.parse(body) as Event[];
      const reply = answer(++requests);
      sizes.push(events.length);
      if (reply.status === 202) taken.push(...events);
      return reply;
    });
    close = () => server.close();
    return { url: server.url, taken, sizes };
  }

  it('plays exactly the first flights, each once, in bounded batches', async () => {
    const { url, taken, sizes } = await ingest();
    const feed = feedFlights(url, plan(12_345), never);
    await feed.done;
    expect(feed.sent()).toBe(12_345);
    expect(new Set(taken.map(({ id }) => id)).size).toBe(12_345);
    expect(Math.max(...sizes)).toBe(1_000);
    const times = [];
    for await (const flights of flightsInOrder(12_345)) times.push(...flights.map(({ date }) => date));
    expect(taken.map(({ time }) => time).sort()).toEqual(times.map((time) => String(time)).sort());
  });

  it('keeps the order of each subject, also when ingest has no room for a while', async () => {
    const full: Reply = { status: 429, body: {}, headers: { 'retry-after': '0' } };
    const { url, taken } = await ingest((request) => (request % 3 === 0 ? full : accepted));
    await feedFlights(url, plan(20_000), never).done;
    expect(taken).toHaveLength(20_000);
    const last = new Map<string, number>();
    for (const { id, subject } of taken) {
      const number = Number(id.replace('flight-', ''));
      expect(number).toBeGreaterThan(last.get(subject) ?? 0);
      last.set(subject, number);
    }
  });

  it('plays what is not history at the rate', async () => {
    const { url } = await ingest();
    const beganAtMs = Date.now();
    const feed = feedFlights(url, plan(3_000, { history: 2_500, rate: 1_000 }), never);
    await feed.done;
    expect(feed.isLive()).toBe(true);
    expect(Date.now() - beganAtMs).toBeGreaterThanOrEqual(400);
  });

  it('holds back the last flight alone', async () => {
    const { url, taken } = await ingest();
    const held = Promise.withResolvers<void>();
    const waiting = Promise.withResolvers<void>();
    const beforeLast = (): Promise<void> => {
      waiting.resolve();
      return held.promise;
    };
    const feed = feedFlights(url, plan(1_500, { beforeLast }), never);
    await waiting.promise;
    expect(taken).toHaveLength(1_499);
    held.resolve();
    await feed.done;
    expect(taken).toHaveLength(1_500);
  });

  it('ends with what ingest said when it refuses', async () => {
    const { url } = await ingest(() => ({ status: 503, body: { code: 'log-away' } }));
    await expect(feedFlights(url, plan(10), never).done).rejects.toThrow('ingest answered 503: {"code":"log-away"}');
  });

  it('ends when it is stopped', async () => {
    const stop = new AbortController();
    const { url } = await ingest(() => {
      stop.abort();
      return accepted;
    });
    const feed = feedFlights(url, plan(100_000), stop.signal);
    await feed.done;
    expect(feed.sent()).toBeLessThan(100_000);
  });
});
