import { describe, expect, it } from '@jest/globals';
import { BEYOND } from '../algebra/part.js';
import { boolean, date, decimal, double, int, optional, string, timestamp } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { average, count, distinct, histogram, latest, max, sum } from '../views/aggregates.js';
import { defineView } from '../views/define-view.js';
import type { CompareOperator } from '../views/expression.js';
import { planView } from '../views/plan-view.js';
import { daily } from '../views/windows.js';
import { meets } from './having.js';
import { readHaving } from './read-having.js';

const event = defineEvent({
  type: 'thing.seen',
  stream: 'things',
  data: {
    name: string(),
    age: optional(int()),
    price: decimal(2),
    weight: double(),
    isRed: boolean(),
    madeAt: timestamp(),
    day: date(),
  },
});
const view = defineView({
  name: 'things',
  from: event,
  window: daily(),
  measures: ({ name, age, price, weight, isRed, madeAt, day }) => ({
    things: count(),
    total: sum(price),
    mean: average(age),
    lastName: latest(name),
    heaviest: max(weight),
    anyRed: max(isRed),
    newest: max(madeAt),
    lastDay: max(day),
    names: distinct(name, { atMost: 3 }),
    weights: histogram(weight, [1]),
  }),
});
const plan = planView(view, [event]);
const indexOf = (name: string): number => plan.measures.findIndex((measure) => measure.name === name);

describe('a condition on a measure, as a request writes it', () => {
  it.each<[string, string, CompareOperator, unknown]>([
    ['things>=100', 'things', 'ge', 100],
    [' things = -1 ', 'things', 'eq', -1],
    ['things<18446744073709551616', 'things', 'lt', 2n ** 64n],
    ['things!="7"', 'things', 'ne', 7],
    ['total>12.5', 'total', 'gt', 1250],
    ['total<=-0.01', 'total', 'le', -1],
    ['total=98765432109876543210.00', 'total', 'eq', 9876543210987654321000n],
    ['mean<0.5', 'mean', 'lt', 0.5],
    ['mean<1e-3', 'mean', 'lt', 0.001],
    ['lastName=a box', 'lastName', 'eq', 'a box'],
    ['lastName!=', 'lastName', 'ne', ''],
    ['lastName<"=5"', 'lastName', 'lt', '=5'],
    ['lastName="\\" "', 'lastName', 'eq', '" '],
    ['heaviest>-0', 'heaviest', 'gt', 0],
    ['anyRed=true', 'anyRed', 'eq', true],
    ['newest>2001-03-01', 'newest', 'gt', 983_404_800_000],
    ['newest>2001-03-01T00:00:00.5+01:00', 'newest', 'gt', 983_401_200_500],
    ['lastDay<2001-03-01', 'lastDay', 'lt', 11_382],
    ['names>=3', 'names', 'ge', 3],
  ])('%s', (text, measure, operator, value) => {
    expect(readHaving(plan, [text])).toEqual([{ measure: indexOf(measure), operator, value }]);
  });

  it.each<[string, string]>([
    ['unknown-measure', 'size>1'],
    ['invalid-value', 'things'],
    ['invalid-value', 'things>'],
    ['invalid-value', 'things=>1'],
    ['invalid-value', 'things==1'],
    ['invalid-value', '>1'],
    ['invalid-value', 'things>1.5'],
    ['invalid-value', 'things>one'],
    ['invalid-value', `things>${'9'.repeat(41)}`],
    ['invalid-value', 'total>1.234'],
    ['invalid-value', 'mean>1e999'],
    ['invalid-value', 'mean>Infinity'],
    ['invalid-value', 'lastName=\0'],
    ['invalid-value', 'lastName="'],
    ['invalid-value', 'anyRed=1'],
    ['invalid-value', 'newest=now'],
    ['invalid-value', 'lastDay=2001-02-29'],
    ['invalid-value', 'names>3.5'],
    ['invalid-value', 'names>4'],
    ['invalid-value', 'weights=1'],
  ])('is refused with %s: %j', (code, text) => {
    expect(() => readHaving(plan, [text])).toThrow(expect.objectContaining({ code, pointer: '/having' }));
  });

  it('is one of at most 20', () => {
    const conditions = Array.from({ length: 21 }, () => 'things>1');
    expect(readHaving(plan, conditions.slice(1))).toHaveLength(20);
    expect(() => readHaving(plan, conditions)).toThrow(expect.objectContaining({ code: 'invalid-value' }));
  });
});

describe('a row', () => {
  const states: Readonly<Record<string, unknown>> = { names: '[]', weights: '' };
  const met = (having: readonly string[], given: Readonly<Record<string, unknown>> = {}): boolean => {
    const parts = plan.parts.map(() => 0 as unknown);
    for (const [name, state] of Object.entries({ ...states, lastName: null, newest: null, ...given })) {
      parts[plan.measures[indexOf(name)]?.parts[0] ?? -1] = state;
    }
    return meets(plan, { dimensions: [], window: 0, parts: parts as never }, readHaving(plan, having));
  };

  it('meets none, and all, of its conditions', () => {
    expect(met([])).toBe(true);
    expect(met(['things>=2', 'things<4'], { things: 3 })).toBe(true);
    expect(met(['things>=2', 'things<3'], { things: 3 })).toBe(false);
  });

  it.each<[string, boolean]>([
    ['total=2.00', true],
    ['total!=2.00', false],
    ['total<2.01', true],
    ['total<2', false],
    ['total<=2', true],
    ['total>1.99', true],
    ['total>2', false],
    ['total>=2', true],
  ])('of 2.00 meets %s: %p', (condition, expected) => {
    expect(met([condition], { total: 200 })).toBe(expected);
  });

  it('that has no value meets no condition on it', () => {
    for (const operator of ['=', '!=', '<', '<=', '>', '>=']) {
      expect(met([`mean${operator}1`])).toBe(false);
      expect(met([`lastName${operator}a`])).toBe(false);
    }
  });

  it('with more different values than are counted has more than any number that it is compared with', () => {
    expect(met(['names>3'], { names: BEYOND })).toBe(true);
    expect(met(['names!=3'], { names: BEYOND })).toBe(true);
    expect(met(['names<=3'], { names: BEYOND })).toBe(false);
  });
});
