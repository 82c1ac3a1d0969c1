import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PostgresAuditLedger, PostgresBatchViewStore, PostgresBoundaries } from '@twofold/batch-view-store-postgres';
import {
  count,
  daily,
  defineEvent,
  defineView,
  int,
  latest,
  naiveView,
  optional,
  planView,
  string,
  sum,
  type PlainEvent,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import { Metrics, systemClock } from '@twofold/platform';
import type { Generation, SpeedRecordId } from '@twofold/ports';
import { RedisSpeedViewStore } from '@twofold/speed-view-store-redis';
import { eventually, testDatabase, testServers, uniqueWord } from '@twofold/testkit';
import { GenerationAuditor } from './generation-auditor.js';

/** More rows than the audit reads at once, in text order and in time order. */
const SHOPS = 3_000;
const DAYS = 3;
const DAY_MS = 86_400_000;

const database = testDatabase();
let metadata: Metadata;
let speedViews: RedisSpeedViewStore;
beforeAll(async () => {
  await migrate(database.url);
  metadata = await openMetadata(database.url);
  speedViews = await RedisSpeedViewStore.connect({ url: testServers().redisUrl, namespace: `test-${randomUUID()}` });
});
afterAll(async () => {
  await speedViews.close();
  await metadata.close();
  await database.drop();
});

const newPlan = (): ViewPlan => {
  const sold = defineEvent({
    type: 'thing.sold',
    stream: uniqueWord(),
    data: { shop: optional(string()), price: int() },
  });
  const view = defineView({
    name: `sales-${uniqueWord()}`,
    from: sold,
    by: ({ shop }) => ({ shop }),
    window: daily(),
    measures: ({ price }) => ({ sales: count(), revenue: sum(price), last: latest(price) }),
  });
  return planView(view, [sold]);
};

describe('the auditor of generations', () => {
  let plan: ViewPlan;
  let batchViews: PostgresBatchViewStore;
  let ledger: PostgresAuditLedger;
  let metrics: Metrics;
  let auditor: GenerationAuditor;
  let events: readonly PlainEvent[];
  const begin = (): void => {
    metrics = new Metrics();
    auditor = new GenerationAuditor({ batchViews, speedViews, ledger, clock: systemClock }, () => [plan], metrics);
  };
  beforeEach(async () => {
    plan = newPlan();
    batchViews = new PostgresBatchViewStore(metadata);
    ledger = new PostgresAuditLedger(metadata);
    const stream = plan.streams[0] ?? '';
    events = Array.from({ length: SHOPS * DAYS }, (_, offset) => ({
      type: 'thing.sold',
      stream,
      partition: 0,
      offset,
      timeMs: Math.floor(offset / SHOPS) * DAY_MS,
      data: { shop: offset % 100 === 0 ? null : `shop ${offset % SHOPS}`, price: offset },
    }));
    await batchViews.register(plan, { [stream]: 1 });
    begin();
  });
  afterEach(() => auditor.beforeApplicationShutdown());

  const id = (): SpeedRecordId => ({ view: plan.id, partition: { stream: plan.streams[0] ?? '', partition: 0 } });
  /** Publishes a generation of the events below `cut`, as `rows` has it, and seals the epoch from the one before. */
  const publish = async (number: number, from: number, cut: number, rows: readonly ViewRow[]): Promise<Generation> => {
    await new PostgresBoundaries(metadata).propose(plan.id, number, id().partition, cut);
    const vector = { [id().partition.stream]: [cut] };
    async function* chunk(): AsyncGenerator<readonly ViewRow[]> {
      yield rows;
    }
    const generation = await batchViews.load(plan, number, vector, chunk(), {
      deadLetters: 0,
      duplicates: 0,
      held: 0,
      appliedAtMs: null,
      madeBy: 'naive',
    });
    await batchViews.publish(plan.id, number);
    if (number === 1) await speedViews.reset(id(), null, 0);
    await speedViews.commit(
      id(),
      { applied: from, openStart: from },
      {
        applied: cut,
        appliedAtMs: 1,
        deadLetters: 0,
        duplicates: 0,
        held: 0,
        rows: naiveView(plan, events.slice(from, cut)),
      },
    );
    await speedViews.seal(id(), { applied: cut, openStart: from });
    return generation;
  };
  const series = async (name: string): Promise<readonly string[]> =>
    (await metrics.text()).split('\n').filter((line) => line.startsWith(name));
  const audits = async (expected: number) => {
    await eventually(`${expected} audits`, async () => (await ledger.list(plan.id, 10)).length === expected);
    return ledger.list(plan.id, 10);
  };

  it('finds over real stores that the layers agree, and then a row that is off, one missing and one too many', async () => {
    const middle = SHOPS * DAYS - 1_000;
    auditor.audit(plan, await publish(1, 0, middle, naiveView(plan, events.slice(0, middle))));
    expect(await audits(1)).toMatchObject([{ generation: 1, state: 'same', comparedRows: expect.any(Number) }]);
    const { name: view, version } = plan.id;
    await eventually('it is counted', async () => (await series('twofold_audits_total')).length === 1);
    expect(await series('twofold_audits_total')).toEqual([`twofold_audits_total{view="${view}",state="same"} 1`]);
    expect(await series('twofold_audit_drifted_rows')).toEqual([
      `twofold_audit_drifted_rows{view="${view}",version="${version}"} 0`,
    ]);

    const right = naiveView(plan, events);
    const [off, missing, ...others] = right;
    if (off === undefined || missing === undefined) throw new Error('too few rows');
    const wrong = [{ ...off, parts: off.parts.with(1, 7) }, { ...missing, window: 365 * DAY_MS }, ...others];
    auditor.audit(plan, await publish(2, middle, events.length, wrong));
    const [audit] = await audits(2);
    expect(audit).toMatchObject({
      generation: 2,
      state: 'drifted',
      comparedRows: right.length + 1,
      driftedRows: 3,
      onlyRolledForward: 1,
      onlyRecomputed: 1,
      driftByMeasure: { revenue: 1 },
    });
    expect(audit?.samples).toHaveLength(3);
    await eventually('it is counted', async () => (await series('twofold_audits_total')).length === 2);
    expect(await series('twofold_audit_drifted_rows')).toEqual([
      `twofold_audit_drifted_rows{view="${view}",version="${version}"} 3`,
    ]);
  });

  it('audits at its start what was published and not audited, and knows the drift that was found before', async () => {
    await publish(1, 0, 10, naiveView(plan, events.slice(0, 9)));
    auditor.onApplicationBootstrap();
    const [audit] = await audits(1);
    expect(audit).toMatchObject({ generation: 1, state: 'drifted', driftedRows: 1 });
    await auditor.beforeApplicationShutdown();

    await ledger.add({
      ...(audit as Exclude<typeof audit, undefined>),
      state: 'not-comparable',
      reason: 'it was lost',
      driftedRows: 0,
    });
    begin();
    auditor.onApplicationBootstrap();
    await eventually('its drift is told', async () => (await series('twofold_audit_drifted_rows')).length === 1);
    expect(await series('twofold_audit_drifted_rows')).toEqual([expect.stringMatching(/ 1$/)]);
    await auditor.beforeApplicationShutdown();
    expect(await audits(2)).toHaveLength(2);
  });

  it('tells that it could not compare, which says nothing of drift', async () => {
    const generation = await publish(1, 0, 10, naiveView(plan, events.slice(0, 10)));
    await speedViews.dropSealed(id(), 10);
    auditor.audit(plan, generation);
    expect(await audits(1)).toMatchObject([{ state: 'not-comparable', reason: expect.stringContaining('beyond 0') }]);
    await eventually('it is counted', async () => (await series('twofold_audits_total')).length === 1);
    expect(await series('twofold_audits_total')).toEqual([expect.stringContaining('state="not-comparable"} 1')]);
    expect(await series('twofold_audit_drifted_rows')).toEqual([]);
  });

  it('gives up an audit that waits when the app ends, and keeps nothing of it', async () => {
    const generation = await publish(1, 0, 10, naiveView(plan, events.slice(0, 10)));
    await speedViews.reset(id(), await speedViews.probe(id()), 0);
    auditor.audit(plan, generation);
    await auditor.beforeApplicationShutdown();
    expect(await ledger.list(plan.id, 10)).toEqual([]);
  });
});
