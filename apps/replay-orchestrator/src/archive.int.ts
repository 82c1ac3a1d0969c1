import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FIRST_LAYOUT } from '@twofold/core';
import { migrate } from '@twofold/metadata';
import { parseSettings, startApp } from '@twofold/platform';
import { testDatabase, testServers } from '@twofold/testkit';
import { replayOrchestratorApp } from './replay-orchestrator-app.js';

const database = testDatabase();
let app: NestFastifyApplication;
let url: string;
beforeAll(async () => {
  await migrate(database.url);
  const settings = parseSettings(replayOrchestratorApp.settings, {
    ...{ KAFKA_BROKERS: testServers().kafkaBrokers.join(','), DATABASE_URL: database.url },
    ...{ TWOFOLD_NAMESPACE: `archive-${randomBytes(4).toString('hex')}`, PORT: '0', LOG_LEVEL: 'silent' },
  });
  app = await startApp({ name: 'replay-orchestrator', ...replayOrchestratorApp.parts(settings) }, settings);
  url = `${await app.getUrl()}/v1/archive`;
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const answerOf = async (response: Response) => ({
  ...{ status: response.status, location: response.headers.get('location') },
  body: (await response.json()) as Record<string, unknown>,
});
const get = async (path: string) => answerOf(await fetch(url + path));
const post = async (path: string, body: unknown) => {
  const headers = { 'content-type': 'application/json' };
  return answerOf(await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) }));
};

const by = 'ops@example.org';
const layout = { ...FIRST_LAYOUT, rangeRecords: 100_000, partitionedBy: 'month' };

describe('migrations of the archive, by REST', () => {
  it('are planned, without anything being written', async () => {
    const planned = await post('/migrations/plan', { layout: { rangeRecords: 100_000, partitionedBy: 'month' } });
    expect(planned).toMatchObject({
      status: 200,
      body: { layout, before: { edition: 1, records: 0 }, estimatedMs: null },
    });
    expect((await get('/migrations')).body).toEqual({ migrations: [] });
    expect((await get('/editions')).body).toMatchObject({ editions: [{ number: 1, state: 'current' }] });
  });

  it('are asked for one at a time, steered and cancelled; who did what is told', async () => {
    const asked = await post('/migrations', { layout, recordsPerSecond: 9, by, note: 'small files' });
    const id = String(asked.body['id']);
    const as = { id, edition: 2, before: 1, layout, phase: 'rewriting', switch: 'by-hand', recordsPerSecond: 9 };
    expect(asked).toMatchObject({ status: 202, location: `/v1/archive/migrations/${id}`, body: as });
    expect(await post('/migrations', { by })).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(await post(`/migrations/${id}/switch`, { by })).toMatchObject({ status: 409 });
    expect((await post(`/migrations/${id}/pause`, { by })).body).toMatchObject({ isPaused: true });
    expect((await post(`/migrations/${id}/resume`, { by })).body).toMatchObject({ isPaused: false });
    const throttled = await post(`/migrations/${id}/throttle`, { recordsPerSecond: null, by });
    expect(throttled.body).toMatchObject({ recordsPerSecond: null });
    expect(await post(`/migrations/${id}/cancel`, { by: 'ann', note: 'no room' })).toMatchObject({ status: 202 });

    const told = await get(`/migrations/${id}`);
    expect(told.body).toMatchObject({ phase: 'cancelled', requestedBy: by, progress: { partitions: [], share: null } });
    const events = told.body['events'] as readonly {
      readonly type: string;
      readonly by: string;
      readonly note: string;
    }[];
    expect(events.map((event) => [event.type, event.by, event.note])).toEqual([
      ['migration.requested', by, 'small files'],
      ...['paused', 'resumed', 'throttled'].map((what) => [`migration.${what}`, by, null]),
      ['migration.cancelled', 'ann', 'no room'],
    ]);
    expect((await get('/migrations?limit=5')).body).toMatchObject({ migrations: [{ id }] });
  });

  it.each([
    ['a layout that nobody makes', { layout: { rangeRecords: 5 }, by }, '/layout/rangeRecords'],
    ['a layout of something else', { layout: { sortedBy: 'type' }, by }, '/layout/sortedBy'],
    ['nobody who decides', {}, '/by'],
  ])('are refused for %s', async (_, body, pointer) => {
    expect(await post('/migrations', body)).toMatchObject({ status: 400, body: { pointer } });
  });

  it('that nobody asked for are not found, nor are commands that there are not', async () => {
    expect(await get('/migrations/none')).toMatchObject({ status: 404 });
    expect(await post('/migrations/none/cancel', { by })).toMatchObject({ status: 404 });
    expect(await post('/migrations/none/sing', { by })).toMatchObject({ status: 404 });
  });
});
