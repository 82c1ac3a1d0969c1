import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  compareRows,
  naiveProjection,
  presentRow,
  viewNamed,
  type EventOfSubject,
  type OffsetVector,
  type ViewPlan,
} from '@twofold/core';
import { eventually, testServers } from '@twofold/testkit';
import { fileURLToPath } from 'node:url';
import { ask, type PlainAnswer } from '../demo/gateway.ts';
import { AnswerPoll } from './answer-poll.ts';
import { EventFeed } from './event-feed.ts';
import { Platform } from './platform.ts';
import { prefixOf, readLog } from './read-log.ts';
import { after, before, departed, landed, trip } from './trips.ts';

const TEST_MS = 600_000;
/** A killed process' partitions are free after its session of 6 s. */
const NOTICED_MS = 90_000;
const VIEW = 'trips';
const HISTORY = 10_000;
/** So that a replay goes in many steps, and is killed in one. */
const SLOW = 2_000;

const { kafkaBrokers, redisUrl, databaseUrl } = testServers();
const servers = { KAFKA_BROKERS: kafkaBrokers.join(','), REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };
const catalogOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
/** Their rows are those of the apps; their versions are not, for functions are printed otherwise here. */
const [old, mended] = [before, after].map((catalog) => viewNamed(catalog, VIEW)) as [ViewPlan, ViewPlan];

type Json = Record<string, unknown>;
type Reply = { readonly status: number; readonly body: Json };

/** The reference at the position of an answer, shown as the gateway shows rows. */
const referenceOf = (plan: ViewPlan, events: readonly EventOfSubject[]): readonly Json[] =>
  [...naiveProjection(plan, events)]
    .sort(compareRows(plan, { by: { kind: 'window' }, descending: false }))
    .map((row) => presentRow(plan, row));

const versionOf = (answer: PlainAnswer | undefined): string =>
  String((answer?.answer as Json | undefined)?.['version']);

describe('a projection, and its next version', () => {
  let platform: Platform;
  let feed: EventFeed;
  let poll: AnswerPoll;
  const polled: PlainAnswer[] = [];
  /** Of the apps. */
  const versions: string[] = [];
  let id = '';
  beforeAll(async () => {
    platform = await Platform.open(servers, { TWOFOLD_CATALOG: catalogOf('trips-before.ts') });
    feed = new EventFeed(platform.url('ingest'), trip);
    await feed.send(HISTORY);
    feed.keepSending();
    poll = new AnswerPoll(platform.url('serving-gateway'), VIEW);
  }, TEST_MS);
  afterAll(async () => {
    await feed.stop();
    await platform.close();
  }, TEST_MS);

  const call = async (path: string, init: RequestInit = {}): Promise<Reply> => {
    const response = await fetch(`${platform.url('replay-orchestrator')}${path}`, init);
    return { status: response.status, body: (await response.json()) as Json };
  };
  const post = (path: string, body: Json): Promise<Reply> =>
    call(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const command = async (name: string): Promise<void> => {
    expect(await post(`/v1/replays/${id}/${name}`, { by: 'ops@example.org' })).toMatchObject({ status: 202 });
  };
  const until = (phase: string): Promise<void> =>
    eventually(
      `the replay is ${phase}`,
      async () => (await call(`/v1/replays/${id}`)).body['phase'] === phase,
      NOTICED_MS,
    );
  const answeredBy = (version: string | undefined): Promise<void> =>
    eventually(`answers are of ${version}`, () => versionOf(poll.answers.at(-1)) === version, NOTICED_MS);
  const generation = (): number => poll.answers.at(-1)?.answer.generation ?? 0;
  const again = async (app: Parameters<Platform['kill']>[0]): Promise<void> => {
    await platform.kill(app);
    platform.start(app);
    await platform.ready(app);
  };

  it(
    'is answered from generations and the tail, while its workers are killed',
    async () => {
      await eventually('some generations are published', () => generation() >= 3, NOTICED_MS);
      await again('speed-view-builder');
      await again('batch-view-builder');
      const reached = generation();
      await eventually('the next ones are published', () => generation() >= reached + 3, NOTICED_MS);
    },
    TEST_MS,
  );

  it(
    'has its next version deployed beside it, and is replayed by one engine only',
    async () => {
      polled.push(...(await poll.stop()));
      platform.set({ TWOFOLD_CATALOG: catalogOf('trips-after.ts') });
      for (const app of ['batch-view-builder', 'speed-view-builder', 'replay-orchestrator', 'serving-gateway'] as const)
        await again(app);
      poll = new AnswerPoll(platform.url('serving-gateway'), VIEW);
      const known = (await call(`/v1/views/${VIEW}/versions`)).body['versions'] as readonly Json[];
      expect(known).toMatchObject([{ state: 'serving' }, { state: 'candidate' }]);
      versions.push(...known.map(({ version }) => String(version)));
      expect(await post(`/v1/views/${VIEW}/replays/plan`, { engine: 'duckdb' })).toMatchObject({
        ...{ status: 400, body: { code: 'invalid-value', pointer: '/engine' } },
      });
      expect(await post(`/v1/views/${VIEW}/replays/plan`, {})).toMatchObject({
        ...{ status: 200, body: { version: versions[1], before: versions[0], engine: 'fold' } },
      });
    },
    TEST_MS,
  );

  it(
    'is replayed to it, through the death of the builder, and compared',
    async () => {
      const asked = { by: 'ops@example.org', eventsPerSecond: SLOW };
      const started = await post(`/v1/views/${VIEW}/replays`, asked);
      expect(started).toMatchObject({ status: 202 });
      id = String(started.body['id']);
      await until('running');
      await again('batch-view-builder');
      await until('compared');
      const { cut, difference } = (await call(`/v1/replays/${id}`)).body as { cut: OffsetVector; difference: Json };
      const events = prefixOf(await readLog(servers.KAFKA_BROKERS, platform.namespace, departed, landed), cut);
      const [rows, now] = [referenceOf(old, events), referenceOf(mended, events)];
      const changed = rows.filter((row, index) => JSON.stringify(row) !== JSON.stringify(now[index]));
      const done = (of: readonly Json[]): string => `${of.reduce((sum, row) => sum + Number(row['done']), 0)}`;
      expect(difference).toMatchObject({
        ...{ comparedRows: rows.length, onlyBefore: 0, onlyAfter: 0, changedRows: changed.length },
        measures: { done: { before: done(rows), after: done(now) }, lost: { changedRows: 0 } },
      });
      expect(changed.length).toBeGreaterThan(0);
    },
    TEST_MS,
  );

  it(
    'is promoted, rolled back and promoted again',
    async () => {
      await command('promote');
      await answeredBy(versions[1]);
      await until('promoted');
      await command('rollback');
      await answeredBy(versions[0]);
      await until('rolled-back');
      await command('promote');
      await answeredBy(versions[1]);
      await until('promoted');
    },
    TEST_MS,
  );

  it(
    'was answered exactly at every moment, by the version that served, and has everything in the end',
    async () => {
      await feed.stop();
      const log = await readLog(servers.KAFKA_BROKERS, platform.namespace, departed, landed);
      const whole = log.map((events) => events.length);
      const isWhole = ({ answer }: PlainAnswer): boolean =>
        JSON.stringify(answer.offsets['trips']) === JSON.stringify(whole);
      await eventually('everything is in the answer', () => isWhole(poll.answers.at(-1) as PlainAnswer), NOTICED_MS);
      polled.push(...(await poll.stop()));
      const plans = new Map([old, mended].map((plan, index) => [versions[index], plan]));
      for (const answer of polled) {
        const plan = plans.get(versionOf(answer));
        if (plan === undefined) throw new Error(`an answer of version ${versionOf(answer)}`);
        expect(answer.rows).toEqual(referenceOf(plan, prefixOf(log, answer.answer.offsets)));
      }
      expect(new Set(polled.map(versionOf))).toEqual(new Set(versions));
      const best = await ask(platform.url('serving-gateway'), VIEW, { orderBy: '-done', having: 'done>0', limit: '3' });
      expect(best.rows).toHaveLength(3);
    },
    TEST_MS,
  );
});
