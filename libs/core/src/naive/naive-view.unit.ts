import { describe, expect, it } from '@jest/globals';
import { boolean, int, optional, string } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { average, count, countWhere, distinct, first, latest, max, sum, variance } from '../views/aggregates.js';
import { defineView } from '../views/define-view.js';
import { multiply } from '../views/arithmetic.js';
import { gt, isEvent, not } from '../views/expressions.js';
import { planView } from '../views/plan-view.js';
import { daily } from '../views/windows.js';
import { naiveView } from './naive-view.js';
import type { PlainEvent } from './plain-event.js';

const event = defineEvent({
  type: 'thing.seen',
  stream: 'things',
  data: { name: optional(string()), age: optional(int()), isRed: optional(boolean()) },
});
const view = defineView({
  name: 'things',
  from: event,
  where: ({ isRed }) => not(isRed),
  by: ({ name }) => ({ name }),
  window: daily(),
  measures: ({ age }) => ({ things: count(), total: sum(age), oldest: max(age), mean: average(age) }),
});
type Age = number | bigint | null;
const seen = (
  name: string | null,
  age: Age,
  isRed: boolean | null = false,
  at: Partial<PlainEvent> = {},
): PlainEvent => ({
  type: event.type,
  stream: event.stream,
  partition: 0,
  offset: 0,
  timeMs: 0,
  data: { name, age, isRed },
  ...at,
});

describe('the naive view', () => {
  it('keeps only what the filter says true of, and counts nulls for nothing', () => {
    const events = [seen('box', 3), seen('box', null), seen('box', 9, true), seen('box', 9, null), seen(null, 4)];
    expect(naiveView(planView(view, [event]), events)).toEqual([
      { dimensions: ['box'], window: 0, parts: [2, 3, 3, 1] },
      { dimensions: [null], window: 0, parts: [1, 4, 4, 1] },
    ]);
  });

  it('of nothing has no rows', () => {
    expect(naiveView(planView(view, [event]), [])).toEqual([]);
    expect(naiveView(planView(view, [event]), [seen('box', 1, true)])).toEqual([]);
  });

  it('takes the first and the last by event time, then by place', () => {
    const byTime = defineView({
      name: 'by-time',
      from: event,
      window: daily(),
      measures: ({ name, age }) => ({ first: first(name), last: latest(age), names: distinct(name) }),
    });
    const events = [
      seen('late', 1, false, { timeMs: 9, offset: 0 }),
      seen('other partition', 2, false, { timeMs: 3, partition: 1, offset: 0 }),
      seen(null, 3, false, { timeMs: 1, offset: 1 }),
      seen('first', null, false, { timeMs: 3, offset: 8 }),
      seen('second', 4, false, { timeMs: 3, offset: 9 }),
    ];
    expect(naiveView(planView(byTime, [event]), events)[0]?.parts).toEqual([
      '[3,"things",0,8,"first"]',
      '[9,"things",0,0,1]',
      '["first","late","other partition","second"]',
    ]);
  });

  it('refuses an overflow whatever the filter says, and sums of any size', () => {
    const squares = defineView({
      name: 'squares',
      from: event,
      where: ({ isRed }) => isRed,
      window: daily(),
      measures: ({ age }) => ({ big: countWhere(gt(multiply(age, age), 5)), total: sum(age), spread: variance(age) }),
    });
    const plan = planView(squares, [event]);
    expect(() => naiveView(plan, [seen('box', 2n ** 62n, false)])).toThrow(
      expect.objectContaining({ code: 'overflow' }),
    );
    const large = 3_037_000_499;
    const rows = naiveView(plan, [seen('box', large, true), seen('box', large, true)]);
    expect(rows[0]?.parts).toEqual([2, 2 * large, 2n * BigInt(large) ** 2n, 2]);
  });

  it('reads several types of event: what one lacks is null', () => {
    const lost = defineEvent({ type: 'thing.lost', stream: 'losses', data: { name: string() } });
    const both = defineView({
      name: 'both',
      from: [event, lost],
      by: ({ name }) => ({ name }),
      window: daily(),
      measures: ({ age }) => ({ lost: countWhere(isEvent(lost)), total: sum(age) }),
    });
    const events = [seen('box', 3), { ...seen(null, null), type: lost.type, data: { name: 'box' } }];
    expect(naiveView(planView(both, [event, lost]), events)).toEqual([
      { dimensions: ['box'], window: 0, parts: [1, 3] },
    ]);
  });
});
