import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LogRecord, RawRecord } from '@twofold/core';
import { KafkaAdmin, KafkaRawReader } from '@twofold/event-log-kafka';
import { migrate, openMetadata, waitingStatements, type Metadata } from '@twofold/metadata';
import { parseSettings, startApp } from '@twofold/platform';
import type { ClosedRecord, OpenedRecord } from '@twofold/ports';
import { testDatabase, testServers } from '@twofold/testkit';
import { replayOrchestratorApp } from './replay-orchestrator-app.js';

const TWOFOLD_NAMESPACE = `dead-letters-${randomBytes(4).toString('hex')}`;
const brokers = testServers().kafkaBrokers;
const database = testDatabase();
const partition = { stream: 'flights', partition: 1 };
const PLACE = '/v1/dead-letters/flights/1';

const UNREADABLE = { code: 'unreadable', reason: 'its value is no JSON' } as const;
const rawAt = (offset: number): RawRecord => ({
  offset,
  appendedAtMs: offset,
  key: Buffer.from('ATL-JFK'),
  value: Buffer.from([0x7b, 0xff]),
  headers: [
    ['ce_id', Buffer.from(`${offset}`)],
    ['ce_type', Buffer.from('flight.landed')],
  ],
});
const dead = (offset: number, why: OpenedRecord['dead'] = UNREADABLE): OpenedRecord => ({
  ...{ offset, place: offset, key: 'ATL-JFK', dead: why, eventType: 'flight.landed', record: rawAt(offset) },
});
const presented = (offset: number, more: object = {}): object => ({
  ...{ ...partition, offset, state: 'open', resolvedAt: null, ...UNREADABLE },
  ...{ type: 'flight.landed', key: 'ATL-JFK', appendedAt: new Date(offset).toISOString() },
  ...more,
});
const landing = (change: object = {}): object => ({
  ...{ specversion: '1.0', id: '7', source: 'urn:test', type: 'flight.landed', subject: 'ATL-JFK' },
  ...{ dataschema: 'urn:twofold:schema:flight.landed:1', time: '2001-03-01T10:00:00Z' },
  data: { date: '2001-03-01T10:00:00Z', delay: 4, distance: 700, origin: 'ATL', destination: 'JFK' },
  ...change,
});

let metadata: Metadata;
let log: KafkaRawReader;
let app: NestFastifyApplication;
let url: string;

/** As an archiver does. */
async function archive(
  from: number,
  to: number,
  opened: readonly OpenedRecord[],
  closed: readonly ClosedRecord[],
): Promise<void> {
  const range = { fromOffset: BigInt(from), toOffset: BigInt(to), deadLetters: 0 };
  await metadata.prisma.$transaction([
    metadata.prisma.archiveRange.create({ data: { edition: 1, ...partition, ...range }, select: { fromOffset: true } }),
    ...waitingStatements(metadata, partition, { opened, closed }),
  ]);
}

beforeAll(async () => {
  await migrate(database.url);
  metadata = await openMetadata(database.url);
  const kafka = { brokers, namespace: TWOFOLD_NAMESPACE };
  const admin = new KafkaAdmin(kafka);
  await admin.ensureStream(partition.stream, 2);
  await admin.close();
  log = new KafkaRawReader(kafka);
  const settings = parseSettings(replayOrchestratorApp.settings, {
    ...{ KAFKA_BROKERS: brokers.join(','), DATABASE_URL: database.url, TWOFOLD_NAMESPACE },
    ...{ PORT: '0', LOG_LEVEL: 'silent' },
  });
  app = await startApp({ name: 'replay-orchestrator', ...replayOrchestratorApp.parts(settings) }, settings);
  url = await app.getUrl();
  const invalid = { code: 'invalid-data', reason: 'it is no integer (at /delay)' } as const;
  const closed = [{ offset: 0, at: 3, by: 'discard' }] as const;
  await archive(
    0,
    10,
    [dead(0), dead(4), dead(5), dead(6, invalid), dead(7), dead(8), { ...dead(9), dead: null }],
    closed,
  );
});
afterAll(async () => {
  await app.close();
  await log.close();
  await metadata.close();
  await database.drop();
});

type Reply = { readonly status: number; readonly body: Record<string, unknown> };
const call = async (path: string, init: RequestInit = {}): Promise<Reply> => {
  const response = await fetch(url + path, init);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const post = (path: string, body: unknown): Promise<Reply> =>
  call(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
/** What stands on the partition from an offset on. */
async function onLog(from: number): Promise<readonly RawRecord[]> {
  const records: RawRecord[] = [];
  const { end } = await log.bounds(partition.stream);
  for (let at = from; at < (end[partition.partition] ?? 0);) {
    const batch = await log.read(partition, { from: at });
    batch.forEach((record: LogRecord) => records.push(record.copy()));
    at = batch.nextOffset;
  }
  return records;
}
const headersOf = (record: RawRecord | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries((record?.headers ?? []).map(([name, value]) => [name, value?.toString() ?? '']));

describe('dead letters', () => {
  it('are listed in order, page by page, by what is asked for', async () => {
    const first = await call('/v1/dead-letters?limit=2');
    expect(first.body).toEqual({
      deadLetters: [presented(0, { state: 'discarded', resolvedAt: 3 }), presented(4)],
      next: expect.any(String),
    });
    const next = encodeURIComponent(String(first.body['next']));
    const rest = await call(`/v1/dead-letters?stream=flights&state=open&code=unreadable&cursor=${next}`);
    expect(rest).toEqual({ status: 200, body: { deadLetters: [5, 7, 8].map((at) => presented(at)), next: null } });
    expect((await call('/v1/dead-letters?stream=accounts')).body).toEqual({ deadLetters: [], next: null });
  });

  it('are grouped by what is wrong with them, as far as they are open', async () => {
    const alike = { stream: 'flights', newestAt: new Date(8).toISOString(), oldestAt: new Date(4).toISOString() };
    const { body } = await call('/v1/dead-letters/groups?limit=1');
    expect(body).toEqual({ groups: [{ ...alike, ...UNREADABLE, count: 4, example: { partition: 1, offset: 4 } }] });
    expect((await call('/v1/dead-letters/groups')).body['groups']).toHaveLength(2);
  });

  it('one is shown with every byte, and with what was done about it', async () => {
    const { body } = await call(`${PLACE}/4`);
    expect(body).toEqual({
      ...presented(4),
      record: {
        key: Buffer.from('ATL-JFK').toString('base64'),
        value: Buffer.from([0x7b, 0xff]).toString('base64'),
        text: '{\u{fffd}',
        headers: [
          { name: 'ce_id', value: Buffer.from('4').toString('base64'), text: '4' },
          { name: 'ce_type', value: Buffer.from('flight.landed').toString('base64'), text: 'flight.landed' },
        ],
      },
      actions: [],
    });
  });

  it('redriven, the event that it should have been stands on its partition; it is written down who did it', async () => {
    const before = (await onLog(0)).length;
    const redriven = await post(`${PLACE}/4/redrive`, { by: 'ann', note: 'the scale was off', event: landing() });
    const action = {
      ...{ id: expect.any(String), resolution: 'redrive', by: 'ann', note: 'the scale was off', event: landing() },
      ...{ requestedAt: expect.any(String), appendedAt: before },
    };
    expect(redriven).toEqual({ status: 202, body: action });
    const [record] = await onLog(before);
    expect(record?.key?.toString()).toBe('ATL-JFK');
    expect(JSON.parse(String(record?.value))).toMatchObject({ delay: 4, origin: 'ATL' });
    expect(headersOf(record)).toMatchObject({
      ...{ ce_id: '7', ce_type: 'flight.landed' },
      ...{ 'twofold-resolves': '4', 'twofold-resolution': 'redrive' },
    });
    expect((await call(`${PLACE}/4`)).body['actions']).toEqual([action]);
  });

  it('redriven as it is, every byte of it stands there again', async () => {
    const before = (await onLog(0)).length;
    expect((await post(`${PLACE}/5/redrive`, { by: 'ann' })).status).toBe(202);
    const [record] = await onLog(before);
    expect(record).toMatchObject({ key: rawAt(5).key, value: rawAt(5).value });
    expect(headersOf(record)).toMatchObject({ ce_id: '5', 'twofold-resolves': '5' });
  });

  it('discarded, nothing but its key is there again', async () => {
    const before = (await onLog(0)).length;
    expect(await post(`${PLACE}/6/discard`, { by: 'bob' })).toMatchObject({
      ...{ status: 202, body: { resolution: 'discard', by: 'bob', note: null, event: null, appendedAt: before } },
    });
    const [record] = await onLog(before);
    expect(record).toMatchObject({ key: rawAt(6).key, value: null });
    expect(headersOf(record)).toEqual({ 'twofold-resolves': '6', 'twofold-resolution': 'discard' });
  });

  it('that failed alike are resolved together, in order, a page at a time', async () => {
    const before = (await onLog(0)).length;
    const alike = { stream: 'flights', ...UNREADABLE, resolution: 'redrive', by: 'ann' };
    const first = await post('/v1/dead-letters/resolve', { ...alike, limit: 3 });
    expect(first).toEqual({ status: 202, body: { resolved: 3, next: expect.any(String) } });
    const rest = await post('/v1/dead-letters/resolve', { ...alike, cursor: first.body['next'] });
    expect(rest).toEqual({ status: 202, body: { resolved: 1, next: null } });
    const targets = (await onLog(before)).map((record) => headersOf(record)['twofold-resolves']);
    expect(targets).toEqual(['4', '5', '7', '8']);
  });

  it('that are resolved, as far as the archive knows, are refused', async () => {
    expect(await post(`${PLACE}/0/redrive`, { by: 'ann' })).toMatchObject({
      ...{ status: 409, body: { code: 'conflict', detail: 'flights/1/0 is resolved: discard at offset 3' } },
    });
  });

  it.each([
    ['nobody says who does it', `${PLACE}/4/discard`, { note: 'why' }, 400, 'invalid-value', '/by'],
    ['nobody is a name', `${PLACE}/4/discard`, { by: '' }, 400, 'invalid-value', '/by'],
    ['it is not dead', `${PLACE}/9/discard`, { by: 'ann' }, 404, 'not-found', undefined],
    ['it is no place', `${PLACE}/x/discard`, { by: 'ann' }, 400, 'invalid-value', '/offset'],
    [
      'what should take its place is no event',
      `${PLACE}/4/redrive`,
      { by: 'ann', event: landing({ data: { delay: 'x' } }) },
      ...([422, 'invalid-data', '/event/data/date'] as const),
    ],
    [
      'what should take its place has another key',
      `${PLACE}/4/redrive`,
      { by: 'ann', event: landing({ subject: 'BOS-JFK' }) },
      ...([400, 'invalid-value', '/event/subject'] as const),
    ],
    [
      'it is not said how they are alike',
      '/v1/dead-letters/resolve',
      { by: 'ann', stream: 'flights', resolution: 'discard' },
      ...([400, 'invalid-value', '/code'] as const),
    ],
  ])('refuses a decision where %s', async (_, path, body, status, code, pointer) => {
    const before = (await onLog(0)).length;
    const problem = { status, code, ...(pointer === undefined ? {} : { pointer }) };
    expect(await post(path, body)).toMatchObject({ status, body: problem });
    expect(await onLog(0)).toHaveLength(before);
  });

  it.each([
    ['/v1/dead-letters?limit=101', 400, 'invalid-value'],
    ['/v1/dead-letters?cursor=x', 400, 'invalid-value'],
    ['/v1/dead-letters?state=lost', 400, 'invalid-value'],
    ['/v1/dead-letters/flights/1/1', 404, 'not-found'],
    ['/v1/dead-letters/weather/0/0', 404, 'not-found'],
  ])('answers GET %s with a problem', async (path, status, code) => {
    expect(await call(path)).toMatchObject({ status, body: { status, code } });
  });
});
