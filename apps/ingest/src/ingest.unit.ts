import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TwofoldError, decodePosition, defineCatalog, defineEvent, int, optional, record, string } from '@twofold/core';
import { startApp } from '@twofold/platform';
import type { EventLogAdmin, EventLogWriter, OutgoingEvent } from '@twofold/ports';
import type { FastifyInstance } from 'fastify';
import { IngestModule } from './ingest.module.js';
import { MAX_BATCH_EVENTS, MAX_BODY_BYTES, MAX_LINES, MAX_LINE_BYTES } from './limits.js';
import { prepareHttp } from './prepare-http.js';

const catalog = defineCatalog({
  events: [
    defineEvent({ type: 'flight.landed', stream: 'flights', data: { delay: int(), origin: string() } }),
    defineEvent({
      type: 'account.registered',
      stream: 'accounts',
      data: { plan: string(), home: optional(record({ city: string() })) },
    }),
  ],
  views: [],
});

/** One partition per stream. It can be away, and it can be held up. */
class Log implements Pick<EventLogWriter, 'append' | 'close'>, EventLogAdmin {
  readonly streams = new Map<string, OutgoingEvent[]>();
  away = false;
  held: Promise<void> = Promise.resolve();
  closed = 0;

  private onAppend = (): void => undefined;

  /** Resolves when events arrive. */
  nextAppend(): Promise<void> {
    return new Promise((resolve) => {
      this.onAppend = resolve;
    });
  }
  async append(stream: string, events: readonly OutgoingEvent[]) {
    this.onAppend();
    await this.held;
    if (this.away) throw new TwofoldError('log-unavailable', 'the log did not confirm in time');
    const known = this.streams.get(stream) ?? [];
    const first = known.length;
    known.push(...events);
    this.streams.set(stream, known);
    return events.map((_, index) => ({ partition: 0, offset: first + index }));
  }
  async ensureStream(stream: string, partitions: number) {
    this.streams.set(stream, []);
    return partitions;
  }
  async partitionCount(stream: string) {
    return this.streams.has(stream) ? 1 : null;
  }
  async close() {
    this.closed++;
  }
  idsOn(stream: string) {
    return (this.streams.get(stream) ?? []).map((event) => event.headers['ce_id']);
  }
}

let log: Log;
let app: NestFastifyApplication;
let url: string;
beforeEach(async () => {
  log = new Log();
  app = await startApp(
    {
      name: 'ingest',
      module: IngestModule.of({ catalog, writer: log, admin: log, newStreamPartitions: 1 }),
      maxBodyBytes: MAX_BODY_BYTES,
      prepare: (nest) => prepareHttp(nest.getHttpAdapter().getInstance() as unknown as FastifyInstance, MAX_BODY_BYTES),
    },
    { HOST: '127.0.0.1', PORT: 0, LOG_LEVEL: 'silent', SHUTDOWN_GRACE_MS: 1000 },
  );
  url = `${await app.getUrl()}/v1/events`;
});
afterEach(() => app.close());

const landed = (id: string, change: Readonly<Record<string, unknown>> = {}) => ({
  specversion: '1.0',
  id,
  source: '/airports',
  type: 'flight.landed',
  subject: 'ATL',
  time: '2001-03-01T12:30:00Z',
  data: { delay: 7, origin: 'ATL' },
  ...change,
});
const late = { data: { delay: 'late', origin: 'ATL' } };

async function post(body: string | Uint8Array, contentType = 'application/json', headers: Record<string, string> = {}) {
  const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': contentType, ...headers } });
  const answer = (await response.json()) as {
    code?: string;
    pointer?: string;
    position: string;
    results?: { status: string; error?: { pointer: string } }[];
  };
  return { status: response.status, type: response.headers.get('content-type'), headers: response.headers, answer };
}
/** Resolves when a count has not changed for 50 turns of the event loop with I/O between them. */
async function settled(count: () => number): Promise<void> {
  for (let same = 0, last = count(); same < 50; same = count() === last ? same + 1 : 0) {
    last = count();
    await fetch(url.replace('/v1/events', '/health/live')).then((response) => response.text());
  }
}
/** A place becomes free when the server has seen that its answer is out, which may be after the client has it. */
async function untilTaken(ask: () => Promise<{ readonly status: number }>): Promise<number> {
  for (;;) {
    const { status } = await ask();
    if (status !== 429) return status;
  }
}
const postJson = (content: unknown, contentType?: string) => post(JSON.stringify(content), contentType);
const lines = (...events: readonly unknown[]) => events.map((event) => JSON.stringify(event)).join('\n');

describe('one event', () => {
  it.each(['application/json', 'application/cloudevents+json', 'application/cloudevents+json; charset=utf-8'])(
    'as %s is accepted once it is on the log, with a position that holds it',
    async (contentType) => {
      const { status, answer } = await postJson(landed('1'), contentType);
      expect(status).toBe(202);
      expect(answer.results).toEqual([{ id: '1', status: 'accepted' }]);
      expect(decodePosition(answer.position)).toEqual({ flights: { 0: 1 } });
      expect(log.idsOn('flights')).toEqual(['1']);
    },
  );

  it('cannot resolve a dead letter, whatever its headers and attributes are', async () => {
    const attributes = {
      'ce-specversion': '1.0',
      'ce-source': '/airports',
      'ce-type': 'flight.landed',
      'ce-subject': 'A',
    };
    const binary = { ...attributes, 'ce-time': '2001-03-01T12:30:00Z', 'twofold-resolves': '0' };
    await post('{"delay":1,"origin":"ATL"}', 'application/json', { ...binary, 'ce-id': '1' });
    await post('{"delay":1,"origin":"ATL"}', 'application/json', {
      ...binary,
      'ce-id': '2',
      'ce-twofold-resolves': '0',
    });
    await postJson({ ...landed('3'), twofoldresolves: '0' });
    await postJson({ ...landed('4'), 'twofold-resolves': '0' });
    const headers = (log.streams.get('flights') ?? []).flatMap((event) => Object.keys(event.headers));
    expect(log.idsOn('flights')).toEqual(['1', '3']);
    expect(headers.filter((name) => !name.startsWith('ce_') && name !== 'content-type')).toEqual([]);
  });

  it('in binary mode is accepted: attributes as headers, percent-encoded, data as the body', async () => {
    const headers = {
      'ce-specversion': '1.0',
      'ce-id': 'caf%C3%A9 1',
      'ce-source': '/airports',
      'ce-type': 'flight.landed',
      'ce-subject': '"quoted \\"A\\""',
      'ce-time': '2001-03-01T12:30:00Z',
      'ce-traceparent': '00-ab-cd-01',
    };
    const { status } = await post('{"delay":1,"origin":"ATL"}', 'application/json', headers);
    expect(status).toBe(202);
    expect(log.streams.get('flights')).toMatchObject([
      {
        key: 'quoted "A"',
        value: '{"delay":1,"origin":"ATL"}',
        headers: { ce_id: 'café 1', ce_traceparent: '00-ab-cd-01', 'content-type': 'application/json' },
      },
    ]);
  });

  it.each([
    ['invalid-envelope', '/id', landed('1', { id: undefined })],
    ['invalid-envelope', '/source', landed('1', { source: undefined })],
    ['invalid-envelope', '/subject', landed('1', { subject: undefined })],
    ['invalid-envelope', '/specversion', landed('1', { specversion: '0.3' })],
    ['invalid-envelope', '', 'text'],
    ['unknown-event-type', '/type', landed('1', { type: 'flight.lost' })],
    ['unknown-event-version', '/dataschema', landed('1', { dataschema: 'urn:twofold:schema:flight.landed:9' })],
    ['invalid-data', '/data/delay', landed('1', late)],
    ['invalid-data', '/data/colour', landed('1', { data: { delay: 1, origin: 'A', colour: 'red' } })],
  ])('that is bad is a problem: %s at %s', async (code, pointer, event) => {
    const { status, type, answer } = await postJson(event);
    expect(status).toBe(422);
    expect(type).toContain('application/problem+json');
    expect(answer).toMatchObject({ code, pointer, status: 422, type: `urn:twofold:problem:${code}` });
    expect(answer).toMatchObject({ errors: [{ code, pointer }] });
    expect(log.idsOn('flights')).toEqual([]);
  });

  it('in binary mode that is bad is a problem', async () => {
    const { status, answer } = await post('{"delay":1}', 'application/json', {
      'ce-specversion': '1.0',
      'ce-id': '%zz',
    });
    expect(status).toBe(422);
    expect(answer).toMatchObject({ code: 'invalid-envelope', pointer: '/id' });
  });
});

describe('a batch', () => {
  it.each(['application/json', 'application/cloudevents-batch+json'])(
    'as %s is accepted in its order',
    async (type) => {
      const account = landed('2', { type: 'account.registered', data: { plan: 'free' } });
      const { status, answer } = await postJson([landed('1'), account, landed('3')], type);
      expect(status).toBe(202);
      expect(answer.results).toHaveLength(3);
      expect(decodePosition(answer.position)).toEqual({ flights: { 0: 2 }, accounts: { 0: 1 } });
      expect(log.idsOn('flights')).toEqual(['1', '3']);
    },
  );

  it('with bad events is accepted in part: the bad ones are named, and nothing of them is on the log', async () => {
    const { status, answer } = await postJson([landed('1'), landed('2', late), 7, landed('4')]);
    expect(status).toBe(207);
    expect(answer.results).toEqual([
      { id: '1', status: 'accepted' },
      {
        id: '2',
        status: 'rejected',
        error: {
          code: 'invalid-data',
          message: 'delay must be a 64-bit integer: a number within ±(2^53 − 1), or a string of its digits',
          pointer: '/1/data/delay',
        },
      },
      { status: 'rejected', error: { code: 'invalid-envelope', message: 'an event is a JSON object', pointer: '/2' } },
      { id: '4', status: 'accepted' },
    ]);
    expect(log.idsOn('flights')).toEqual(['1', '4']);
  });

  it('of bad events only is a problem that lists them', async () => {
    const { status, answer } = await postJson([landed('1', late), landed('2', { type: 'x' })]);
    expect(status).toBe(422);
    expect(answer).toMatchObject({
      code: 'invalid-data',
      pointer: '/0/data/delay',
      errors: [
        { id: '1', code: 'invalid-data', pointer: '/0/data/delay' },
        { id: '2', code: 'unknown-event-type', pointer: '/1/type' },
      ],
    });
  });

  it('of no events is accepted', async () => {
    expect(await postJson([])).toMatchObject({ status: 202, answer: { results: [] } });
  });

  it('of too many events is refused as a whole', async () => {
    const { status, answer } = await postJson(new Array(MAX_BATCH_EVENTS + 1).fill(0));
    expect([status, answer.code]).toEqual([413, 'batch-too-large']);
  });

  it('must be an array where the content type says batch', async () => {
    const { status, answer } = await postJson(landed('1'), 'application/cloudevents-batch+json');
    expect([status, answer.code]).toEqual([422, 'invalid-envelope']);
  });
});

describe('a stream of lines', () => {
  it('is accepted in its order, blank lines aside', async () => {
    const events = Array.from({ length: 1200 }, (_, n) => landed(String(n)));
    const { status, answer } = await post(`\n${lines(...events)}\r\n \n`, 'application/x-ndjson');
    expect(status).toBe(202);
    expect(answer.results).toHaveLength(1200);
    expect(decodePosition(answer.position)).toEqual({ flights: { 0: 1200 } });
    expect(log.idsOn('flights')).toEqual(events.map(({ id }) => id));
  });

  it('goes on after a line that is bad', async () => {
    const body = `${lines(landed('1'))}\n{"broken\n${lines(landed('3', late), landed('4'))}`;
    const { status, answer } = await post(body, 'application/x-ndjson');
    expect(status).toBe(207);
    expect(answer.results).toMatchObject([
      { id: '1', status: 'accepted' },
      { status: 'rejected', error: { code: 'malformed-json', pointer: '/1' } },
      { id: '3', status: 'rejected', error: { code: 'invalid-data', pointer: '/2/data/delay' } },
      { id: '4', status: 'accepted' },
    ]);
    expect(log.idsOn('flights')).toEqual(['1', '4']);
  });

  it('that is too long in one line tells what became of the lines before', async () => {
    const long = landed('2', { data: { delay: 1, origin: 'x'.repeat(MAX_LINE_BYTES) } });
    const { status, answer } = await post(lines(landed('1'), long, landed('3')), 'application/x-ndjson');
    expect([status, answer.code]).toEqual([413, 'body-too-large']);
    expect(answer.results).toEqual([{ id: '1', status: 'accepted' }]);
    expect(decodePosition(answer.position)).toEqual({ flights: { 0: 1 } });
    expect(log.idsOn('flights')).toEqual(['1']);
  });

  it('of too many lines tells what became of those that were taken', async () => {
    const body = `${lines(landed('n'))}\n`.repeat(MAX_LINES + 1000);
    const { status, answer } = await post(body, 'application/x-ndjson');
    expect([status, answer.code]).toEqual([413, 'batch-too-large']);
    expect(answer.results).toHaveLength(MAX_LINES);
    expect(decodePosition(answer.position)).toEqual({ flights: { 0: MAX_LINES } });
    expect(log.idsOn('flights')).toHaveLength(MAX_LINES);
  });

  it('is not read on while the log is busy', async () => {
    let letGo = (): void => undefined;
    log.held = new Promise((resolve) => {
      letGo = resolve;
    });
    const appending = log.nextAppend();
    let taken = 0;
    const line = new TextEncoder().encode(`${lines(landed('n'))}\n`.repeat(500));
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          if (++taken > 300) return controller.close();
          controller.enqueue(line);
        },
      },
      { highWaterMark: 0 },
    );
    const headers = { 'content-type': 'application/x-ndjson' };
    const answered = fetch(url, { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
    await appending;
    await settled(() => taken);
    expect(taken).toBeLessThan(300);
    log.away = true;
    letGo();
    const response = await answered;
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'log-unavailable', results: [] });
  });
});

describe('a body that cannot be read', () => {
  it.each([
    ['malformed-json', 400, '{"id":', 'application/json'],
    ['malformed-json', 400, '', 'application/json'],
    ['malformed-json', 400, new Uint8Array([0x22, 0xff, 0x22]), 'application/json'],
    ['malformed-json', 400, '{"id"\n[', 'application/x-ndjson'],
    ['unsupported-media-type', 415, '<event/>', 'application/xml'],
    ['body-too-large', 413, ' '.repeat(MAX_BODY_BYTES + 1), 'application/json'],
  ])('is a problem: %s (%d)', async (code, status, body, contentType) => {
    const response = await post(body, contentType);
    expect(response.type).toContain('application/problem+json');
    expect(response.answer).toMatchObject({ code, status, type: `urn:twofold:problem:${code}` });
    expect(response.status).toBe(status);
  });

  it('is a problem when there is none', async () => {
    const response = await fetch(url, { method: 'POST' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'malformed-json' });
  });
});

describe('ingest', () => {
  it('answers 503 with Retry-After while the log is away', async () => {
    log.away = true;
    const { status, headers, answer } = await postJson(landed('1'));
    expect([status, answer.code, headers.get('retry-after')]).toEqual([503, 'log-unavailable', '5']);
  });

  it('answers 429 with Retry-After when too much is under way, and takes more when it is done', async () => {
    let letGo = (): void => undefined;
    log.held = new Promise((resolve) => {
      letGo = resolve;
    });
    const appending = log.nextAppend();
    const padded = JSON.stringify([landed('1')]) + ' '.repeat(MAX_BODY_BYTES - 1000);
    const first = post(padded);
    await appending;
    const { status, headers, answer } = await postJson(Array.from({ length: 50 }, (_, n) => landed(String(n))));
    expect([status, answer.code, headers.get('retry-after')]).toEqual([429, 'overloaded', '1']);
    letGo();
    expect((await first).status).toBe(202);
    expect(await untilTaken(() => postJson([landed('2')]))).toBe(202);
  });

  it('says which events may be sent', async () => {
    const response = await fetch(url.replace('/events', '/event-types'));
    expect(await response.json()).toMatchObject({
      eventTypes: [
        {
          type: 'flight.landed',
          version: 1,
          dataschema: 'urn:twofold:schema:flight.landed:1',
          stream: 'flights',
          fields: [{ name: 'delay', kind: 'int', optional: false }, { name: 'origin' }],
        },
        {
          type: 'account.registered',
          fields: [
            { name: 'plan', kind: 'string', maxLength: 200 },
            { name: 'home', kind: 'record', optional: true, fields: [{ name: 'city', kind: 'string' }] },
          ],
        },
      ],
    });
  });

  it('makes the streams of the catalog at start, and is ready while they stand', async () => {
    expect([...log.streams.keys()]).toEqual(['accounts', 'flights']);
    const ready = url.replace('/v1/events', '/health/ready');
    expect((await fetch(ready)).status).toBe(200);
    log.streams.delete('accounts');
    expect(await (await fetch(ready)).json()).toMatchObject({
      status: 'not-ready',
      checks: { 'stream accounts': 'the stream accounts is gone', 'stream flights': 'ok' },
    });
  });

  it('closes its log at the end', async () => {
    await app.close();
    expect(log.closed).toBe(2);
  });
});
