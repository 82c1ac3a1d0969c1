import { describe, expect, it } from '@jest/globals';
import {
  average,
  boolean,
  compareRows,
  count,
  daily,
  decodePosition,
  defineEvent,
  defineView,
  distinct,
  encodePosition,
  identityOf,
  int,
  latest,
  max,
  meets,
  naiveView,
  placeOf,
  planView,
  readRowsRequest,
  rolledPlan,
  rollUpRows,
  string,
  sum,
  type OffsetVector,
  type Partition,
  type PlainEvent,
  type RequestParameters,
  type ViewRow,
} from '@twofold/core';
import { InMemoryBatchViewStore, InMemorySpeedViewStore } from '@twofold/in-memory';
import type { Clock } from '@twofold/ports';
import fc from 'fast-check';
import { answerQuery, type RowsAnswer } from './index.js';

const sold = defineEvent({
  type: 'thing.sold',
  stream: 'sales',
  data: { shop: string(), colour: string(), price: int() },
});
const returned = defineEvent({
  type: 'thing.returned',
  stream: 'returns',
  data: { shop: string(), price: int(), isBroken: boolean() },
});
const view = defineView({
  name: 'sales-by-shop',
  from: [sold, returned],
  by: ({ shop, colour }) => ({ shop, colour }),
  window: daily(),
  measures: ({ price, colour, isBroken }) => ({
    events: count(),
    revenue: sum(price),
    mean: average(price),
    dearest: max(price),
    colours: distinct(colour, { atMost: 2 }),
    lastIsBroken: latest(isBroken),
  }),
});
const plan = planView(view, [sold, returned]);
const PARTITIONS: readonly Partition[] = [
  { stream: 'returns', partition: 0 },
  { stream: 'sales', partition: 0 },
  { stream: 'sales', partition: 1 },
];
const LIMITS = { defaultRows: 100, maxRows: 1_000, maxWaitMs: 1_000 };
const DAY_MS = 86_400_000;
const RUNS = 1_000;

/** A partition's events, of which the generation has the first ones, and a sealed epoch those up to `sealedAt`. */
type PartitionHistory = { readonly events: readonly PlainEvent[]; readonly cut: number; readonly sealedAt: number };

/** The clock is the test's own. */
function clockAt(nowMs: number): Clock {
  let now = nowMs;
  return {
    now: () => now,
    elapsed: () => now,
    wait: async (ms) => {
      now += ms;
    },
  };
}

/** The stores as the two layers leave them; heads are one event further on. */
async function openWorld(histories: readonly PartitionHistory[]) {
  const batchViews = new InMemoryBatchViewStore();
  const speedViews = new InMemorySpeedViewStore();
  const vector = (offsetOf: (history: PartitionHistory) => number): Record<string, number[]> => {
    const offsets: Record<string, number[]> = {};
    for (const [index, history] of histories.entries()) {
      (offsets[PARTITIONS[index]?.stream ?? ''] ??= []).push(offsetOf(history));
    }
    return offsets;
  };
  await batchViews.register(plan, { sales: 2, returns: 1 });
  const below = histories.flatMap(({ events, cut }) => events.slice(0, cut));
  const generation = async function* (): AsyncGenerator<readonly ViewRow[]> {
    yield naiveView(plan, below);
  };
  await batchViews.load(
    plan,
    1,
    vector(({ cut }) => cut),
    generation(),
    { deadLetters: 0, duplicates: 0, held: 0, appliedAtMs: 5, madeBy: 'naive' },
  );
  await batchViews.publish(plan.id, 1);
  for (const [index, { events, cut, sealedAt }] of histories.entries()) {
    const id = { view: plan.id, partition: PARTITIONS[index] ?? { stream: '', partition: 0 } };
    await speedViews.reset(id, null, cut);
    const commit = (from: number, to: number) =>
      speedViews.commit(
        id,
        { applied: from, openStart: from },
        {
          applied: to,
          appliedAtMs: 10,
          deadLetters: 0,
          duplicates: 0,
          held: 0,
          rows: naiveView(plan, events.slice(from, to)),
        },
      );
    await commit(cut, sealedAt);
    await speedViews.seal(id, { applied: sealedAt, openStart: cut });
    await commit(sealedAt, events.length);
  }
  const heads = vector(({ events }) => events.length + 1);
  const ports = {
    batchViews,
    speedViews,
    clock: clockAt(1_000),
    heads: async (stream: string) => heads[stream] ?? null,
  };
  const ask = (parameters: RequestParameters): Promise<RowsAnswer> =>
    answerQuery(ports, { plan, ...readRowsRequest(plan, parameters, LIMITS) });
  return { ask, applied: vector(({ events }) => events.length), ports };
}

/** What the answer must be: of all events at once, rolled up, chosen, in order. */
function expectedRows(histories: readonly PartitionHistory[], parameters: RequestParameters): readonly ViewRow[] {
  const { rollUp, having, order, selection } = readRowsRequest(plan, parameters, LIMITS);
  const selected = naiveView(
    plan,
    histories.flatMap(({ events }) => events),
  ).filter(({ dimensions }) =>
    dimensions.every((value, index) => selection.dimensions[index]?.includes(value) ?? true),
  );
  const shape = rolledPlan(plan, rollUp);
  return (rollUp === null ? [...selected] : [...rollUpRows(plan, selected, rollUp)])
    .filter((row) => meets(shape, row, having))
    .sort(compareRows(shape, order));
}

const event = fc.record({
  shop: fc.constantFrom('a', 'b', 'c'),
  colour: fc.constantFrom('red', 'blue', 'green'),
  price: fc.integer({ min: -5, max: 20 }),
  isBroken: fc.boolean(),
  // few, so that many rows have a part in both layers
  day: fc.constantFrom(-40, 0, 1),
});
const historyOf = (place: Partition): fc.Arbitrary<PartitionHistory> =>
  fc.tuple(fc.array(event, { maxLength: 12 }), fc.nat(12), fc.nat(12)).map(([events, one, other]) => {
    const inside = (offset: number): number => Math.min(offset, events.length);
    return {
      events: events.map(({ shop, colour, price, isBroken, day }, offset) => ({
        ...place,
        offset,
        timeMs: day * DAY_MS,
        ...(place.stream === 'sales'
          ? { type: sold.type, data: { shop, colour, price } }
          : { type: returned.type, data: { shop, price, isBroken } }),
      })),
      cut: inside(Math.min(one, other)),
      sealedAt: inside(Math.max(one, other)),
    };
  });
const histories = fc.tuple(...PARTITIONS.map(historyOf));

const rollUps = fc.record(
  {
    granularity: fc.constantFrom('day', 'week', 'month', 'all'),
    groupBy: fc.constantFrom('', 'shop', 'colour', 'colour,shop'),
  },
  { requiredKeys: [] },
);
const choices = fc.record(
  {
    having: fc.subarray(['events>=2', 'revenue<20', 'mean!=5', 'dearest>3', 'colours>1', 'lastIsBroken=true'], {
      maxLength: 2,
    }),
    orderBy: fc.constantFrom('events', '-revenue', '-mean', 'dearest', '-colours', '-window', 'lastIsBroken'),
    shop: fc.subarray(['a', 'b', 'd'], { minLength: 1 }),
  },
  { requiredKeys: [] },
);
const parameters = fc
  .tuple(choices, fc.option(rollUps))
  .map(([choice, rollUp]): RequestParameters => ({ ...choice, ...rollUp }));

describe('an answer', () => {
  it('is of both layers and all streams, page by page, whatever is asked', async () => {
    await fc.assert(
      fc.asyncProperty(histories, parameters, fc.integer({ min: 1, max: 7 }), async (all, asked, limit) => {
        const { ask, applied, ports } = await openWorld(all);
        const expected = expectedRows(all, asked);
        const whole = await ask(asked);
        expect(whole.rows).toEqual(expected);
        expect(whole.answer.offsets).toEqual(applied);
        const request = readRowsRequest(plan, { ...asked, limit: String(limit) }, LIMITS);
        const rows: ViewRow[] = [];
        for (let after = request.after; ;) {
          const page = await answerQuery(ports, { plan, ...request, after });
          rows.push(...page.rows);
          const last = page.rows.at(-1);
          expect(page.hasMore).toBe(rows.length < expected.length);
          if (!page.hasMore || last === undefined) break;
          after = placeOf(rolledPlan(plan, request.rollUp), request.order, last);
        }
        expect(rows).toEqual(expected);
      }),
      { numRuns: RUNS },
    );
  });

  const sale = (offset: number, shop: string, partition = 0): PlainEvent => ({
    stream: 'sales',
    partition,
    offset,
    timeMs: 0,
    type: sold.type,
    data: { shop, colour: 'red', price: offset },
  });
  const salesOf = (...shops: readonly string[]): PartitionHistory => ({
    events: shops.map((shop, offset) => sale(offset, shop)),
    cut: 1,
    sealedAt: 1,
  });
  const NOTHING: PartitionHistory = { events: [], cut: 0, sealedAt: 0 };

  it('tells how many of its rows are of which layer, rolled up or not', async () => {
    const { ask } = await openWorld([NOTHING, salesOf('a', 'b', 'a'), NOTHING]);
    expect((await ask({})).answer.parts).toEqual({ batchRows: 1, speedRows: 2 });
    expect((await ask({ granularity: 'all', groupBy: '' })).answer.parts).toEqual({ batchRows: 1, speedRows: 1 });
    expect((await ask({ having: 'events>=2' })).answer.parts).toEqual({ batchRows: 1, speedRows: 1 });
  });

  it('has the lag of all its streams, and none where one of them cannot be asked', async () => {
    const { ask, ports } = await openWorld([NOTHING, salesOf('a', 'b'), NOTHING]);
    expect((await ask({})).answer.freshness).toMatchObject({ lagEvents: 3, ageMs: 990 });
    const heads = async (stream: string) => (stream === 'returns' ? null : [2, 0]);
    const query = { plan, ...readRowsRequest(plan, {}, LIMITS) };
    expect((await answerQuery({ ...ports, heads }, query)).answer.freshness.lagEvents).toBeNull();
    await expect(answerQuery({ ...ports, heads }, { ...query, maxStalenessMs: 100 })).rejects.toMatchObject({
      code: 'too-stale',
    });
  });

  it('waits for a position in any of its streams, and for none in others', async () => {
    const { ask } = await openWorld([NOTHING, salesOf('a', 'b'), NOTHING]);
    const at = (position: Readonly<Record<string, Readonly<Record<number, number>>>>) =>
      ask({ atLeast: encodePosition(position), waitMs: '20' });
    const { answer } = await at({ sales: { 0: 2 }, payments: { 0: 7 } });
    expect(decodePosition(answer.position)).toEqual({ sales: { 0: 2, 1: 0 }, returns: { 0: 0 } });
    await expect(at({ sales: { 0: 2 }, returns: { 0: 1 } })).rejects.toMatchObject({ code: 'position-not-reached' });
  });

  it('of a partition whose record does not fit is exact at the cut there, and says so', async () => {
    const { ask, ports } = await openWorld([NOTHING, salesOf('a', 'b', 'a'), salesOf('c')]);
    ports.speedViews.restore({ view: plan.id, partition: { stream: 'sales', partition: 0 } }, null);
    const { answer, rows } = await ask({ granularity: 'all', groupBy: 'shop' });
    const offsets: OffsetVector = { returns: [0], sales: [1, 1] };
    expect(answer).toMatchObject({ catchingUp: true, offsets });
    expect(rows.map(({ dimensions }) => dimensions[0])).toEqual(['a', 'c']);
  });

  it('is refused where its groups are too many', async () => {
    const { ports } = await openWorld([NOTHING, NOTHING, NOTHING]);
    const many = Array.from({ length: 30_000 }, (_, index) => ({
      dimensions: [`shop ${index}`, null],
      window: 0,
      parts: plan.parts.map(identityOf),
    }));
    const others = many.map((row, index) => ({ ...row, dimensions: [`other ${index}`, null] }));
    const { batchViews } = ports;
    batchViews.rollUp = async () => many;
    const speedViews = {
      read: async () => ({
        record: {
          applied: 1,
          appliedAtMs: 1,
          epochs: [{ start: 0, end: null, deadLetters: 0, duplicates: 0, held: 0 }],
        },
        rows: others,
      }),
    };
    const query = { plan, ...readRowsRequest(plan, { groupBy: 'shop' }, LIMITS) };
    await expect(answerQuery({ ...ports, speedViews }, query)).rejects.toMatchObject({
      code: 'answer-too-large',
    });
  });
});
