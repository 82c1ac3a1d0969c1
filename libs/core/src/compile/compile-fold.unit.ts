import { describe, expect, it } from '@jest/globals';
import { encodeRegisters, registerOf } from '../algebra/registers-part.js';
import { int, optional, string, type Scalar, type Value } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import {
  approximateDistinct,
  average,
  count,
  countWhere,
  distinct,
  first,
  histogram,
  latest,
  max,
  median,
  sum,
  variance,
} from '../views/aggregates.js';
import { defineView } from '../views/define-view.js';
import { multiply } from '../views/arithmetic.js';
import { gt, isEvent } from '../views/expressions.js';
import { planView } from '../views/plan-view.js';
import { daily, hourly, monthly } from '../views/windows.js';
import { compileFold, type ViewFold } from './compile-fold.js';

const event = defineEvent({
  type: 'thing.seen',
  stream: 'things',
  data: { name: optional(string()), size: int(), age: optional(int()) },
});
const view = defineView({
  name: 'things',
  from: event,
  where: ({ size }) => gt(size, 0),
  by: ({ name, size }) => ({ name, area: multiply(size, size) }),
  window: daily(),
  measures: ({ size, age }) => ({ things: count(), total: sum(size), oldest: max(age), mean: average(age) }),
});
const PARTITION = { stream: 'things', partition: 3 };
const folds = compileFold(planView(view, [event]));
const newFold = (): ViewFold => folds(PARTITION);
const apply = (fold: ViewFold, values: readonly Value[], timeMs: number, offset = 0): void =>
  fold.apply(0, values, timeMs, offset);
const DAY = 86_400_000;
const row = (dimensions: readonly Scalar[], window: number, parts: readonly Scalar[]) => ({
  dimensions,
  window,
  parts,
});

describe('a fold', () => {
  it('begins empty, each time', () => {
    apply(newFold(), ['box', 1, null], 0);
    const fold = newFold();
    expect([fold.rowCount, fold.changedCount, fold.rows(), fold.takeChanged()]).toEqual([0, 0, [], []]);
  });

  it('has a row for each group and window, which is named by its start', () => {
    const fold = newFold();
    apply(fold, ['box', 2, 5], 0);
    apply(fold, ['box', 2, null], DAY - 1);
    apply(fold, ['box', 2, 7], DAY);
    apply(fold, [null, 2, 7], -1);
    apply(fold, ['box', 0, 7], 0);
    expect(fold.rows()).toEqual([
      row(['box', 4], 0, [2, 4, 5, 5, 1]),
      row(['box', 4], DAY, [1, 2, 7, 7, 1]),
      row([null, 4], -DAY, [1, 2, 7, 7, 1]),
    ]);
    expect(fold.rowCount).toBe(3);
  });

  it('holds groups apart by value and type: null is not the word, a bigint is itself', () => {
    const fold = newFold();
    for (const name of [null, 'null', '', '4']) apply(fold, [name, 2, null], 0);
    const big = 2 ** 31;
    apply(fold, ['box', big, null], 0);
    apply(fold, ['box', big, null], 0);
    expect(fold.rowCount).toBe(5);
    expect(fold.rows()[4]).toEqual(row(['box', 2n ** 62n], 0, [2, 2 ** 32, null, 0, 0]));
  });

  it('gives each changed row once, as it is when it is taken', () => {
    const fold = newFold();
    apply(fold, ['box', 1, null], 0);
    apply(fold, ['box', 1, null], 0);
    apply(fold, ['bag', 1, null], 0);
    expect(fold.changedCount).toBe(2);
    expect(fold.takeChanged()).toEqual([
      row(['box', 1], 0, [2, 2, null, 0, 0]),
      row(['bag', 1], 0, [1, 1, null, 0, 0]),
    ]);
    expect([fold.changedCount, fold.takeChanged()]).toEqual([0, []]);
    apply(fold, ['bag', 1, 9], 0);
    expect(fold.takeChanged()).toEqual([row(['bag', 1], 0, [2, 2, 9, 9, 1])]);
  });

  it('does not change what it gave before', () => {
    const fold = newFold();
    apply(fold, ['box', 1, null], 0);
    const [before] = fold.takeChanged();
    apply(fold, ['box', 1, 3], 0);
    expect(before).toEqual(row(['box', 1], 0, [1, 1, null, 0, 0]));
  });

  it('goes on from rows that it takes in, which are not changed by that', () => {
    const fold = newFold();
    fold.restore([row(['box', 1], 0, [7, 2n ** 60n, 3, 3, 1]), row([null, 1], 0, [1, 1, null, 0, 0])]);
    expect([fold.rowCount, fold.changedCount]).toEqual([2, 0]);
    apply(fold, ['box', 1, 5], 0);
    expect(fold.takeChanged()).toEqual([row(['box', 1], 0, [8, 2n ** 60n + 1n, 5, 8, 2])]);
  });

  it('of a view without dimensions has a row for each window', () => {
    const totals = defineView({
      name: 'totals',
      from: event,
      window: monthly({ timeZone: 'Europe/Berlin' }),
      measures: () => ({ things: count() }),
    });
    const fold = compileFold(planView(totals, [event]))(PARTITION);
    apply(fold, ['box', 0, null], Date.UTC(2001, 2, 31, 21, 59));
    apply(fold, ['bag', 0, null], Date.UTC(2001, 2, 31, 22));
    apply(fold, ['bag', 0, null], Date.UTC(2001, 3, 30, 21, 59));
    expect(fold.rows()).toEqual([row([], Date.UTC(2001, 1, 28, 23), [1]), row([], Date.UTC(2001, 2, 31, 22), [2])]);
  });
});

describe('a fold of integers', () => {
  it('sums beyond 64 bits, exactly', () => {
    const fold = newFold();
    fold.restore([row(['box', 1], 0, [1, 2n ** 63n - 1n, null, 0, 0])]);
    apply(fold, ['box', 1, 2n ** 63n - 1n], 0);
    expect(fold.rows()).toEqual([row(['box', 1], 0, [2, 2n ** 63n, 2n ** 63n - 1n, 2n ** 63n - 1n, 1])]);
  });

  it('refuses an event whose arithmetic leaves 64 bits, whatever the filter says of it', () => {
    expect(() => apply(newFold(), ['box', 2n ** 62n, null], 0)).toThrow(expect.objectContaining({ code: 'overflow' }));
    expect(() => apply(newFold(), ['box', -(2n ** 62n), null], 0)).toThrow(
      expect.objectContaining({ code: 'overflow' }),
    );
  });
});

describe('a fold of parts that are held as objects', () => {
  const many = defineView({
    name: 'many',
    from: event,
    window: hourly(),
    measures: ({ name, size, age }) => ({
      firstName: first(name),
      lastAge: latest(age),
      names: distinct(name, { atMost: 2 }),
      about: approximateDistinct(size),
      middle: median(size),
      ages: histogram(age, [10, 20]),
      spread: variance(size),
      big: countWhere(gt(size, 300)),
    }),
  });
  const foldsOfMany = compileFold(planView(many, [event]));

  it('gives their canonical text, and goes on from it', () => {
    const fold = foldsOfMany(PARTITION);
    apply(fold, ['box', 3, null], 5, 0);
    apply(fold, [null, 400, 20], 3, 1);
    apply(fold, ['bag', 3, 9], 5, 2);
    const [taken] = fold.takeChanged();
    expect(taken?.parts).toEqual([
      '[5,"things",3,0,"box"]',
      '[5,"things",3,2,9]',
      '["bag","box"]',
      encodeRegisters([registerOf(3), registerOf(400)]),
      '3:2,328:1',
      '0:1,2:1',
      406,
      160_018,
      3,
      1,
    ]);
    const next = foldsOfMany(PARTITION);
    next.restore(taken === undefined ? [] : [taken]);
    apply(next, ['jar', 3, 100], 4, 3);
    apply(fold, ['jar', 3, 100], 4, 3);
    expect(next.takeChanged()).toEqual(fold.takeChanged());
    expect(next.rows()[0]?.parts.slice(0, 3)).toEqual(['[4,"things",3,3,"jar"]', '[5,"things",3,2,9]', 'beyond']);
  });
});

describe('a fold of several types of event', () => {
  const bought = defineEvent({ type: 'thing.bought', stream: 'sales', data: { price: int(), name: string() } });
  const both = defineView({
    name: 'both',
    from: [event, bought],
    where: ({ size }) => gt(multiply(size, 1), -1),
    by: ({ name }) => ({ name }),
    window: daily(),
    measures: ({ price }) => ({ things: count(), bought: countWhere(isEvent(bought)), paid: sum(price) }),
  });
  const all = defineView({
    name: 'all',
    from: [event, bought],
    by: ({ name }) => ({ name }),
    window: daily(),
    measures: ({ price, size }) => ({ bought: countWhere(isEvent(bought)), paid: sum(price), sizes: sum(size) }),
  });

  it('takes each by the order of its own leaves; what it lacks is null', () => {
    const fold = compileFold(planView(all, [event, bought]))({ stream: 'sales', partition: 0 });
    fold.apply(0, ['box', 7, null], 0, 0);
    fold.apply(1, [25, 'box'], 0, 1);
    fold.apply(1, [5, 'bag'], 0, 2);
    expect(fold.rows()).toEqual([row(['box'], 0, [1, 25, 7]), row(['bag'], 0, [1, 5, 0])]);
  });

  it('filters by what only one of them has', () => {
    const fold = compileFold(planView(both, [event, bought]))({ stream: 'sales', partition: 0 });
    fold.apply(0, ['box', 7, null], 0, 0);
    fold.apply(1, [25, 'box'], 0, 1);
    expect(fold.rows()).toEqual([row(['box'], 0, [1, 0, 0])]);
  });
});
