import { randomBytes, randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  PostgresBatchViewStore,
  PostgresBoundaries,
  PostgresBuildStage,
  PostgresReplayJournal,
  PostgresViewVersions,
} from '@twofold/batch-view-store-postgres';
import { catalog } from '@twofold/catalog';
import { noteFinding, planView, viewNamed, type Difference, type ReplayFinding, type ViewPlan } from '@twofold/core';
import { KafkaAdmin, KafkaControlChannel, KafkaWriter } from '@twofold/event-log-kafka';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import { parseSettings, startApp } from '@twofold/platform';
import type { ControlEvent } from '@twofold/ports';
import { eventually, testDatabase, testServers } from '@twofold/testkit';
import { Kafka } from 'kafkajs';
import { replayOrchestratorApp } from './replay-orchestrator-app.js';

const TWOFOLD_NAMESPACE = `replays-${randomBytes(4).toString('hex')}`;
const brokers = testServers().kafkaBrokers;
const database = testDatabase();
const CUT = { flights: [4, 6] };
const ANN = { by: 'ann' };

/** A view of the catalog, and a version of it from before: that one serves. */
const versionsOf = (name: string): { readonly before: ViewPlan; readonly after: ViewPlan } => {
  const after = viewNamed(catalog, name);
  const { definition } = after;
  if (definition.kind !== 'view') throw new Error(`${name} is no view`);
  const view = { ...definition, measures: definition.measures.slice(0, 1) };
  return { before: planView(view, catalog.events), after };
};
const DELAYS = versionsOf('delays-by-airport');
const ROUTES = versionsOf('routes-by-day');
const NETWORK = versionsOf('network-by-hour');

let metadata: Metadata;
let journal: PostgresReplayJournal;
let versions: PostgresViewVersions;
let stage: PostgresBuildStage;
let batchViews: PostgresBatchViewStore;
let control: KafkaControlChannel;
let app: NestFastifyApplication;
let url: string;
const heard: ControlEvent[] = [];

beforeAll(async () => {
  const kafka = { brokers, namespace: TWOFOLD_NAMESPACE };
  await migrate(database.url);
  metadata = await openMetadata(database.url);
  journal = new PostgresReplayJournal(metadata);
  versions = new PostgresViewVersions(metadata);
  stage = new PostgresBuildStage(metadata);
  batchViews = new PostgresBatchViewStore(metadata);
  for (const { before, after } of [DELAYS, ROUTES, NETWORK])
    for (const plan of [before, after]) await batchViews.register(plan, { flights: 2 });
  for (const { before } of [DELAYS, ROUTES]) await publishBefore(before);
  await fillLog(kafka);
  control = new KafkaControlChannel(kafka);
  await control.subscribe('builder', async (event) => void heard.push(event));
  const settings = parseSettings(replayOrchestratorApp.settings, {
    ...{ KAFKA_BROKERS: brokers.join(','), DATABASE_URL: database.url, TWOFOLD_NAMESPACE },
    ...{ PORT: '0', LOG_LEVEL: 'silent', REPLAY_ENGINE: 'fold', REPLAY_KEEP_MS: '3600000' },
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

/** Partition 0 has 4 records, partition 1 has 6, of which 5 are archived. */
async function fillLog(kafka: ConstructorParameters<typeof KafkaWriter>[0]): Promise<void> {
  const admin = new KafkaAdmin(kafka);
  await admin.ensureStream('flights', 2);
  await admin.close();
  const log = new KafkaWriter(kafka);
  const records = Array.from({ length: 6 }, () => ({ key: null, value: Buffer.from('{}'), headers: [] }));
  await log.appendTo({ stream: 'flights', partition: 0 }, records.slice(0, 4));
  await log.appendTo({ stream: 'flights', partition: 1 }, records);
  await log.close();
  await archive(0, 5, 1_234);
}
/** As an archiver does. */
async function archive(from: number, to: number, sizeBytes: number): Promise<void> {
  const range = { edition: 1, stream: 'flights', partition: 1, fromOffset: BigInt(from) };
  await metadata.prisma.archiveRange.create({ data: { ...range, toOffset: BigInt(to), deadLetters: 0 } });
  const file = { location: `/archive/${from}`, eventType: 'flight.landed', eventVersion: 1, rowCount: to - from };
  await metadata.prisma.archiveFile.create({ data: { ...range, ...file, sizeBytes: BigInt(sizeBytes) } });
}

type Body = Record<string, unknown>;
type Reply = { readonly status: number; readonly body: Body };
const call = async (path: string, init: RequestInit = {}): Promise<Reply> => {
  const response = await fetch(url + path, init);
  return { status: response.status, body: (await response.json()) as Body };
};
const post = (path: string, body: unknown = {}): Promise<Reply> =>
  call(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
type Answer = {
  readonly data: Record<string, Body> | null;
  readonly errors?: readonly { readonly extensions?: unknown }[];
};
const ask = async (query: string, variables: Body = {}): Promise<Answer> =>
  (await post('/graphql', { query, variables })).body as Answer;

async function start({ after }: { readonly after: ViewPlan }, body: Body = ANN): Promise<string> {
  const { status, body: replay } = await post(`/v1/views/${after.id.name}/replays`, body);
  expect(status).toBe(202);
  return String(replay['id']);
}
/** As a builder does. */
async function find(id: string, finding: ReplayFinding): Promise<void> {
  const found = await journal.get(id);
  if (found === null) throw new Error(`${id} is gone`);
  await journal.append(id, found.length, noteFinding(found.replay, finding, 1_000));
}
async function found(id: string, { after }: { readonly after: ViewPlan }): Promise<void> {
  await versions.found(after.id, CUT);
  await find(id, { kind: 'founded', cut: CUT, generationBefore: 0 });
}
const DIFFERENCE: Difference = {
  ...{ comparedRows: 9, onlyBefore: 0, onlyAfter: 1, changedRows: 2 },
  measures: { flights: { changedRows: 2, before: '10', after: '8' } },
  ...{ measuresOnlyBefore: [], measuresOnlyAfter: ['worstDelay'] },
  samples: [{ key: { airport: 'ATL' }, before: { flights: 7 }, after: null }],
};
async function publish(plan: ViewPlan): Promise<void> {
  const summary = { deadLetters: 0, duplicates: 0, held: 0, appliedAtMs: null, madeBy: 'fold' };
  await batchViews.load(plan, 1, CUT, (async function* () {})(), summary);
  await batchViews.publish(plan.id, 1);
}
async function publishBefore(before: ViewPlan): Promise<void> {
  const boundaries = new PostgresBoundaries(metadata);
  await boundaries.requestCut(before.id);
  for (const [partition, offset] of CUT.flights.entries())
    await boundaries.propose(before.id, 1, { stream: 'flights', partition }, offset);
  await publish(before);
}
async function built(id: string, { after }: { readonly after: ViewPlan }): Promise<void> {
  await publish(after);
  await find(id, { kind: 'built', rowCount: 9, events: 10, busyMs: 4 });
  await find(id, { kind: 'compared', difference: DIFFERENCE, keepMs: 1 });
}
/** What an earlier test left: its version is a candidate again. */
async function cleanUp(id: string, { after }: { readonly after: ViewPlan }): Promise<void> {
  await post(`/v1/replays/${id}/cancel`, ANN);
  await versions.remove(after.id);
  await versions.forget(after.id);
  await stage.drop(id);
  await find(id, { kind: 'removed' });
}
const whenIn = (id: string, phase: string): Promise<void> =>
  eventually(`replay ${id} is ${phase}`, async () => (await call(`/v1/replays/${id}`)).body['phase'] === phase);

describe('replays by REST', () => {
  const { before, after } = DELAYS;
  const VIEW = `/v1/views/${after.id.name}`;

  it('are planned: what would be gone through, and nothing is written', async () => {
    const planned = {
      ...{ view: after.id.name, version: after.id.version, before: before.id.version, engine: 'fold', events: 10 },
      partitions: [
        { stream: 'flights', partition: 0, from: 0, to: 4, archivedTo: 0, logStart: 0 },
        { stream: 'flights', partition: 1, from: 0, to: 6, archivedTo: 5, logStart: 0 },
      ],
      ...{ files: 1, bytes: 1_234, estimatedMs: null, windows: null },
    };
    expect(await call(`${VIEW}/replays/plan`, { method: 'POST' })).toEqual({ status: 200, body: planned });
    const { body } = await post(`${VIEW}/replays/plan`, { engine: 'duckdb', version: after.id.version });
    expect(body).toEqual({ ...planned, engine: 'duckdb' });
    expect((await call('/v1/replays')).body).toEqual({ replays: [] });
  });

  it('are started, paused, resumed, throttled and cancelled; who did what, when and why stays', async () => {
    const asked = {
      ...{ version: after.id.version, engine: 'duckdb', eventsPerSecond: 500, promoteWithin: { rows: 3, share: 0.1 } },
      ...{ by: 'ann', note: 'cancelled flights count' },
    };
    const response = await fetch(`${url}${VIEW}/replays`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(asked) },
    });
    const replay = (await response.json()) as Body;
    const path = `/v1/replays/${String(replay['id'])}`;
    expect([response.status, response.headers.get('location')]).toEqual([202, path]);
    expect(replay).toEqual({
      ...{ id: expect.any(String), view: after.id.name, version: after.id.version, before: before.id.version },
      ...{ engine: 'duckdb', windows: null, phase: 'queued', isPaused: false, eventsPerSecond: 500 },
      ...{ promoteWithin: { rows: 3, share: 0.1 }, cut: null, rowCount: null, difference: null, failure: null },
      ...{ refusal: null, keptUntil: null, requestedBy: 'ann' },
      ...{ requestedAt: expect.any(String), updatedAt: replay['requestedAt'] },
    });
    const { id } = replay;
    await eventually('it is announced', () => heard.some(({ data }) => data['replayId'] === id));

    expect((await post(`${path}/pause`, { ...ANN, note: 'the load' })).body).toMatchObject({ isPaused: true });
    expect(await post(`${path}/resume`, ANN)).toMatchObject({ status: 202, body: { isPaused: false } });
    const throttled = await post(`${path}/throttle`, { ...ANN, eventsPerSecond: null });
    expect(throttled.body).toMatchObject({ eventsPerSecond: null });
    expect((await post(`${path}/cancel`, { by: 'bob' })).body).toMatchObject({ phase: 'cancelled' });

    const { body } = await call(`${path}/events?limit=4`);
    expect(body).toEqual({
      next: 4,
      events: [
        expect.objectContaining({ sequence: 1, type: 'replay.requested', by: 'ann', note: asked.note }),
        { sequence: 2, type: 'replay.paused', by: 'ann', note: 'the load', at: expect.any(String), data: {} },
        expect.objectContaining({ sequence: 3, type: 'replay.resumed', note: null }),
        expect.objectContaining({ sequence: 4, type: 'replay.throttled', data: { eventsPerSecond: null } }),
      ],
    });
    const rest = await call(`${path}/events?after=4`);
    expect(rest.body).toEqual({
      next: null,
      events: [expect.objectContaining({ type: 'replay.cancelled', by: 'bob' })],
    });
    await cleanUp(String(id), DELAYS);
    expect((await call(path)).body).toMatchObject({ phase: 'cleaned' });
  });

  it('tell how far each partition is, how fast it goes, and how long it takes', async () => {
    const id = await start(DELAYS);
    await found(id, DELAYS);
    await stage.open(after, id, { flights: [0, 0] }, CUT);
    const step = { stream: 'flights', partition: 1, from: 0, to: 5, busyMs: () => 10 };
    await stage.add(after, id, step, (async function* () {})());
    const { body } = await call(`/v1/replays/${id}`);
    expect(body).toMatchObject({
      ...{ phase: 'running', cut: CUT, engine: 'fold', eventsPerSecond: null },
      progress: {
        ...{ share: 0.5, eventsPerSecond: 500, remainingMs: 10 },
        partitions: [
          { stream: 'flights', partition: 0, from: 0, done: 0, to: 4 },
          { stream: 'flights', partition: 1, from: 0, done: 5, to: 6 },
        ],
      },
    });
    await cleanUp(id, DELAYS);
  });

  it('are compared, promoted, rolled back in one step, and promoted again', async () => {
    const id = await start(DELAYS);
    await found(id, DELAYS);
    await built(id, DELAYS);
    expect((await call(`/v1/replays/${id}`)).body).toMatchObject({
      ...{ phase: 'compared', rowCount: 9, difference: { differentRows: 3, ...DIFFERENCE }, progress: { share: 1 } },
    });
    expect((await post(`/v1/replays/${id}/promote`, ANN)).body).toMatchObject({ phase: 'promoting' });
    await whenIn(id, 'promoted');
    expect(await versions.serving(after.id.name)).toBe(after.id.version);
    const { body } = await call(`${VIEW}/versions`);
    const retired = { state: 'retired', isDeclared: false, replay: null, keptUntil: expect.any(String) };
    expect(body).toEqual({
      versions: [
        { version: before.id.version, ...retired },
        { version: after.id.version, state: 'serving', isDeclared: true, keptUntil: null, replay: id },
      ],
    });
    const [{ keptUntil } = { keptUntil: '' }] = body['versions'] as { keptUntil: string }[];
    expect(Date.parse(keptUntil) - Date.now()).toBeGreaterThan(3_000_000);

    await post(`/v1/replays/${id}/rollback`, { by: 'bob', note: 'it was right before' });
    await whenIn(id, 'rolled-back');
    expect(await versions.serving(after.id.name)).toBe(before.id.version);
    await post(`/v1/replays/${id}/promote`, ANN);
    await whenIn(id, 'promoted');
    expect(await versions.serving(after.id.name)).toBe(after.id.version);
  });

  it('are listed, newest first, of one view if asked', async () => {
    const { body } = await call('/v1/replays?limit=2');
    expect(body).toMatchObject({ replays: [{ phase: 'promoted' }, { phase: 'cleaned' }] });
    const listed = await call(`/v1/replays?view=${after.id.name}`);
    expect(listed.body['replays']).toHaveLength(3);
    expect((await call(`/v1/replays?view=${ROUTES.after.id.name}`)).body).toEqual({ replays: [] });
  });

  it.each([
    ['a view that is not there', 'weather', {}, 404, 'unknown-view', undefined],
    ['a version that is not there', ROUTES.after.id.name, { version: 'lost' }, 404, 'not-found', '/version'],
    ['the version that serves', after.id.name, {}, 409, 'conflict', undefined],
    ['a version that is kept', after.id.name, { version: before.id.version }, 409, 'conflict', undefined],
    ['some partitions', ROUTES.after.id.name, { partitions: [0] }, 409, 'conflict', '/partitions'],
    [
      ...(['windows of another version', ROUTES.after.id.name] as const),
      { version: ROUTES.after.id.version, windows: { from: '2001-03-01', to: '2001-03-02' } },
      ...([409, 'conflict', '/windows'] as const),
    ],
    [
      ...(['a part of a window', ROUTES.after.id.name] as const),
      { windows: { from: '2001-03-01', to: '2001-03-01T12:00:00Z' } },
      ...([400, 'invalid-range', '/windows/to'] as const),
    ],
    ['an engine that is not there', ROUTES.after.id.name, { engine: 'abacus' }, 400, 'invalid-value', '/engine'],
    ['a field that is not there', ROUTES.after.id.name, { 'a/b': 1 }, 400, 'unknown-parameter', '/a~1b'],
    ['no object', ROUTES.after.id.name, [], 400, 'invalid-value', ''],
  ])('are refused, planned or started, of %s', async (_, view, body, status, code, pointer) => {
    const problem = { status, code, ...(pointer === undefined ? {} : { pointer }) };
    expect(await post(`/v1/views/${view}/replays/plan`, body)).toMatchObject({ status, body: problem });
    const asked = Array.isArray(body) ? body : { ...body, ...ANN };
    expect(await post(`/v1/views/${view}/replays`, asked)).toMatchObject({ status, body: problem });
    expect((await call(`/v1/replays?view=${ROUTES.after.id.name}`)).body).toEqual({ replays: [] });
  });

  it.each([
    ['/by', {}],
    ['/by', { by: '' }],
    ['/by', { by: 'x'.repeat(201) }],
    ['/note', { by: 'ann', note: '\0' }],
    ['/eventsPerSecond', { by: 'ann', eventsPerSecond: 0 }],
    ['/eventsPerSecond', { by: 'ann', eventsPerSecond: 1.5 }],
    ['/promoteWithin/share', { by: 'ann', promoteWithin: { rows: 1, share: 2 } }],
    ['/promoteWithin/rows', { by: 'ann', promoteWithin: { share: 1 } }],
  ])('are not started where %s is wrong: %j', async (pointer, body) => {
    const refusal = { status: 400, body: { code: 'invalid-value', pointer } };
    expect(await post(`/v1/views/${ROUTES.after.id.name}/replays`, body)).toMatchObject(refusal);
  });

  it.each([
    ['pause', {}, 400, 'invalid-value', '/by'],
    ['pause', { by: 'ann', why: 'so' }, 400, 'unknown-parameter', '/why'],
    ['throttle', { by: 'ann' }, 400, 'invalid-value', '/eventsPerSecond'],
    ['promote', { by: 'ann' }, 409, 'conflict', undefined],
    ['rollback', { by: 'ann' }, 409, 'conflict', undefined],
    ['repeat', { by: 'ann' }, 404, 'not-found', undefined],
  ])('are not commanded by %s %j', async (command, body, status, code, pointer) => {
    const listed = await call(`/v1/replays?view=${NETWORK.after.id.name}`);
    const [standing] = listed.body['replays'] as { readonly id: string }[];
    const id = standing?.id ?? (await start(NETWORK));
    const problem = { code, ...(pointer === undefined ? {} : { pointer }) };
    expect(await post(`/v1/replays/${id}/${command}`, body)).toMatchObject({ status, body: problem });
    expect((await journal.get(id))?.length).toBe(1);
  });

  it('of a version are not started twice', async () => {
    expect(await post(`/v1/views/${NETWORK.after.id.name}/replays`, ANN)).toMatchObject({
      ...{ status: 409, body: { code: 'conflict', detail: expect.stringContaining('queued') } },
    });
  });

  it.each([
    ['/v1/replays/nothing', 404, 'not-found'],
    ['/v1/replays/nothing/events', 404, 'not-found'],
    ['/v1/replays/%00', 400, 'invalid-value'],
    ['/v1/replays?limit=101', 400, 'invalid-value'],
    ['/v1/replays?views=x', 400, 'unknown-parameter'],
    ['/v1/replays?view=weather', 404, 'unknown-view'],
    ['/v1/views/weather/versions', 404, 'unknown-view'],
  ])('answer GET %s with a problem', async (path, status, code) => {
    expect(await call(path)).toMatchObject({ status, body: { status, code } });
  });

  it('are counted by what is left to be done of them', async () => {
    const series = 'twofold_unfinished_replays{phase="promoted"} 1';
    await eventually('it is told', async () => (await (await fetch(`${url}/metrics`)).text()).includes(series));
  });
});

describe('replays by GraphQL', () => {
  const { before, after } = ROUTES;
  const view = after.id.name;
  const FIELDS = 'id phase isPaused eventsPerSecond';

  it('are planned, started and commanded', async () => {
    const planned = await ask(
      `mutation { planReplay(view: "${view}") { version before engine events bytes partitions { partition to } } }`,
    );
    expect(planned.data?.['planReplay']).toEqual({
      ...{ version: after.id.version, before: before.id.version, engine: 'fold', events: 10, bytes: 1_234 },
      partitions: [
        { partition: 0, to: 4 },
        { partition: 1, to: 6 },
      ],
    });
    const started = await ask(
      `mutation ($within: BoundsInput) { startReplay(view: "${view}", promoteWithin: $within, by: "ann", note: "why") {
         ${FIELDS} promoteWithin { rows share } progress { share partitions { to } } } }`,
      { within: { rows: 0, share: 0.5 } },
    );
    const id = String(started.data?.['startReplay']?.['id']);
    expect(started.data?.['startReplay']).toEqual({
      ...{ id, phase: 'queued', isPaused: false, eventsPerSecond: null, promoteWithin: { rows: 0, share: 0.5 } },
      progress: { share: null, partitions: [] },
    });
    const command = async (call: string): Promise<unknown> =>
      (await ask(`mutation { done: ${call} { ${FIELDS} } }`)).data?.['done'];
    expect(await command(`pauseReplay(id: "${id}", by: "ann")`)).toMatchObject({ isPaused: true });
    expect(await command(`resumeReplay(id: "${id}", by: "ann")`)).toMatchObject({ isPaused: false });
    const throttled = await command(`throttleReplay(id: "${id}", eventsPerSecond: 7, by: "ann")`);
    expect(throttled).toMatchObject({ eventsPerSecond: 7 });
    expect(await command(`throttleReplay(id: "${id}", eventsPerSecond: null, by: "ann")`)).toMatchObject({
      eventsPerSecond: null,
    });
    await found(id, ROUTES);
    await built(id, ROUTES);
    await command(`promoteReplay(id: "${id}", by: "ann")`);
    await whenIn(id, 'promoted');
    await command(`rollbackReplay(id: "${id}", by: "ann", note: "no")`);
    await whenIn(id, 'rolled-back');

    const told = await ask(
      `query ($id: String!) { replay(id: $id) { phase keptUntil difference events(after: 1, limit: 2) { next events { sequence type by note data } } } }`,
      { id },
    );
    expect(told.data?.['replay']).toEqual({
      ...{ phase: 'rolled-back', keptUntil: expect.any(String), difference: { differentRows: 3, ...DIFFERENCE } },
      events: {
        next: 3,
        events: [
          { sequence: 2, type: 'replay.paused', by: 'ann', note: null, data: {} },
          { sequence: 3, type: 'replay.resumed', by: 'ann', note: null, data: {} },
        ],
      },
    });
    const listed = await ask(
      `{ replays(view: "${view}", limit: 1) { id version } viewVersions(view: "${view}") { state } }`,
    );
    expect(listed.data).toEqual({
      replays: [{ id, version: after.id.version }],
      viewVersions: [{ state: 'serving' }, { state: 'retired' }],
    });
  });

  it('are cancelled', async () => {
    const { body } = await call(`/v1/replays?view=${NETWORK.after.id.name}`);
    const [{ id } = { id: '' }] = body['replays'] as { readonly id: string }[];
    const { data } = await ask(`mutation { cancelReplay(id: "${id}", by: "ann") { phase } }`);
    expect(data?.['cancelReplay']).toEqual({ phase: 'cancelled' });
    await cleanUp(id, NETWORK);
  });

  it.each([
    ['{ replay(id: "nothing") { id } }', { code: 'not-found' }],
    ['{ replays(limit: 101) { id } }', { code: 'invalid-value', pointer: '/limit' }],
    ['mutation { planReplay(view: "weather") { events } }', { code: 'unknown-view' }],
    [
      `mutation { planReplay(view: "${view}", engine: "abacus") { events } }`,
      { code: 'invalid-value', pointer: '/engine' },
    ],
    [`mutation { startReplay(view: "${view}", by: "") { id } }`, { code: 'invalid-value', pointer: '/by' }],
    [
      `mutation { throttleReplay(id: "nothing", by: "ann") { id } }`,
      { code: 'invalid-value', pointer: '/eventsPerSecond' },
    ],
  ])('refuses %s', async (query, extensions) => {
    expect((await ask(query)).errors?.map((error) => error.extensions)).toEqual([extensions]);
  });

  it('refuses a query deeper than there is anything', async () => {
    const deep = '{ __schema { types '.concat('{ fields { type '.repeat(10), '{ name }', ' } }'.repeat(10), ' } }');
    expect((await ask(deep)).errors).toHaveLength(1);
  });
});

describe('history that is nowhere any more', () => {
  it('is refused before anything is written, and every range of it is named', async () => {
    const admin = new Kafka({ brokers: [...brokers], logLevel: 0 }).admin();
    await admin.connect();
    const topic = `${TWOFOLD_NAMESPACE}.events.flights`;
    await admin.fetchTopicOffsets(topic); // kafkajs forgets to ask who leads the topic
    await admin.deleteTopicRecords({
      topic,
      partitions: [
        { partition: 0, offset: '3' },
        { partition: 1, offset: '6' },
      ],
    });
    await admin.disconnect();
    const refusal = {
      ...{ status: 409, code: 'history-truncated' },
      detail: expect.stringContaining('flights/0 [0, 3), flights/1 [5, 6)'),
    };
    const path = `/v1/views/${NETWORK.after.id.name}/replays`;
    expect(await post(`${path}/plan`)).toMatchObject({ status: 409, body: refusal });
    expect(await post(path, ANN)).toMatchObject({ status: 409, body: refusal });
    const { errors } = await ask(`mutation { startReplay(view: "${NETWORK.after.id.name}", by: "ann") { id } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'history-truncated' } }]);
    expect(await metadata.prisma.replay.count({ where: { isFinal: false, isUnderWay: true } })).toBe(0);
  });

  it('is no hindrance where the archive has it', async () => {
    await archive(5, 6, 100);
    const range = { edition: 1, stream: 'flights', partition: 0, fromOffset: 0n, toOffset: 3n, deadLetters: 0 };
    await metadata.prisma.archiveRange.create({ data: range });
    const { status, body } = await post(`/v1/views/${NETWORK.after.id.name}/replays`, { ...ANN, note: randomUUID() });
    expect([status, body['phase']]).toEqual([202, 'queued']);
  });
});
