import { describe, expect, it } from '@jest/globals';
import { boolean, int, optional, string, timestamp } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { average, count, max } from '../views/aggregates.js';
import { defineView } from '../views/define-view.js';
import { planView } from '../views/plan-view.js';
import { daily } from '../views/windows.js';
import { presentRow } from './present-row.js';

const event = defineEvent({
  type: 'thing.seen',
  stream: 'things',
  data: {
    name: optional(string()),
    size: int(),
    isRed: boolean(),
    madeAt: optional(timestamp()),
    age: optional(int()),
  },
});
const view = defineView({
  name: 'things',
  from: event,
  by: ({ name, size, isRed, madeAt }) => ({ name, size, isRed, madeAt }),
  window: daily(),
  measures: ({ age, madeAt }) => ({ things: count(), mean: average(age), oldest: max(age), newest: max(madeAt) }),
});
/** Parts: how many, sum of ages, how many have an age, greatest age, newest. */
const plan = planView(view, [event]);

describe('a row as an answer shows it', () => {
  it('has plain JSON: times in ISO 8601, an average, null for none', () => {
    const row = { dimensions: ['box', 3, true, 0], window: 983_404_800_000, parts: [2, 7, 2, 4, 0] };
    expect(presentRow(plan, row)).toEqual({
      name: 'box',
      size: 3,
      isRed: true,
      madeAt: '1970-01-01T00:00:00.000Z',
      window: { start: '2001-03-01T00:00:00.000Z', end: '2001-03-02T00:00:00.000Z' },
      things: 2,
      mean: 3.5,
      oldest: 4,
      newest: '1970-01-01T00:00:00.000Z',
    });
  });

  it('has an integer beyond 2^53 − 1 as text', () => {
    const row = {
      dimensions: [null, 2n ** 60n, false, null],
      window: -86_400_000,
      parts: [2n ** 53n, 0, 0, null, null],
    };
    expect(presentRow(plan, row)).toEqual({
      name: null,
      size: '1152921504606846976',
      isRed: false,
      madeAt: null,
      window: { start: '1969-12-31T00:00:00.000Z', end: '1970-01-01T00:00:00.000Z' },
      things: '9007199254740992',
      mean: null,
      oldest: null,
      newest: null,
    });
  });
});
