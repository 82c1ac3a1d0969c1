import { describe, expect, it } from '@jest/globals';
import { BEYOND } from '../algebra/part.js';
import { int, optional, string, type Scalar } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { average, distinct, max } from '../views/aggregates.js';
import { defineView } from '../views/define-view.js';
import { planView } from '../views/plan-view.js';
import type { ViewRow } from '../views/view-row.js';
import { daily } from '../views/windows.js';
import { placeOf, rowsInOrder, type RowOrder } from './row-order.js';

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
  measures: ({ name, age }) => ({ oldest: max(age), mean: average(age), names: distinct(name, { atMost: 2 }) }),
});
const plan = planView(view, [event]);

type Parts = { readonly oldest?: Scalar; readonly sum?: number; readonly ages?: number; readonly names?: string };
const named = (
  name: string | null,
  window = 0,
  { oldest = null, sum = 0, ages = 0, names = '[]' }: Parts = {},
): ViewRow => ({
  dimensions: [name],
  window,
  parts: [oldest, sum, ages, names],
});
const by = (kind: 'dimension' | 'measure', index: number, descending = false): RowOrder => ({
  by: { kind, index },
  descending,
});
const shown = (rows: readonly ViewRow[]) => rows.map(({ dimensions, window }) => `${String(dimensions[0])}@${window}`);
const ordered = (order: RowOrder, rows: readonly ViewRow[]) => shown(rowsInOrder(plan, order, rows));

describe('the order of rows', () => {
  it('is by window, then by dimensions', () => {
    const rows = [named('b', 1), named('b', 0), named(null, 0), named('a', 0), named('a', -1)];
    expect(ordered({ by: { kind: 'window' }, descending: false }, rows)).toEqual([
      'a@-1',
      'a@0',
      'b@0',
      'null@0',
      'b@1',
    ]);
    expect(ordered({ by: { kind: 'window' }, descending: true }, rows)).toEqual([
      'b@1',
      'a@0',
      'b@0',
      'null@0',
      'a@-1',
    ]);
  });

  it('has text by code point, nulls last whichever way', () => {
    const rows = [named(null), named('\u{10000}'), named('\uffff'), named('a')];
    expect(ordered(by('dimension', 0), rows)).toEqual(['a@0', '\uffff@0', '\u{10000}@0', 'null@0']);
    expect(ordered(by('dimension', 0, true), rows)).toEqual(['\u{10000}@0', '\uffff@0', 'a@0', 'null@0']);
  });

  it('is by the value of a measure, number or bigint', () => {
    const rows = [
      named('a', 0, { oldest: 2n ** 60n }),
      named('b', 0, { oldest: 5 }),
      named('c'),
      named('d', 0, { oldest: -1 }),
    ];
    expect(ordered(by('measure', 0), rows)).toEqual(['d@0', 'b@0', 'a@0', 'c@0']);
    expect(ordered(by('measure', 0, true), rows)).toEqual(['a@0', 'b@0', 'd@0', 'c@0']);
  });

  it('is by the value as it is presented, of several parts', () => {
    const rows = [named('a', 0, { sum: 9, ages: 3 }), named('b', 0, { sum: 8, ages: 2 }), named('c')];
    expect(ordered(by('measure', 1, true), rows)).toEqual(['b@0', 'a@0', 'c@0']);
  });

  it('puts more different values than are counted above all that are', () => {
    const rows = [named('a', 0, { names: '["x","y"]' }), named('b', 0, { names: BEYOND }), named('c')];
    expect(ordered(by('measure', 2, true), rows)).toEqual(['b@0', 'a@0', 'c@0']);
  });

  it('goes on after a place, be a row there or not', () => {
    const rows = [named('a'), named('b'), named('d'), named(null)];
    const order = by('dimension', 0);
    const after = placeOf(plan, order, named('c'));
    expect(shown(rowsInOrder(plan, order, rows, after))).toEqual(['d@0', 'null@0']);
  });
});
