import { describe, expect, it } from '@jest/globals';
import {
  compareRows,
  count,
  daily,
  decimal,
  defineEvent,
  defineView,
  distinct,
  int,
  latest,
  monthly,
  naiveView,
  not,
  planView,
  string,
  sum,
  boolean,
  type Difference,
  type PlainEvent,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import fc from 'fast-check';
import { compareVersions, type ComparedRows } from './compare-versions.js';

const sold = defineEvent({
  type: 'thing.sold',
  stream: 'sales',
  data: { shop: string(), price: decimal(2), pieces: int(), isCancelled: boolean() },
});
const planOf = (view: Parameters<typeof planView>[0]): ViewPlan => planView(view, [sold]);

const all = planOf(
  defineView({
    ...{ name: 'sales', from: sold, window: daily() },
    by: ({ shop }) => ({ shop }),
    measures: ({ price, pieces }) => ({ sales: count(), revenue: sum(price), pieces: sum(pieces), gone: count() }),
  }),
);
const withoutCancelled = planOf(
  defineView({
    ...{ name: 'sales', from: sold, window: daily() },
    where: ({ isCancelled }) => not(isCancelled),
    by: ({ shop }) => ({ shop }),
    measures: ({ price, pieces }) => ({
      ...{ sales: count(), revenue: sum(price), pieces: sum(pieces), last: latest(price) },
    }),
  }),
);
const byMonth = planOf(
  defineView({
    ...{ name: 'sales', from: sold, window: monthly() },
    by: ({ shop }) => ({ shop }),
    measures: () => ({ sales: count() }),
  }),
);

const DAY_MS = 86_400_000;
const event = fc.record({
  shop: fc.constantFrom('a', 'b', 'c'),
  price: fc.integer({ min: -500, max: 500 }),
  pieces: fc.integer({ min: 0, max: 3 }),
  isCancelled: fc.boolean(),
  day: fc.constantFrom(0, 1),
});
type Sale = typeof event extends fc.Arbitrary<infer Drawn> ? Drawn : never;
const eventsOf = (sales: readonly Sale[]): readonly PlainEvent[] =>
  sales.map(({ day, ...data }, offset) => ({
    ...{ type: 'thing.sold', stream: 'sales', partition: 0, offset, timeMs: day * DAY_MS },
    data,
  }));

/** As a store gives them: by window, then by dimensions. */
const inOrder = (plan: ViewPlan, events: readonly PlainEvent[]): readonly ViewRow[] =>
  [...naiveView(plan, events)].sort(compareRows(plan, { by: { kind: 'window' }, descending: false }));

async function difference(before: ViewPlan, after: ViewPlan, events: readonly PlainEvent[]): Promise<Difference> {
  const compared = (plan: ViewPlan): ComparedRows => {
    const all = inOrder(plan, events);
    async function* rows() {
      yield all;
    }
    return { plan, rows: rows(), rowCount: all.length };
  };
  const found = await compareVersions(compared(before), compared(after), new AbortController().signal);
  if (found === null) throw new Error('it was stopped');
  return found;
}

const sumOf = (rows: readonly ViewRow[], part: number): bigint =>
  rows.reduce((total, { parts }) => total + BigInt(parts[part] as number), 0n);

describe('two versions of a view', () => {
  it('are compared row by row, with the sums of what both measure', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 30 }), async (sales) => {
        const events = eventsOf(sales);
        const [old, now] = [naiveView(all, events), naiveView(withoutCancelled, events)];
        const key = ({ dimensions, window }: ViewRow): string => JSON.stringify([dimensions, window]);
        const kept = new Map(now.map((row) => [key(row), row]));
        const shared = (row: ViewRow): readonly unknown[] => row.parts.slice(0, 3);
        const changed = old.filter((row) => {
          const other = kept.get(key(row));
          return other !== undefined && JSON.stringify(shared(row)) !== JSON.stringify(shared(other));
        });
        const found = await difference(all, withoutCancelled, events);
        expect(found).toMatchObject({
          comparedRows: old.length,
          onlyBefore: old.filter((row) => !kept.has(key(row))).length,
          onlyAfter: 0,
          changedRows: changed.length,
          measuresOnlyBefore: ['gone'],
          measuresOnlyAfter: ['last'],
        });
        expect(found.measures['sales']).toMatchObject({ before: `${sumOf(old, 0)}`, after: `${sumOf(now, 0)}` });
        const cents = (text: string | null | undefined): bigint => BigInt(String(text).replace('.', ''));
        expect(cents(found.measures['revenue']?.before)).toBe(sumOf(old, 1));
        expect(cents(found.measures['revenue']?.after)).toBe(sumOf(now, 1));
        expect(found.samples).toHaveLength(Math.min(20, found.onlyBefore + found.changedRows));
      }),
      { numRuns: 300 },
    );
  });

  const one = eventsOf([{ shop: 'a', price: 1050, pieces: 2, isCancelled: true, day: 0 }]);
  const two = eventsOf([
    { shop: 'a', price: 1050, pieces: 2, isCancelled: true, day: 0 },
    { shop: 'a', price: 50, pieces: 0, isCancelled: false, day: 0 },
  ]);
  const window = { start: '1970-01-01T00:00:00.000Z', end: '1970-01-02T00:00:00.000Z' };

  it('show some of the rows that differ, as answers do', async () => {
    expect((await difference(all, withoutCancelled, one)).samples).toEqual([
      { key: { shop: 'a', window }, before: { sales: 1, revenue: '10.50', pieces: 2 }, after: null },
    ]);
    expect((await difference(all, withoutCancelled, two)).samples).toEqual([
      {
        key: { shop: 'a', window },
        before: { sales: 2, revenue: '11.00', pieces: 2 },
        after: { sales: 1, revenue: '0.50', pieces: 0 },
      },
    ]);
  });

  it('with another window have no row in common', async () => {
    expect(await difference(all, byMonth, two)).toMatchObject({
      ...{ comparedRows: 2, onlyBefore: 1, onlyAfter: 1, changedRows: 0, samples: [] },
    });
  });

  it('that an answer would be refused of are compared all the same', async () => {
    const shops = (atMost: number): ViewPlan =>
      planOf(
        defineView({
          ...{ name: 'sales', from: sold, by: () => ({}), window: daily() },
          measures: ({ shop }) => ({ shops: distinct(shop, { atMost }) }),
        }),
      );
    const many = eventsOf(
      (['a', 'b'] as const).map((shop) => ({ shop, price: 1, pieces: 1, isCancelled: false, day: 0 })),
    );
    expect(await difference(shops(1), shops(2), many)).toMatchObject({
      changedRows: 1,
      samples: [{ before: { shops: 'distinct-too-large' }, after: { shops: 2 } }],
    });
  });
});
