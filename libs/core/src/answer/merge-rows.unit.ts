import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Scalar } from '../events/data-type.js';
import { int, optional, string } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { approximateDistinct, count, distinct, latest, max, median, sum } from '../views/aggregates.js';
import { defineView } from '../views/define-view.js';
import { planView } from '../views/plan-view.js';
import type { ViewRow } from '../views/view-row.js';
import { daily } from '../views/windows.js';
import { mergeRows, rowKeyOf } from './merge-rows.js';

const event = defineEvent({
  type: 'thing.seen',
  stream: 'things',
  data: { name: optional(string()), age: optional(int()) },
});
const view = defineView({
  name: 'things',
  from: event,
  by: ({ name }) => ({ name }),
  window: daily(),
  measures: ({ age }) => ({ things: count(), total: sum(age), oldest: max(age) }),
});
const plan = planView(view, [event]);
const row = (name: Scalar, window: number, ...parts: readonly Scalar[]): ViewRow => ({
  dimensions: [name],
  window,
  parts,
});

describe('a merge', () => {
  it('combines what has the same dimensions and window, part by part, and keeps the rest', () => {
    const merged = mergeRows(plan, [
      row('box', 0, 2, 2 ** 53 - 1, null),
      row('box', 1, 1, 1, 1),
      row(null, 0, 1, 1, 1),
      row('null', 0, 1, 1, 1),
      row('box', 0, 1, 2, 2),
      row('box', 0, 1, 0, null),
    ]);
    expect(merged).toEqual([
      row('box', 0, 4, 2n ** 53n + 1n, 2),
      row('box', 1, 1, 1, 1),
      row(null, 0, 1, 1, 1),
      row('null', 0, 1, 1, 1),
    ]);
  });

  it('combines states of every form, many at once', () => {
    const many = defineView({
      name: 'many',
      from: event,
      window: daily(),
      measures: ({ name, age }) => ({
        names: distinct(name, { atMost: 3 }),
        about: approximateDistinct(age),
        middle: median(age),
        last: latest(age),
      }),
    });
    const parts = mergeRows(planView(many, [event]), [
      { dimensions: [], window: 0, parts: ['["a","c"]', '--2-1Z', '1:2,300:1', '[5,"things",0,1,7]'] },
      { dimensions: [], window: 0, parts: ['[]', '', '', null] },
      { dimensions: [], window: 0, parts: ['["b"]', '--3', '-4:1,1:1', '[5,"things",1,0,8]'] },
    ]);
    expect(parts).toEqual([
      { dimensions: [], window: 0, parts: ['["a","b","c"]', '--3-1Z', '-4:1,1:3,300:1', '[5,"things",1,0,8]'] },
    ]);
  });

  it('of nothing is nothing', () => {
    expect(mergeRows(plan, [])).toEqual([]);
  });

  it('is the same in whatever order, and however the rows are merged first', () => {
    const rows = fc.array(
      fc
        .tuple(
          fc.constantFrom('a', 'b', null),
          fc.integer({ min: -1, max: 1 }),
          fc.nat(),
          fc.maxSafeInteger(),
          fc.option(fc.nat()),
        )
        .map(([name, window, ...parts]) => row(name, window, ...parts)),
      { maxLength: 12 },
    );
    const byKey = (merged: readonly ViewRow[]) => new Map(merged.map((one) => [rowKeyOf(one), one.parts]));
    fc.assert(
      fc.property(rows, fc.nat({ max: 12 }), (all, split) => {
        const expected = byKey(mergeRows(plan, all));
        expect(byKey(mergeRows(plan, [...all].reverse()))).toEqual(expected);
        const halves = [mergeRows(plan, all.slice(0, split)), mergeRows(plan, all.slice(split))];
        expect(byKey(mergeRows(plan, halves.flat()))).toEqual(expected);
      }),
    );
  });
});
