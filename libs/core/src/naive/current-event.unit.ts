import { describe, expect, it } from '@jest/globals';
import { int, string } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { add, multiply } from '../views/arithmetic.js';
import { currentEvent } from './current-event.js';

const v1 = defineEvent({ type: 'thing.seen', stream: 'things', data: { size: int(), label: string() } });
const v2 = defineEvent({
  type: 'thing.seen',
  version: 2,
  stream: 'things',
  data: { name: string(), size: int(), area: int() },
  from: v1,
  upcast: ({ label, size }) => ({ name: label, area: multiply(size, size) }),
});
const v3 = defineEvent({
  type: 'thing.seen',
  version: 3,
  stream: 'things',
  data: { name: string(), size: int() },
  from: v2,
  upcast: ({ size }) => ({ size: add(size, 1) }),
});
const place = { timeMs: 5, stream: 'things', partition: 1, offset: 7 };
const LARGE = 2n ** 62n;

describe('an event as views see it', () => {
  it('of the newest version is as it stands', () => {
    expect(currentEvent([v1, v2, v3], 3, ['box', 4], place)).toEqual({
      ...place,
      type: 'thing.seen',
      data: { name: 'box', size: 4 },
    });
  });

  it('of an older version is brought up, version by version', () => {
    expect(currentEvent([v1, v2, v3], 1, [4, 'box'], place).data).toEqual({ name: 'box', size: 5 });
    expect(currentEvent([v1, v2], 1, [4, 'box'], place).data).toEqual({ name: 'box', size: 4, area: 16 });
  });

  it('overflows only in what the newest version has', () => {
    expect(() => currentEvent([v1, v2], 1, [LARGE, 'box'], place)).toThrow(
      expect.objectContaining({ code: 'overflow' }),
    );
    expect(currentEvent([v1, v2, v3], 1, [LARGE, 'box'], place).data).toEqual({ name: 'box', size: LARGE + 1n });
  });
});
