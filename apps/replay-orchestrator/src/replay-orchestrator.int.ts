import { randomBytes, randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresReplayLedger } from '@twofold/batch-view-store-postgres';
import { catalog } from '@twofold/catalog';
import { controlEvent, type ControlEventData, type RebuildProgress } from '@twofold/core';
import { KafkaControlChannel } from '@twofold/event-log-kafka';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import { parseSettings, startApp } from '@twofold/platform';
import type { ControlEvent } from '@twofold/ports';
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
    ['/v1/nothing', 404, 'not-found'],
  ])('answers GET %s with a problem', async (path, status, code) => {
    expect(await get(path)).toMatchObject({ status, body: { status, code, type: `urn:twofold:problem:${code}` } });
  });

  it('is ready while Postgres answers', async () => {
    expect(await get('/health/ready')).toEqual({ status: 200, body: { status: 'ready', checks: { postgres: 'ok' } } });
  });
});
