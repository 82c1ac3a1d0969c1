import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { catalog } from '@twofold/catalog';
import { flightLanded } from '@twofold/catalog-flights';
import { compareRows, naiveView, presentRow, viewNamed } from '@twofold/core';
import { eventually, testServers } from '@twofold/testkit';
import { ask, type PlainAnswer } from '../demo/gateway.ts';
import { AnswerPoll } from './answer-poll.ts';
import { FlightFeed } from './flight-feed.ts';
import { prefixOf, readLog } from './read-log.ts';
import { Platform } from './platform.ts';

const KILLS = 10;
const KILLS_IN_BUILD = 4;
const VIEW = 'delays-by-airport';
const TEST_MS = 600_000;
/** A killed process keeps its partitions for the session timeout of 6 s; then the next one folds. */
const RECOVERY_MS = 60_000;

const { kafkaBrokers, redisUrl, databaseUrl } = testServers();
const servers = { KAFKA_BROKERS: kafkaBrokers.join(','), REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };
const plan = viewNamed(catalog, VIEW);

/** The reference at the position of an answer, shown as the gateway shows rows. */
function referenceAt(log: Awaited<ReturnType<typeof readLog>>, answer: PlainAnswer): unknown {
  const rows = naiveView(plan, prefixOf(log, answer.answer.offsets));
  const order = compareRows(plan, { by: { kind: 'window' }, descending: false });
  return [...rows].sort(order).map((row) => presentRow(plan, row));
}

const offsetsOf = ({ answer }: PlainAnswer): readonly number[] => answer.offsets['flights'] ?? [];
const sumOf = (offsets: readonly number[]): number => offsets.reduce((a, b) => a + b, 0);

describe('the platform under kill -9', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.open(servers);
  }, TEST_MS);
  afterAll(async () => {
    await platform.close();
  }, TEST_MS);

  it(
    `is exact at every poll while the speed-view-builder is killed ${KILLS} times in mid-stream, and the batch-view-builder ${KILLS_IN_BUILD} times in a build`,
    async () => {
      const gateway = platform.url('serving-gateway');
      const feed = new FlightFeed(platform.url('ingest'));
      const poll = new AnswerPoll(gateway, VIEW);
      const applied = (): number =>
        sumOf(poll.answers.at(-1) === undefined ? [] : offsetsOf(poll.answers.at(-1) as PlainAnswer));
      const untilFoldingOn = async (): Promise<void> => {
        const before = applied();
        await eventually('the folds go on', () => applied() > before + 100, RECOVERY_MS);
      };
      const killInBuild = async (): Promise<void> => {
        await platform.ready('batch-view-builder');
        const asked = await fetch(`${platform.url('replay-orchestrator')}/v1/views/${VIEW}/rebuilds`, {
          method: 'POST',
        });
        const { id } = (await asked.json()) as { id: string };
        await eventually('the rebuild is under way', async () => (await stateOf(id)) === 'building', RECOVERY_MS);
        await platform.kill('batch-view-builder');
        platform.start('batch-view-builder');
      };
      const stateOf = async (id: string): Promise<string> => {
        const rebuild = await fetch(`${platform.url('replay-orchestrator')}/v1/rebuilds/${id}`);
        return ((await rebuild.json()) as { state: string }).state;
      };

      for (let kill = 0; kill < KILLS; kill++) {
        await untilFoldingOn();
        if (kill % Math.ceil(KILLS / KILLS_IN_BUILD) === 0) await killInBuild();
        await platform.kill('speed-view-builder');
        platform.start('speed-view-builder');
      }
      await untilFoldingOn();
      await platform.ready('batch-view-builder');
      await feed.stop();
      const isWhole = async (): Promise<boolean> => {
        const { answer } = await ask(gateway, VIEW, { limit: '1' });
        return answer.freshness.lagEvents === 0 && !answer.catchingUp;
      };
      await eventually('lag goes to zero', isWhole, RECOVERY_MS);
      await eventually('every acknowledged event is applied', () => applied() === feed.acknowledged, RECOVERY_MS);
      const answers = await poll.stop();

      const log = await readLog(servers.KAFKA_BROKERS, platform.namespace, flightLanded);
      expect(sumOf(log.map((events) => events.length))).toBe(feed.acknowledged);
      for (const [index, answer] of answers.entries()) {
        expect(answer.rows).toEqual(referenceAt(log, answer));
        const before = answers[index - 1];
        if (before === undefined) continue;
        offsetsOf(answer).forEach((offset, partition) =>
          expect(offset).toBeGreaterThanOrEqual(offsetsOf(before)[partition] ?? 0),
        );
      }
      expect(answers.at(-1)?.answer.generation).toBeGreaterThan(0);

      const audited = await fetch(`${platform.url('replay-orchestrator')}/v1/views/${VIEW}/audits?limit=100`);
      const { audits } = (await audited.json()) as { audits: readonly { state: string; generation: number }[] };
      expect(audits.filter(({ state }) => state === 'drifted')).toEqual([]);
      expect(audits.map(({ state }) => state)).toContain('same');
    },
    TEST_MS,
  );

  it(
    'answers exactly at its own position whenever the feed stands still, and with an ingest token no earlier than it',
    async () => {
      const gateway = platform.url('serving-gateway');
      for (let stop = 0; stop < 5; stop++) {
        const feed = new FlightFeed(platform.url('ingest'));
        await eventually('the feed is under way', () => feed.acknowledged > 50 * (stop + 1), RECOVERY_MS);
        await feed.stop();
        const sent = await fetch(`${platform.url('ingest')}/v1/events`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            specversion: '1.0',
            id: `last-${stop}`,
            source: 'urn:twofold:e2e',
            type: 'flight.landed',
            dataschema: 'urn:twofold:schema:flight.landed:1',
            subject: 'ATL-XXX',
            time: '2001-02-01T00:00:00Z',
            data: { date: '2001-02-01T00:00:00Z', delay: 1, distance: 1, origin: `X${stop}`, destination: 'ATL' },
          }),
        });
        const { position } = (await sent.json()) as { position: string };
        const answer = await ask(gateway, VIEW, { limit: '10000', atLeast: position, waitMs: '10000' });
        expect(answer.rows.some((row) => row['airport'] === `X${stop}`)).toBe(true);
        const log = await readLog(servers.KAFKA_BROKERS, platform.namespace, flightLanded);
        expect(answer.rows).toEqual(referenceAt(log, answer));
      }
    },
    TEST_MS,
  );
});
