import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KafkaRawReader, KafkaWriter } from '@twofold/event-log-kafka';
import type { RawRecord } from '@twofold/core';
import type { Appended } from '@twofold/ports';
import { eventually, testServers } from '@twofold/testkit';
import { fileURLToPath } from 'node:url';
import { Platform } from './platform.ts';

const TEST_MS = 240_000;
/** A killed process' partitions are free after its session of 6 s. */
const NOTICED_MS = 60_000;

const { kafkaBrokers, redisUrl, databaseUrl } = testServers();
const servers = { KAFKA_BROKERS: kafkaBrokers.join(','), REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };
const TWOFOLD_CATALOG = fileURLToPath(new URL('shop-catalog.ts', import.meta.url));

type Json = Record<string, unknown>;
type Reply = { readonly status: number; readonly body: Json };
type Stream = 'sales' | 'sightings';
const TYPES = { sales: 'thing.sold', sightings: 'thing.seen' } as const;

const event = (stream: Stream, id: string, shop: string, price: number): Json => ({
  ...{ specversion: '1.0', id, source: 'urn:twofold:e2e', type: TYPES[stream], subject: shop },
  ...{ dataschema: `urn:twofold:schema:${TYPES[stream]}:1`, time: `2001-03-01T00:00:0${price}Z` },
  data: { shop, price },
});

describe('poison in the middle of a key, through the five apps', () => {
  let platform: Platform;
  let writer: KafkaWriter;
  beforeAll(async () => {
    platform = await Platform.open(servers, { TWOFOLD_CATALOG });
    writer = new KafkaWriter({ brokers: kafkaBrokers, namespace: platform.namespace });
  }, TEST_MS);
  afterAll(async () => {
    await writer.close();
    await platform.close();
  }, TEST_MS);

  const call = async (url: string, init: RequestInit = {}): Promise<Reply> => {
    const response = await fetch(url, init);
    return { status: response.status, body: (await response.json()) as Json };
  };
  const post = (url: string, body: unknown): Promise<Reply> =>
    call(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const send = async (...events: readonly Json[]): Promise<string> => {
    const { status, body } = await post(`${platform.url('ingest')}/v1/events`, events);
    expect(status).toBe(202);
    return String(body['position']);
  };
  /** A record with this value, as no ingest would write it. */
  const poison = async (stream: Stream, shop: string, id: string, value: string): Promise<Appended> => {
    const { specversion, source, type, dataschema, time, subject } = event(stream, id, shop, 2) as Record<
      string,
      string
    >;
    const attributes = { specversion, id, source, type, dataschema, time, subject };
    const headers = Object.fromEntries(Object.entries(attributes).map(([name, text]) => [`ce_${name}`, text ?? '']));
    const [place] = await writer.append(stream, [{ key: shop, value, headers }]);
    return place ?? Promise.reject(new Error('it stands nowhere'));
  };
  const answer = async (stream: Stream, query = ''): Promise<Json> => {
    const { body } = await call(
      `${platform.url('serving-gateway')}/v1/views/${stream}-by-shop/rows?orderBy=shop${query}`,
    );
    return body;
  };
  /** Rows as [shop, things, worth, last], and what is set aside. */
  const told = (body: Json): Json => {
    const { deadLetters, held } = body['answer'] as Json;
    const rows = (body['rows'] as Json[]).map(({ shop, things, worth, last }) => [shop, things, worth, last]);
    return { rows, deadLetters, held };
  };
  const reached = async (stream: Stream, { partition, offset }: Appended): Promise<Json> => {
    await eventually(
      `${stream} are folded beyond ${offset}`,
      async () => {
        const { offsets } = (await answer(stream))['answer'] as { offsets: Record<string, number[]> };
        return (offsets[stream]?.[partition] ?? 0) > offset;
      },
      NOTICED_MS,
    );
    return answer(stream);
  };
  const rebuild = async (stream: Stream): Promise<void> => {
    const orchestrator = platform.url('replay-orchestrator');
    const asked = await post(`${orchestrator}/v1/views/${stream}-by-shop/rebuilds`, {});
    const isPublished = async (): Promise<boolean> =>
      (await call(`${orchestrator}/v1/rebuilds/${String(asked.body['id'])}`)).body['state'] === 'published';
    await eventually('the rebuild is published', isPublished, NOTICED_MS);
  };
  /** The same from both layers: as it stands, and after a rebuild. */
  const expectExactly = async (stream: Stream, expected: Json): Promise<void> => {
    expect(told(await answer(stream))).toEqual(expected);
    await rebuild(stream);
    expect(told(await answer(stream))).toEqual(expected);
  };
  const letterAt = (stream: Stream, { partition, offset }: Appended): string =>
    `${platform.url('replay-orchestrator')}/v1/dead-letters/${stream}/${partition}/${offset}`;
  const resolve = async (how: 'redrive' | 'discard', stream: Stream, dead: Appended, body: Json): Promise<Appended> => {
    const isArchived = async (): Promise<boolean> => (await call(letterAt(stream, dead))).status === 200;
    await eventually('the dead letter is archived', isArchived, NOTICED_MS);
    const reply = await post(`${letterAt(stream, dead)}/${how}`, { by: 'ann', ...body });
    expect(reply).toMatchObject({ status: 202, body: { by: 'ann', resolution: how } });
    return { partition: dead.partition, offset: Number(reply.body['appendedAt']) };
  };

  it(
    'is counted, and its key waits or goes on, until somebody resolves it; both layers are exact at every step',
    async () => {
      await send(event('sales', '1', 'a', 1), event('sightings', '1', 'a', 1));
      const [deadSale, deadSighting] = [await poison('sales', 'a', '2', '{'), await poison('sightings', 'a', '2', '{')];
      const later = (stream: Stream): readonly Json[] => [
        event(stream, '3', 'a', 3),
        event(stream, '4', 'a', 4),
        event(stream, '5', 'b', 5),
        event(stream, '3', 'a', 3),
      ];
      const position = await send(...later('sales'), ...later('sightings'));
      await answer('sales', `&atLeast=${position}&waitMs=10000`);
      await answer('sightings', `&atLeast=${position}&waitMs=10000`);
      await expectExactly('sales', {
        ...{
          rows: [
            ['a', 1, 1, 1],
            ['b', 1, 5, 5],
          ],
          deadLetters: 1,
          held: 2,
        },
      });
      await expectExactly('sightings', {
        ...{
          rows: [
            ['a', 3, 8, 4],
            ['b', 1, 5, 5],
          ],
          deadLetters: 1,
          held: 0,
        },
      });

      for (const app of ['speed-view-builder', 'batch-view-builder'] as const) {
        await platform.kill(app);
        platform.start(app);
        await platform.ready(app);
      }
      const corrected = { event: event('sales', '2', 'a', 2), note: 'the scale was off' };
      const redriven = await resolve('redrive', 'sales', deadSale, corrected);
      await reached('sales', redriven);
      await expectExactly('sales', {
        ...{
          rows: [
            ['a', 4, 10, 4],
            ['b', 1, 5, 5],
          ],
          deadLetters: 0,
          held: 0,
        },
      });
      const discarded = await resolve('discard', 'sightings', deadSighting, {});
      await reached('sightings', discarded);
      await expectExactly('sightings', {
        ...{
          rows: [
            ['a', 3, 8, 4],
            ['b', 1, 5, 5],
          ],
          deadLetters: 0,
          held: 0,
        },
      });

      // what is resolved stays so, and the key goes on
      expect(await post(`${letterAt('sales', deadSale)}/redrive`, { by: 'bob' })).toMatchObject({ status: 409 });
      expect((await call(letterAt('sales', deadSale))).body).toMatchObject({
        ...{ state: 'redriven', resolvedAt: redriven.offset, key: 'a', code: 'unreadable' },
        actions: [{ by: 'ann', note: 'the scale was off', appendedAt: redriven.offset }],
      });
      await answer('sales', `&atLeast=${await send(event('sales', '6', 'a', 6))}&waitMs=10000`);
      await expectExactly('sales', {
        ...{
          rows: [
            ['a', 5, 16, 6],
            ['b', 1, 5, 5],
          ],
          deadLetters: 0,
          held: 0,
        },
      });
    },
    TEST_MS,
  );

  it(
    'is told of on the topic of dead letters, with every byte of it; those alike are grouped, and resolved together',
    async () => {
      const dead = [
        await poison('sales', 'c', 'x1', '{"shop":"c"}'),
        await poison('sales', 'c', 'x2', '{"shop":"c"}'),
        await poison('sales', 'd', 'x3', '{"shop":"d"}'),
      ];
      const letters = `${platform.url('replay-orchestrator')}/v1/dead-letters`;
      const groups = async (): Promise<readonly Json[]> =>
        (await call(`${letters}/groups?stream=sales`)).body['groups'] as readonly Json[];
      await eventually('they are archived', async () => (await groups())[0]?.['count'] === 3, NOTICED_MS);
      const [group = {}] = await groups();
      expect(group).toMatchObject({ stream: 'sales', code: 'invalid-data' });

      const first = dead[0] as Appended;
      const topic = new KafkaRawReader({ brokers: kafkaBrokers, namespace: platform.namespace, topics: 'dead' });
      const copies: RawRecord[] = [];
      const isTold = async (): Promise<boolean> => {
        const { partition } = first;
        const { end } = await topic.bounds('sales');
        if ((end[partition] ?? 0) === 0) return false;
        copies.length = 0;
        (await topic.read({ stream: 'sales', partition }, { from: 0 })).forEach((copy) => copies.push(copy.copy()));
        return copies.some(({ headers }) => headers.some(([, value]) => value?.toString() === 'x1'));
      };
      await eventually('it is told', isTold, NOTICED_MS);
      const copy = copies.find(({ headers }) => headers.some(([, value]) => value?.toString() === 'x1'));
      expect([copy?.key?.toString(), copy?.value?.toString()]).toEqual(['c', '{"shop":"c"}']);
      const headers = Object.fromEntries((copy?.headers ?? []).map(([name, value]) => [name, value?.toString()]));
      expect(headers).toMatchObject({
        ...{ ce_id: 'x1', 'twofold-origin': `sales/${first.partition}/${first.offset}` },
        ...{ 'twofold-code': 'invalid-data', 'twofold-reason': group['reason'] },
      });
      await topic.close();

      const alike = { stream: 'sales', code: group['code'], reason: group['reason'], by: 'ann' };
      const discarded = await post(`${letters}/resolve`, { ...alike, resolution: 'discard' });
      expect(discarded).toMatchObject({ status: 202, body: { resolved: 3, next: null } });
      const isNone = async (): Promise<boolean> => told(await answer('sales'))['deadLetters'] === 0;
      await eventually('none is open', isNone, NOTICED_MS);
      await eventually('the archive knows it', async () => (await groups()).length === 0, NOTICED_MS);
    },
    TEST_MS,
  );

  it(
    'does not make the layers drift',
    async () => {
      const audits = `${platform.url('replay-orchestrator')}/v1/views/sales-by-shop/audits?limit=100`;
      const { body } = await call(audits);
      const states = (body['audits'] as Json[]).map(({ state }) => state);
      expect(states).toContain('same');
      expect(states).not.toContain('drifted');
    },
    TEST_MS,
  );
});
