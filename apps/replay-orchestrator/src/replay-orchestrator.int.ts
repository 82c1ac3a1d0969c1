import { randomBytes, randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresAuditLedger, PostgresReplayLedger } from '@twofold/batch-view-store-postgres';
import { catalog } from '@twofold/catalog';
import { controlEvent, type ControlEventData, type RebuildProgress } from '@twofold/core';
import { KafkaControlChannel } from '@twofold/event-log-kafka';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import { parseSettings, startApp } from '@twofold/platform';
import type { Audit, ControlEvent } from '@twofold/ports';
import { eventually, testDatabase, testServers } from '@twofold/testkit';
import { replayOrchestratorApp } from './replay-orchestrator-app.js';

const TWOFOLD_NAMESPACE = `orchestrator-${randomBytes(4).toString('hex')}`;
const VIEW = 'delays-by-airport';
const view = catalog.views.find(({ id }) => id.name === VIEW)?.id ?? { name: VIEW, version: '' };
const brokers = testServers().kafkaBrokers;
const database = testDatabase();
const before = { id: randomUUID(), view, state: 'building', detail: 'its builder died', generation: null } as const;

let metadata: Metadata;
let control: KafkaControlChannel;
let app: NestFastifyApplication;
let url: string;
/** What a builder hears. */
const heard: ControlEvent[] = [];
beforeAll(async () => {
  await migrate(database.url);
  metadata = await openMetadata(database.url);
  await new PostgresReplayLedger(metadata).add({ ...before, requestedAtMs: 1, updatedAtMs: 1 });
  control = new KafkaControlChannel({ brokers, namespace: TWOFOLD_NAMESPACE });
  await control.subscribe('builder', async (event) => void heard.push(event));
  const settings = parseSettings(replayOrchestratorApp.settings, {
    KAFKA_BROKERS: brokers.join(','),
    DATABASE_URL: database.url,
    TWOFOLD_NAMESPACE,
    PORT: '0',
    LOG_LEVEL: 'silent',
  });
  app = await startApp({ name: 'replay-orchestrator', ...replayOrchestratorApp.parts(settings) }, settings);
  url = await app.getUrl();
});
afterAll(async () => {
  await app.close();
  await control.close();
  await metadata.close();
  await database.drop();
});

const get = async (path: string) => {
  const response = await fetch(url + path);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
/** Waits until a rebuild is at this state, and resolves with what is told of it. */
async function rebuildAt(id: string, state: RebuildProgress) {
  let told: Awaited<ReturnType<typeof get>> | null = null;
  await eventually(`rebuild ${id} is ${state}`, async () => {
    told = await get(`/v1/rebuilds/${id}`);
    return told.body['state'] === state;
  });
  return told;
}
const announced = (rebuildId: string) =>
  heard.filter(({ type, data }) => type === 'view.rebuild-requested' && data['rebuildId'] === rebuildId);
const tell = (rebuildId: string, state: RebuildProgress, generation: number | null) => {
  const data: ControlEventData['view.rebuild-progressed'] = { rebuildId, state, detail: `it is ${state}`, generation };
  return control.publish(controlEvent('view.rebuild-progressed', data, { id: randomUUID(), timeMs: 1 }));
};

const audit = (found: Partial<Audit> & Pick<Audit, 'view' | 'generation'>): Audit => ({
  checkedAtMs: 1_000,
  state: 'same',
  reason: null,
  comparedRows: 10,
  driftedRows: 0,
  onlyRolledForward: 0,
  onlyRecomputed: 0,
  driftByMeasure: {},
  samples: [],
  ...found,
});

describe('the replay orchestrator', () => {
  it('takes a request, has it built, and tells how it went', async () => {
    const response = await fetch(`${url}/v1/views/${VIEW}/rebuilds`, { method: 'POST' });
    const requested = (await response.json()) as { id: string };
    expect(response.status).toBe(202);
    expect(requested).toMatchObject({ view: VIEW, version: view.version, state: 'requested', generation: null });
    const location = `/v1/rebuilds/${requested.id}`;
    expect(response.headers.get('location')).toBe(location);

    await eventually('the request is announced', () => announced(requested.id).length === 1);
    expect(announced(requested.id)[0]?.data).toMatchObject({ view: VIEW, version: view.version });

    await tell(requested.id, 'building', null);
    await rebuildAt(requested.id, 'building');
    await tell(requested.id, 'published', 3);
    expect(await rebuildAt(requested.id, 'published')).toMatchObject({
      status: 200,
      body: { id: requested.id, detail: 'it is published', generation: 3 },
    });
    const { body } = await get('/v1/rebuilds?limit=1');
    expect(body).toMatchObject({ rebuilds: [{ id: requested.id }] });
  });

  it('announces at its start what was unfinished before', async () => {
    await eventually('it is announced', () => announced(before.id).length > 0);
    await tell(before.id, 'failed', null);
    await rebuildAt(before.id, 'failed');
  });

  it('goes on when it is told of a rebuild that nobody asked for', async () => {
    const response = await fetch(`${url}/v1/views/${VIEW}/rebuilds`, { method: 'POST' });
    const { id } = (await response.json()) as { id: string };
    await tell('unheard-of', 'building', null);
    await tell(id, 'published', 4);
    await rebuildAt(id, 'published');
  });

  it('tells the audits of a view, newest first, and the last of each view', async () => {
    const ledger = new PostgresAuditLedger(metadata);
    const [first, other] = catalog.views.map(({ id }) => id);
    if (first === undefined || other === undefined) throw new Error('the catalog has too few views');
    expect(await get(`/v1/views/${first.name}/audits`)).toEqual({ status: 200, body: { audits: [] } });
    await ledger.add(audit({ view: other, generation: 5 }));
    await ledger.add(audit({ view: first, generation: 1 }));
    await ledger.add(audit({ view: { ...first, version: 'of an old build' }, generation: 8 }));
    const drift = {
      state: 'drifted',
      driftedRows: 2,
      onlyRecomputed: 1,
      driftByMeasure: { flights: 1 },
      samples: [{ key: { airport: 'ATL' }, rolledForward: { flights: '[1]' }, recomputed: { flights: '[2]' } }],
    } as const;
    await ledger.add(audit({ view: first, generation: 2, ...drift }));

    const presented = { view: first.name, version: first.version, checkedAt: '1970-01-01T00:00:01.000Z', reason: null };
    const newest = { ...presented, generation: 2, comparedRows: 10, onlyRolledForward: 0, ...drift };
    const { body } = await get(`/v1/views/${first.name}/audits`);
    expect(body).toEqual({ audits: [newest, expect.objectContaining({ generation: 1, state: 'same' })] });
    expect((await get(`/v1/views/${first.name}/audits?limit=1`)).body).toEqual({ audits: [newest] });
    expect((await get('/v1/audits/latest')).body).toEqual({
      audits: [newest, expect.objectContaining({ view: other.name, generation: 5 })],
    });
  });

  it('refuses an unknown view and names the views there are', async () => {
    const response = await fetch(`${url}/v1/views/weather/rebuilds`, { method: 'POST' });
    expect(response.status).toBe(404);
    const detail = expect.stringContaining(catalog.views.map(({ id }) => id.name).join(', '));
    expect(await response.json()).toMatchObject({ code: 'unknown-view', status: 404, detail });
  });

  it.each([
    ['/v1/rebuilds/nothing', 404, 'not-found'],
    ['/v1/rebuilds?limit=0', 400, 'invalid-value'],
    ['/v1/rebuilds?limit=1e9', 400, 'invalid-value'],
    ['/v1/rebuilds?limit=1&limit=2', 400, 'invalid-value'],
    [`/v1/views/${VIEW}/audits?limit=101`, 400, 'invalid-value'],
    ['/v1/views/weather/audits', 404, 'unknown-view'],
    ['/v1/nothing', 404, 'not-found'],
  ])('answers GET %s with a problem', async (path, status, code) => {
    expect(await get(path)).toMatchObject({ status, body: { status, code, type: `urn:twofold:problem:${code}` } });
  });

  it('tells its metrics', async () => {
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(await response.text()).toMatch(/^process_cpu_seconds_total \d/m);
  });

  it('is ready while Postgres answers', async () => {
    expect(await get('/health/ready')).toEqual({
      status: 200,
      body: { status: 'ready', checks: { postgres: 'ok', replays: 'ok' } },
    });
  });
});
