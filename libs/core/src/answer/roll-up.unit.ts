import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { int, string, type Scalar } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { isCoarser, windowStartAt } from '../time/window.js';
import { average, count, distinct, latest, max } from '../views/aggregates.js';
import { defineView } from '../views/define-view.js';
import { planView } from '../views/plan-view.js';
import { WINDOW_UNITS, type Window } from '../views/view-definition.js';
import type { ViewRow } from '../views/view-row.js';
import { daily, hourly } from '../views/windows.js';
import { rowKeyOf } from './merge-rows.js';
import { presentRow } from './present-row.js';
import { readRollUp } from './read-roll-up.js';
import { rolledPlan, rollUpRows, type RollUp } from './roll-up.js';

const event = defineEvent({
  type: 'thing.seen',
  stream: 'things',
  data: { name: string(), shop: string(), age: int() },
});
const planOver = (window: Window) =>
  planView(
    defineView({
      name: 'things',
      from: event,
      by: ({ name, shop }) => ({ name, shop }),
      window,
      measures: ({ name, age }) => ({
        things: count(),
        mean: average(age),
        oldest: max(age),
        names: distinct(name),
        last: latest(name),
      }),
    }),
    [event],
  );
const plan = planOver(daily());
const at = (text: string): number => Date.parse(text);
/** Parts: how many, sum of ages, greatest age, names, latest name. */
const row = (name: string, shop: string, day: string, ...[things, sum, oldest]: readonly Scalar[]): ViewRow => ({
  dimensions: [name, shop],
  window: at(day),
  parts: [things ?? 1, sum ?? 0, oldest ?? null, `["${name}"]`, `[${at(day)},"things",0,${String(sum)},"${name}"]`],
});
const ROWS = [
  row('box', 'A', '2001-03-01', 2, 10, 7),
  row('box', 'B', '2001-03-01', 1, 3, 3),
  row('jar', 'A', '2001-03-31', 3, 2, 9),
  row('jar', 'A', '2001-04-01', 1, 5, 5),
];
const monthly: Window = { kind: 'tumbling', unit: 'month', timeZone: 'UTC' };
const shown = (rollUp: RollUp) =>
  rollUpRows(plan, ROWS, rollUp).map((rolled) => presentRow(rolledPlan(plan, rollUp), rolled));

describe('rows rolled up', () => {
  it('to coarser windows and fewer dimensions combine', () => {
    const window = { start: '2001-03-01T00:00:00.000Z', end: '2001-04-01T00:00:00.000Z' };
    expect(shown({ window: monthly, dimensions: [1] })).toEqual([
      { shop: 'A', window, things: 5, mean: 2.4, oldest: 9, names: 2, last: 'jar' },
      { shop: 'B', window, things: 1, mean: 3, oldest: 3, names: 1, last: 'box' },
      {
        shop: 'A',
        window: { start: '2001-04-01T00:00:00.000Z', end: '2001-05-01T00:00:00.000Z' },
        things: 1,
        mean: 5,
        oldest: 5,
        names: 1,
        last: 'jar',
      },
    ]);
  });

  it('to no dimension and one window of all time are one row; of no rows, none', () => {
    const rollUp: RollUp = { window: { ...monthly, unit: 'all' }, dimensions: [] };
    expect(shown(rollUp)).toEqual([
      { window: { start: null, end: null }, things: 7, mean: 20 / 7, oldest: 9, names: 2, last: 'jar' },
    ]);
    expect(rollUpRows(plan, [], rollUp)).toEqual([]);
  });

  it('in any order and in any steps are the same', () => {
    const rows = fc
      .array(fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('x', 'y', 'z'), fc.integer({ min: 0, max: 500 })))
      .map((all) =>
        all.map(([name, shop, day], offset) =>
          row(name, shop, new Date(day * 86_400_000).toISOString(), 1, offset, day),
        ),
      );
    const quarterly: RollUp = { window: { ...monthly, unit: 'quarter' }, dimensions: [1] };
    const byMonth: RollUp = { window: monthly, dimensions: [0, 1] };
    const byKey = (found: readonly ViewRow[]) => new Map(found.map((one) => [rowKeyOf(one), one]));
    fc.assert(
      fc.property(rows, (all) => {
        const once = byKey(rollUpRows(plan, all, quarterly));
        expect(byKey(rollUpRows(plan, [...all].reverse(), quarterly))).toEqual(once);
        const inSteps = rollUpRows(rolledPlan(plan, byMonth), rollUpRows(plan, all, byMonth), quarterly);
        expect(byKey(inSteps)).toEqual(once);
      }),
    );
  });

  it('stand in the coarser window that holds theirs, on days on which clocks change too', () => {
    const fine: Window = { kind: 'tumbling', unit: 'hour', timeZone: 'Europe/Berlin' };
    for (const unit of WINDOW_UNITS.filter((candidate) => isCoarser({ ...fine, unit: candidate }, fine))) {
      const coarse = { ...fine, unit };
      for (const day of ['2024-03-31', '2024-10-27']) {
        for (let minute = 0; minute < 26 * 60; minute += 20) {
          const timeMs = at(`${day}T00:00:00+01:00`) + minute * 60_000;
          expect(windowStartAt(coarse, windowStartAt(fine, timeMs))).toBe(windowStartAt(coarse, timeMs));
        }
      }
    }
  });
});

describe('a roll-up, as a request writes it', () => {
  it.each<[string | undefined, string | undefined, RollUp | null]>([
    [undefined, undefined, null],
    ['day', 'shop,name', null],
    ['month', undefined, { window: monthly, dimensions: [0, 1] }],
    ['all', '', { window: { ...monthly, unit: 'all' }, dimensions: [] }],
    [undefined, 'shop', { window: null, dimensions: [1] }],
    ['day', ' name ', { window: null, dimensions: [0] }],
  ])('of granularity %p and groupBy %p', (granularity, groupBy, expected) => {
    expect(readRollUp(plan, granularity, groupBy)).toEqual(expected);
  });

  it('keeps the zone of the view', () => {
    const zoned = planOver(hourly({ timeZone: 'Europe/Berlin' }));
    expect(readRollUp(zoned, 'week', undefined)?.window).toEqual({
      kind: 'tumbling',
      unit: 'week',
      timeZone: 'Europe/Berlin',
    });
  });

  it.each<[string, string, string | undefined, string | undefined]>([
    ['invalid-value', '/granularity', 'hour', undefined],
    ['invalid-value', '/granularity', 'fortnight', undefined],
    ['invalid-value', '/granularity', '', undefined],
    ['unknown-dimension', '/groupBy', undefined, 'colour'],
    ['unknown-dimension', '/groupBy', undefined, 'name,'],
    ['unknown-dimension', '/groupBy', undefined, 'things'],
    ['invalid-value', '/groupBy', undefined, 'name,shop,name'],
  ])('is refused with %s at %s: %p, %p', (code, pointer, granularity, groupBy) => {
    expect(() => readRollUp(plan, granularity, groupBy)).toThrow(expect.objectContaining({ code, pointer }));
  });

  it('says what is possible', () => {
    expect(() => readRollUp(plan, 'hour', undefined)).toThrow(/day, week, month, quarter, year, all/);
    expect(() => readRollUp(plan, undefined, 'colour')).toThrow(/name, shop/);
  });
});
