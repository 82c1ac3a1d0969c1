import { describe, expect, it } from '@jest/globals';
import type { Scalar } from '../events/data-type.js';
import { int, optional, string } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { average, count, daily, defineView, max, sum } from '../views/define-view.js';
import { gt, multiply } from '../views/expressions.js';
import { planView } from '../views/plan-view.js';
import { compileFold } from './compile-fold.js';

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
const newFold = compileFold(planView(view, event));
const DAY = 86_400_000;
const row = (dimensions: readonly Scalar[], window: number, parts: readonly Scalar[]) => ({
  dimensions,
  window,
  parts,
});

describe('a fold', () => {
  it('begins empty, each time', () => {
    newFold().apply(['box', 1, null], 0);
    const fold = newFold();
    expect([fold.rowCount, fold.changedCount, fold.rows(), fold.takeChanged()]).toEqual([0, 0, [], []]);
  });

  it('has a row for each group and window', () => {
    const fold = newFold();
    fold.apply(['box', 2, 5], 0);
    fold.apply(['box', 2, null], DAY - 1);
    fold.apply(['box', 2, 7], DAY);
    fold.apply([null, 2, 7], -1);
    fold.apply(['box', 0, 7], 0);
    expect(fold.rows()).toEqual([
      row(['box', 4], 0, [2, 4, 5, 5, 1]),
      row(['box', 4], 1, [1, 2, 7, 7, 1]),
      row([null, 4], -1, [1, 2, 7, 7, 1]),
    ]);
    expect(fold.rowCount).toBe(3);
  });

  it('holds groups apart by value and type: null is not the word, a bigint is itself', () => {
    const fold = newFold();
    for (const name of [null, 'null', '', '4']) fold.apply([name, 2, null], 0);
    const big = 2 ** 31;
    fold.apply(['box', big, null], 0);
    fold.apply(['box', big, null], 0);
    expect(fold.rowCount).toBe(5);
    expect(fold.rows()[4]).toEqual(row(['box', 2n ** 62n], 0, [2, 2 ** 32, null, 0, 0]));
  });

  it('gives each changed row once, as it is when it is taken', () => {
    const fold = newFold();
    fold.apply(['box', 1, null], 0);
    fold.apply(['box', 1, null], 0);
    fold.apply(['bag', 1, null], 0);
    expect(fold.changedCount).toBe(2);
    expect(fold.takeChanged()).toEqual([
      row(['box', 1], 0, [2, 2, null, 0, 0]),
      row(['bag', 1], 0, [1, 1, null, 0, 0]),
    ]);
    expect([fold.changedCount, fold.takeChanged()]).toEqual([0, []]);
    fold.apply(['bag', 1, 9], 0);
    expect(fold.takeChanged()).toEqual([row(['bag', 1], 0, [2, 2, 9, 9, 1])]);
  });

  it('does not change what it gave before', () => {
    const fold = newFold();
    fold.apply(['box', 1, null], 0);
    const [before] = fold.takeChanged();
    fold.apply(['box', 1, 3], 0);
    expect(before).toEqual(row(['box', 1], 0, [1, 1, null, 0, 0]));
  });

  it('goes on from rows that it takes in, which are not changed by that', () => {
    const fold = newFold();
    fold.restore([row(['box', 1], 0, [7, 2n ** 60n, 3, 3, 1]), row([null, 1], 0, [1, 1, null, 0, 0])]);
    expect([fold.rowCount, fold.changedCount]).toEqual([2, 0]);
    fold.apply(['box', 1, 5], 0);
    expect(fold.takeChanged()).toEqual([row(['box', 1], 0, [8, 2n ** 60n + 1n, 5, 8, 2])]);
  });

  it('refuses a sum that leaves 64 bits', () => {
    const fold = newFold();
    fold.restore([row(['box', 1], 0, [1, 2n ** 63n - 1n, null, 0, 0])]);
    expect(() => fold.apply(['box', 1, null], 0)).toThrow(expect.objectContaining({ code: 'overflow' }));
  });

  it('of a view without dimensions has a row for each window', () => {
    const totals = defineView({ name: 'totals', from: event, window: daily(), measures: () => ({ things: count() }) });
    const fold = compileFold(planView(totals, event))();
    fold.apply(['box', 0, null], 0);
    fold.apply(['bag', 0, null], 1);
    expect(fold.rows()).toEqual([row([], 0, [2])]);
  });
});
