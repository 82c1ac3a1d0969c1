import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  compareRows,
  naiveView,
  presentRow,
  viewNamed,
  type OffsetVector,
  type PlainEvent,
  type ViewPlan,
} from '@twofold/core';
import { eventually, testServers } from '@twofold/testkit';
import pg from 'pg';
import { createClient } from 'redis';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { ask, type PlainAnswer } from '../demo/gateway.ts';
import { AnswerPoll } from './answer-poll.ts';
import { after, before, departed, departure } from './departures.ts';
import { EventFeed } from './event-feed.ts';
import { Platform } from './platform.ts';
import { prefixOf, readLog } from './read-log.ts';

const TEST_MS = 600_000;
/** A killed process' partitions are free after its session of 6 s. */
const NOTICED_MS = 90_000;
const VIEW = 'departures-by-airport';
/** Enough that a throttled replay is still under way while it is paused, throttled and killed. */
const HISTORY = 20_000;
const SLOW = 2_000;
const SPOILT_DAY_MS = Date.UTC(2001, 0, 20);

const { kafkaBrokers, redisUrl, databaseUrl } = testServers();
const servers = { KAFKA_BROKERS: kafkaBrokers.join(','), REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };
const catalogOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const [old, mended] = [before, after].map((catalog) => viewNamed(catalog, VIEW)) as [ViewPlan, ViewPlan];

type Json = Record<string, unknown>;
type Reply = { readonly status: number; readonly body: Json };

/** The reference at the position of an answer, shown as the gateway shows rows. */
function referenceOf(plan: ViewPlan, events: readonly PlainEvent[]): readonly Json[] {
  const order = compareRows(plan, { by: { kind: 'window' }, descending: false });
  return [...naiveView(plan, events)].sort(order).map((row) => presentRow(plan, row));
}

const keyOf = ({ airport, window }: Json): string => JSON.stringify([airport, window]);

describe('a mistake in a view, mended by a replay', () => {
  let platform: Platform;
  let feed: EventFeed;
  let poll: AnswerPoll;
  beforeAll(async () => {
    platform = await Platform.open(servers, { TWOFOLD_CATALOG: catalogOf('departures-before.ts') });
    feed = new EventFeed(platform.url('ingest'), departure);
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
  const by = { by: 'ops@example.org' };
  let id = '';
  const command = async (name: string, body: Json = {}): Promise<void> => {
    expect(await post(`/v1/replays/${id}/${name}`, { ...by, ...body })).toMatchObject({ status: 202 });
  };
  const replay = async (): Promise<Json> => (await call(`/v1/replays/${id}`)).body;
  const done = async (): Promise<number> => {
    const { partitions } = (await replay())['progress'] as { partitions: readonly { done: number; from: number }[] };
    return partitions.reduce((sum, { done: to, from }) => sum + to - from, 0);
  };
  const until = (phase: string): Promise<void> =>
    eventually(`the replay is ${phase}`, async () => (await replay())['phase'] === phase, NOTICED_MS);
  const start = async (body: Json = {}): Promise<void> => {
    const started = await post(`/v1/views/${VIEW}/replays`, { ...by, ...body });
    expect(started).toMatchObject({ status: 202, body: { version: mended.id.version, before: old.id.version } });
    id = String(started.body['id']);
  };
  const answeredBy = (version: string): Promise<void> =>
    eventually(`answers are of ${version}`, () => versionOf(poll.answers.at(-1)) === version, NOTICED_MS);
  const versionOf = (answer: PlainAnswer | undefined): unknown => (answer?.answer as Json | undefined)?.['version'];

  it(
    'is deployed beside the version that serves, and changes no answer',
    async () => {
      platform.set({ TWOFOLD_CATALOG: catalogOf('departures-after.ts') });
      for (const app of ['batch-view-builder', 'speed-view-builder', 'replay-orchestrator'] as const) {
        await platform.kill(app);
        platform.start(app);
        await platform.ready(app);
      }
      const versions = (await call(`/v1/views/${VIEW}/versions`)).body['versions'];
      expect(versions).toMatchObject([
        { version: old.id.version, state: 'serving' },
        { version: mended.id.version, state: 'candidate' },
      ]);
      expect(versionOf(poll.answers.at(-1))).toBe(old.id.version);
    },
    TEST_MS,
  );

  it(
    'is planned, begun, cancelled, and leaves nothing behind',
    async () => {
      const plan = await post(`/v1/views/${VIEW}/replays/plan`, {});
      expect(plan).toMatchObject({
        status: 200,
        body: { version: mended.id.version, before: old.id.version },
      });
      expect(plan.body['events']).toBeGreaterThanOrEqual(HISTORY);
      await start({ eventsPerSecond: SLOW });
      await eventually('it is under way', async () => (await done()) > 0, NOTICED_MS);
      await command('cancel');
      await until('cleaned');
      expect(await leftOf(mended)).toEqual([]);
    },
    TEST_MS,
  );

  it(
    'is begun again, paused, resumed, throttled, and goes on by itself when orchestrator and builder are killed',
    async () => {
      await start({ eventsPerSecond: SLOW, engine: 'fold' });
      await eventually('it is under way', async () => (await done()) > 0, NOTICED_MS);
      await command('pause');
      await eventually(
        'it stands still',
        async () => {
          const seen = await done();
          await new Promise((resolve) => setTimeout(resolve, 1_500));
          return seen === (await done());
        },
        NOTICED_MS,
      );
      const paused = await done();
      expect(await replay()).toMatchObject({ phase: 'running', isPaused: true });
      await command('resume');
      await eventually('it goes on', async () => (await done()) > paused, NOTICED_MS);
      await command('throttle', { eventsPerSecond: SLOW / 2 });
      expect(await replay()).toMatchObject({ eventsPerSecond: SLOW / 2 });
      const killed = await done();
      await Promise.all([platform.kill('replay-orchestrator'), platform.kill('batch-view-builder')]);
      platform.start('replay-orchestrator');
      platform.start('batch-view-builder');
      await platform.ready('replay-orchestrator');
      expect(await done()).toBeGreaterThanOrEqual(killed);
      await eventually('it goes on', async () => (await done()) > killed, NOTICED_MS);
      await command('throttle', { eventsPerSecond: null });
      await until('compared');
    },
    TEST_MS,
  );

  it(
    'shows exactly the rows that the mistake was in',
    async () => {
      const { cut, difference } = (await replay()) as { cut: OffsetVector; difference: Json };
      const events = prefixOf(await readLog(servers.KAFKA_BROKERS, platform.namespace, departed), cut);
      expect(events.length).toBeGreaterThanOrEqual(HISTORY);
      const rows = referenceOf(old, events);
      const kept = new Map(referenceOf(mended, events).map((row) => [keyOf(row), row]));
      const changed = rows.filter((row) => {
        const now = kept.get(keyOf(row));
        return now !== undefined && JSON.stringify(now) !== JSON.stringify(row);
      });
      expect(changed.length).toBeGreaterThan(0);
      const flights = (of: Iterable<Json>): string =>
        `${[...of].reduce((sum, row) => sum + Number(row['flights']), 0)}`;
      expect(difference).toMatchObject({
        comparedRows: rows.length,
        onlyBefore: rows.filter((row) => !kept.has(keyOf(row))).length,
        onlyAfter: 0,
        changedRows: changed.length,
        measures: { flights: { before: flights(rows), after: flights(kept.values()) } },
      });
    },
    TEST_MS,
  );

  it(
    'is promoted, rolled back and promoted again, each in one step',
    async () => {
      await command('promote', { note: 'cancelled flights were counted' });
      await answeredBy(mended.id.version);
      await until('promoted');
      await command('rollback');
      await answeredBy(old.id.version);
      await until('rolled-back');
      await command('promote');
      await answeredBy(mended.id.version);
      await until('promoted');
      const { events } = (await call(`/v1/replays/${id}/events`)).body as { events: readonly Json[] };
      const decided = events.filter((event) => event['by'] === 'ops@example.org').map(({ type }) => type);
      expect(decided).toEqual([
        ...['replay.requested', 'replay.paused', 'replay.resumed', 'replay.throttled', 'replay.throttled'],
        ...['replay.promotion-decided', 'replay.rollback-decided', 'replay.promotion-decided'],
      ]);
    },
    TEST_MS,
  );

  it(
    'was answered exactly at every moment, by one version at a time',
    async () => {
      await feed.stop();
      const answers = await poll.stop();
      const log = await readLog(servers.KAFKA_BROKERS, platform.namespace, departed);
      const plans = new Map([old, mended].map((plan) => [plan.id.version, plan]));
      for (const answer of answers) {
        const plan = plans.get(String(versionOf(answer)));
        if (plan === undefined) throw new Error(`an answer of version ${String(versionOf(answer))}`);
        expect(answer.rows).toEqual(referenceOf(plan, prefixOf(log, answer.answer.offsets)));
      }
      expect(new Set(answers.map(versionOf))).toEqual(new Set([old.id.version, mended.id.version]));
    },
    TEST_MS,
  );

  it(
    'and rows that somebody spoilt in the store are computed anew, window by window',
    async () => {
      const log = await readLog(servers.KAFKA_BROKERS, platform.namespace, departed);
      const exact = referenceOf(mended, log.flat());
      const gateway = platform.url('serving-gateway');
      const answered = async (): Promise<readonly Json[]> => (await ask(gateway, VIEW, { limit: '10000' })).rows;
      await eventually('all is answered', async () => isDeepStrictEqual(await answered(), exact), NOTICED_MS);
      const spoilt = await withDatabase(async (database) => {
        const { rows } = await database.query(
          `SELECT table_name FROM generation g JOIN view_version v ON (v.name, v.version, v.published_generation) =
             (g.view_name, g.view_version, g.number) WHERE v.version = $1`,
          [mended.id.version],
        );
        const table = String((rows as readonly Json[])[0]?.['table_name']);
        const result = await database.query(`UPDATE ${table} SET p0 = p0 + 1000 WHERE window_number = $1`, [
          SPOILT_DAY_MS,
        ]);
        return result.rowCount ?? 0;
      });
      expect(spoilt).toBeGreaterThan(0);
      expect(await answered()).not.toEqual(exact);
      const windows = { from: '2001-01-20', to: '2001-01-21' };
      const started = await post(`/v1/views/${VIEW}/replays`, { ...by, windows });
      expect(started).toMatchObject({ status: 202, body: { version: mended.id.version, before: mended.id.version } });
      id = String(started.body['id']);
      await until('compared');
      expect(await replay()).toMatchObject({ difference: { comparedRows: spoilt, changedRows: spoilt } });
      await command('promote');
      await until('settled');
      expect(await answered()).toEqual(exact);
    },
    TEST_MS,
  );

  async function withDatabase<T>(work: (database: pg.Client) => Promise<T>): Promise<T> {
    const database = new pg.Client({ connectionString: platform.databaseUrl });
    await database.connect();
    return work(database).finally(() => database.end());
  }

  /** What still has a version's name: tables of generations and stages, rows of the metadata, keys. */
  async function leftOf({ id: { name, version } }: ViewPlan): Promise<readonly string[]> {
    const left: string[] = [];
    await withDatabase(async (database) => {
      for (const table of ['generation', 'cut', 'boundary', 'audit']) {
        const { rowCount } = await database.query(`SELECT FROM ${table} WHERE view_name = $1 AND view_version = $2`, [
          name,
          version,
        ]);
        if (rowCount !== 0) left.push(`${rowCount} of ${table}`);
      }
      const tables = await database.query('SELECT table_name FROM information_schema.tables WHERE table_name LIKE $1', [
        `%${version}%`,
      ]);
      left.push(...tables.rows.map(({ table_name: table }) => String(table)));
    });
    const redis = await createClient({ url: redisUrl }).connect();
    for await (const keys of redis.scanIterator({ MATCH: `${platform.namespace}:*${version}*` })) left.push(...keys);
    redis.destroy();
    return left;
  }
});
