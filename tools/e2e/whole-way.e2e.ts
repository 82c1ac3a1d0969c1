import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, testServers } from '@twofold/testkit';
import { APPS } from '../demo/apps.ts';
import { Platform } from './platform.ts';

const START_MS = 120_000;
const TEST_MS = 60_000;

const { kafkaBrokers, redisUrl, databaseUrl } = testServers();
const servers = { KAFKA_BROKERS: kafkaBrokers.join(','), REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };

type Json = Record<string, unknown>;
type Reply = { readonly status: number; readonly type: string; readonly body: Json };

const DAY_MS = 86_400_000;
const today = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS).toISOString();
const yesterday = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS).toISOString();
const tomorrow = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS + DAY_MS).toISOString();

const registration = (id: string, time: string): Json => ({
  specversion: '1.0',
  id,
  source: 'urn:twofold:e2e',
  type: 'account.registered',
  dataschema: 'urn:twofold:schema:account.registered:1',
  subject: id,
  time,
  data: { plan: 'free', country: null },
});

const landing = (id: string, origin: string, delay: number, time = '2001-03-01T10:00:00Z'): Json => ({
  specversion: '1.0',
  id,
  source: 'urn:twofold:e2e',
  type: 'flight.landed',
  dataschema: 'urn:twofold:schema:flight.landed:1',
  subject: `${origin}-JFK`,
  time,
  data: { date: time, delay, distance: 700, origin, destination: 'JFK' },
});

describe('the whole way through the five apps', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.open(servers);
  }, START_MS);
  afterAll(async () => {
    await platform.close();
  }, START_MS);

  const call = async (url: string, init: RequestInit = {}): Promise<Reply> => {
    const response = await fetch(url, init);
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      body: (await response.json()) as Json,
    };
  };
  const send = (events: unknown): Promise<Reply> =>
    call(`${platform.url('ingest')}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(events),
    });
  const view = (path: string): Promise<Reply> => call(`${platform.url('serving-gateway')}/v1/views/${path}`);
  const rebuilt = async (name: string): Promise<void> => {
    const orchestrator = platform.url('replay-orchestrator');
    const asked = await call(`${orchestrator}/v1/views/${name}/rebuilds`, { method: 'POST' });
    expect(asked.status).toBe(202);
    const rebuild = `${orchestrator}/v1/rebuilds/${String(asked.body['id'])}`;
    await eventually(
      'the rebuild is published',
      async () => (await call(rebuild)).body['state'] === 'published',
      TEST_MS,
    );
  };
  const graphql = (query: string): Promise<Reply> =>
    call(`${platform.url('serving-gateway')}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });

  it(
    'says how many new users there were yesterday, and today so far, in one query',
    async () => {
      const sent = await send([
        registration('a', yesterday),
        registration('b', `${yesterday.slice(0, 10)}T23:59:59.999Z`),
        registration('c', today),
      ]);
      expect(sent.status).toBe(202);
      const query = `from=${yesterday}&to=${tomorrow}&atLeast=${String(sent.body['position'])}&waitMs=10000`;
      const { body } = await view(`new-users-by-day/rows?${query}`);
      expect(body['rows']).toEqual([
        { window: { start: yesterday, end: today }, newUsers: 2 },
        { window: { start: today, end: tomorrow }, newUsers: 1 },
      ]);
    },
    TEST_MS,
  );

  it(
    'answers with rows and all that is known of how they came about, the same from the batch view as from the speed view',
    async () => {
      const sent = await send([
        landing('1', 'BOS', 5),
        landing('2', 'BOS', -3),
        landing('3', 'BOS', 8, '2001-03-02T00:00:00Z'),
      ]);
      const { body: before } = await view(
        `delays-by-airport/rows?airport=BOS&atLeast=${String(sent.body['position'])}&waitMs=10000`,
      );
      const rows = [
        {
          airport: 'BOS',
          window: { start: '2001-03-01T00:00:00.000Z', end: '2001-03-02T00:00:00.000Z' },
          flights: 2,
          totalDelay: 2,
          worstDelay: 5,
          averageDelay: 1,
        },
        {
          airport: 'BOS',
          window: { start: '2001-03-02T00:00:00.000Z', end: '2001-03-03T00:00:00.000Z' },
          flights: 1,
          totalDelay: 8,
          worstDelay: 8,
          averageDelay: 8,
        },
      ];
      expect(before['rows']).toEqual(rows);
      expect(before['next']).toBeNull();
      expect(before['answer']).toEqual({
        view: 'delays-by-airport',
        version: expect.stringMatching(/^[0-9a-f]{16}$/),
        generation: expect.any(Number),
        cut: { flights: [expect.any(Number), expect.any(Number)] },
        offsets: { flights: [expect.any(Number), expect.any(Number)] },
        position: expect.any(String),
        freshness: { appliedAt: expect.stringMatching(/Z$/), ageMs: expect.any(Number), lagEvents: 0 },
        parts: { batchRows: expect.any(Number), speedRows: expect.any(Number) },
        catchingUp: false,
        deadLetters: 0,
        duplicates: 0,
        held: 0,
      });

      await rebuilt('delays-by-airport');
      const { body: after } = await view('delays-by-airport/rows?airport=BOS');
      expect(after['rows']).toEqual(rows);
      expect((after['answer'] as Json)['parts']).toEqual({ batchRows: 2, speedRows: 0 });
    },
    TEST_MS,
  );

  it(
    'rolls up to months and to fewer dimensions and keeps rows by their measures, over batch and speed rows as one',
    async () => {
      const sent = await send([
        landing('m1', 'BOS', 4, '2001-03-31T23:00:00Z'),
        landing('m2', 'MIA', 40, '2001-04-01T00:00:00Z'),
        landing('m3', 'MIA', -1, '2001-04-30T23:59:59Z'),
      ]);
      const atLeast = `atLeast=${String(sent.body['position'])}&waitMs=10000`;
      const march = { start: '2001-03-01T00:00:00.000Z', end: '2001-04-01T00:00:00.000Z' };
      const april = { start: '2001-04-01T00:00:00.000Z', end: '2001-05-01T00:00:00.000Z' };
      const filter = 'airport=BOS&airport=MIA&granularity=month';
      const byMonth = await view(`delays-by-airport/rows?${filter}&${atLeast}`);
      expect(byMonth.body['rows']).toEqual([
        { airport: 'BOS', window: march, flights: 4, totalDelay: 14, worstDelay: 8, averageDelay: 3.5 },
        { airport: 'MIA', window: april, flights: 2, totalDelay: 39, worstDelay: 40, averageDelay: 19.5 },
      ]);
      expect((byMonth.body['answer'] as Json)['parts']).toEqual({ batchRows: 1, speedRows: 2 });
      const few = await view(`delays-by-airport/rows?${filter}&groupBy=&having=flights<4`);
      expect(few.body['rows']).toEqual([
        { window: april, flights: 2, totalDelay: 39, worstDelay: 40, averageDelay: 19.5 },
      ]);
      const { body } = await graphql(`
        {
          delaysByAirport(
            where: { airport: ["BOS", "MIA"] }
            granularity: year
            groupBy: []
            having: { flights: { ge: 6 } }
          ) {
            rows {
              airport
              flights
              worstDelay
            }
          }
        }
      `);
      expect(((body['data'] as Json)['delaysByAirport'] as Json)['rows']).toEqual([
        { airport: null, flights: 6, worstDelay: 40 },
      ]);
    },
    TEST_MS,
  );

  it(
    'counts an event once that is sent again, from the speed view and from the batch view alike',
    async () => {
      const event = landing('once', 'ANC', 9);
      await send([event, landing('twice', 'ANC', 1), event]);
      const sent = await send([event]);
      const query = `delays-by-airport/rows?airport=ANC&atLeast=${String(sent.body['position'])}&waitMs=10000`;
      const seen = ({ body }: Reply): unknown => [
        (body['rows'] as Json[]).map(({ flights, totalDelay }) => [flights, totalDelay]),
        (body['answer'] as Json)['duplicates'],
      ];
      expect(seen(await view(query))).toEqual([[[2, 10]], 2]);
      await rebuilt('delays-by-airport');
      const after = await view(query);
      expect(seen(after)).toEqual([[[2, 10]], 2]);
      expect((after.body['answer'] as Json)['parts']).toEqual({ batchRows: 1, speedRows: 0 });
      const metrics = await (await fetch(`${platform.url('batch-view-builder')}/metrics`)).text();
      const setAside = [
        ...metrics.matchAll(/^twofold_records_set_aside_total\{stream="flights".*verdict="duplicate"\} (\d+)$/gm),
      ];
      expect(setAside.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(2);
    },
    TEST_MS,
  );

  it(
    'filters, orders and pages, by REST and by GraphQL alike',
    async () => {
      const sent = await send(
        ['DEN', 'PHX', 'SEA', 'SFO'].flatMap((airport, index) =>
          Array.from({ length: index + 1 }, (_, n) => landing(`${airport}${n}`, airport, index)),
        ),
      );
      const atLeast = `atLeast=${String(sent.body['position'])}&waitMs=10000`;
      const filter = 'airport=DEN&airport=PHX&airport=SEA&airport=SFO';
      const airports = ({ body }: Reply): unknown => (body['rows'] as Json[]).map((row) => row['airport']);
      const first = await view(`delays-by-airport/rows?${filter}&orderBy=-flights&limit=3&${atLeast}`);
      expect(airports(first)).toEqual(['SFO', 'SEA', 'PHX']);
      const second = await view(
        `delays-by-airport/rows?${filter}&orderBy=-flights&limit=3&cursor=${String(first.body['next'])}`,
      );
      expect(airports(second)).toEqual(['DEN']);
      expect(second.body['next']).toBeNull();

      const { body } = await graphql(`
        {
          delaysByAirport(where: { airport: ["DEN", "PHX", "SEA", "SFO"] }, orderBy: flights_desc, first: 2) {
            rows {
              airport
              flights
              averageDelay
              window {
                start
              }
            }
            next
            answer {
              generation
              position
              freshness {
                lagEvents
              }
            }
          }
        }
      `);
      const answer = (body['data'] as Json)['delaysByAirport'] as Json;
      expect(answer['rows']).toEqual([
        { airport: 'SFO', flights: 4, averageDelay: 3, window: { start: '2001-03-01T00:00:00.000Z' } },
        { airport: 'SEA', flights: 3, averageDelay: 2, window: { start: '2001-03-01T00:00:00.000Z' } },
      ]);
      expect(answer['next']).toEqual(expect.any(String));
    },
    TEST_MS,
  );

  it(
    'audits each generation, tells what came of it, and counts what each app did',
    async () => {
      const orchestrator = platform.url('replay-orchestrator');
      const audits = async (path: string): Promise<readonly Json[]> =>
        (await call(`${orchestrator}/v1/${path}`)).body['audits'] as Json[];
      const ofDelays = (): Promise<readonly Json[]> => audits('views/delays-by-airport/audits');
      const isCompared = ({ state, comparedRows }: Json): boolean => state === 'same' && Number(comparedRows) > 0;
      await eventually('a generation is compared', async () => (await ofDelays()).some(isCompared), TEST_MS);
      expect((await ofDelays()).filter(({ state }) => state === 'drifted')).toEqual([]);
      const latest = await audits('audits/latest');
      expect(latest.map(({ view: of }) => of)).toContain('delays-by-airport');

      const metricsOf = async (app: (typeof APPS)[number]): Promise<string> =>
        (await fetch(`${platform.url(app)}/metrics`)).text();
      for (const app of APPS) expect(await metricsOf(app)).toMatch(/^process_cpu_seconds_total \d/m);
      const builder = await metricsOf('batch-view-builder');
      expect(builder).toMatch(/^twofold_audits_total\{view="delays-by-airport",state="same"\} [1-9]/m);
      expect(builder).toMatch(/^twofold_audit_drifted_rows\{view="delays-by-airport",version="[0-9a-f]{16}"\} 0$/m);
      expect(builder).toMatch(/^twofold_events_archived_total\{stream="flights",partition="\d"\} [1-9]/m);
      const folded = [
        ...(await metricsOf('speed-view-builder')).matchAll(
          /^twofold_events_folded_total\{stream="flights",partition="\d"\} (\d+)$/gm,
        ),
      ];
      const { body } = await view('delays-by-airport/rows?limit=1');
      const { flights = [] } = (body['answer'] as Json)['offsets'] as Record<string, readonly number[]>;
      // each record once, though several views fold it and boundaries make them stop in between
      expect(folded.map(([, count]) => Number(count)).sort()).toEqual([...flights].sort());
    },
    TEST_MS,
  );

  it(
    'writes the archive anew in another layout, and what is rebuilt from it is the same',
    async () => {
      await rebuilt('delays-by-airport');
      const rows = 'delays-by-airport/rows?from=2001-01-01&to=2002-01-01';
      const before = (await view(rows)).body['rows'];
      const migrations = `${platform.url('replay-orchestrator')}/v1/archive/migrations`;
      const asked = await call(migrations, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ layout: { partitionedBy: 'month' }, switch: 'auto', by: 'ops@example.org' }),
      });
      expect(asked.status).toBe(202);
      const migration = `${migrations}/${String(asked.body['id'])}`;
      const isSwitched = async (): Promise<boolean> => (await call(migration)).body['phase'] === 'switched';
      await eventually('the migration has switched', isSwitched, TEST_MS);
      await rebuilt('delays-by-airport');
      expect((await view(rows)).body['rows']).toEqual(before);
    },
    TEST_MS,
  );

  it('refuses what it cannot answer, and names what exists', async () => {
    const refused = async (path: string): Promise<[number, unknown, unknown]> => {
      const { status, type, body } = await view(path);
      expect(type).toMatch(/^application\/problem\+json/);
      return [status, body['code'], body['detail']];
    };
    expect(await refused('delays/rows')).toEqual([404, 'unknown-view', expect.stringContaining('delays-by-airport')]);
    expect(await refused('delays-by-airport/rows?city=ATL')).toEqual([
      400,
      'unknown-dimension',
      expect.stringContaining('airport'),
    ]);
    expect(await refused('delays-by-airport/rows?orderBy=lateness')).toEqual([
      400,
      'unknown-measure',
      expect.stringContaining('totalDelay'),
    ]);
    expect(await refused('delays-by-airport/rows?from=yesterday')).toEqual([
      400,
      'invalid-range',
      expect.stringContaining('ISO 8601'),
    ]);
    expect(await refused('delays-by-airport/rows?from=2001-02-01&to=2001-01-01')).toEqual([
      400,
      'invalid-range',
      expect.stringContaining('after'),
    ]);
    expect(await refused('delays-by-airport/rows?limit=0')).toEqual([
      400,
      'invalid-value',
      expect.stringContaining('limit'),
    ]);
    expect(await refused('delays-by-airport/rows?limit=1&limit=2')).toEqual([
      400,
      'invalid-value',
      expect.stringContaining('2 times'),
    ]);
    expect(await refused('delays-by-airport/rows?cursor=abc')).toEqual([
      400,
      'invalid-value',
      expect.stringContaining('cursor'),
    ]);
    expect(await refused('delays-by-airport/rows?atLeast=abc')).toEqual([400, 'invalid-position', expect.any(String)]);
    const unknown = await graphql('{ delaysByAirport { rows { airport lateness } } }');
    expect(JSON.stringify(unknown.body['errors'])).toContain('lateness');
  });

  it('waits for a position no longer than it may, then says where it is', async () => {
    const { body } = await view('delays-by-airport/rows?limit=1');
    const position = Buffer.from(JSON.stringify([1, { flights: { 0: 1_000_000 } }])).toString('base64url');
    const late = await view(`delays-by-airport/rows?atLeast=${position}&waitMs=50`);
    expect([late.status, late.body['code']]).toEqual([409, 'position-not-reached']);
    const same = await view(`delays-by-airport/rows?limit=1&atLeast=${String((body['answer'] as Json)['position'])}`);
    expect(same.status).toBe(200);
  });

  it('takes the good events of a batch, names the bad ones, and puts nothing of those on the log', async () => {
    const { body: before } = await view('delays-by-airport/rows?limit=1');
    const mixed = await send([landing('good', 'MIA', 1), { ...landing('bad', 'MIA', 1), data: { origin: 'MIA' } }]);
    expect(mixed.status).toBe(207);
    expect(mixed.body['results']).toEqual([
      { id: 'good', status: 'accepted' },
      {
        id: 'bad',
        status: 'rejected',
        error: { code: 'invalid-data', message: expect.any(String), pointer: expect.stringMatching(/^\/1\/data/) },
      },
    ]);
    const { body: after } = await view(
      `delays-by-airport/rows?limit=1&atLeast=${String(mixed.body['position'])}&waitMs=10000`,
    );
    const sum = (answer: unknown): number =>
      ((answer as Json)['offsets'] as { flights: number[] }).flights.reduce((a, b) => a + b, 0);
    expect(sum(after['answer'])).toBe(sum(before['answer']) + 1);
  });
});
