import { describe, expect, it } from '@jest/globals';
import { allTime, daily, monthly } from '../views/windows.js';
import { isWithin, readWindowSpan } from './window-span.js';

const DAY_MS = 86_400_000;

describe('a span of windows', () => {
  it('is of whole windows, in the zone of the view', () => {
    const utc = readWindowSpan(daily(), '2001-03-01', '2001-03-03');
    expect(utc).toEqual({ fromMs: Date.UTC(2001, 2, 1), toMs: Date.UTC(2001, 2, 3) });
    const berlin = readWindowSpan(daily({ timeZone: 'Europe/Berlin' }), '2001-03-25', '2001-03-26');
    // the day has 23 hours
    expect(berlin.toMs - berlin.fromMs).toBe(DAY_MS - 3_600_000);
    expect([berlin.fromMs - 1, berlin.fromMs, berlin.toMs - 1, berlin.toMs].map((at) => isWithin(berlin, at))).toEqual([
      ...[false, true, true, false],
    ]);
    expect(isWithin(null, 0)).toBe(true);
  });

  it.each([
    [monthly(), '2001-03-01', '2001-03-15', '/windows/to', 'begin at 2001-03-01T00:00:00.000Z and 2001-04-01'],
    [daily(), '2001-03-01T06:00:00Z', '2001-03-03', '/windows/from', 'begin at 2001-03-01T00:00:00.000Z'],
    [daily(), '2001-03-01', '2001-03-01', '/windows', 'no window'],
    [daily(), '2001-03-03', '2001-03-01', '/from', 'is after'],
    [daily(), 'yesterday', '2001-03-01', '/from', 'ISO 8601'],
    [allTime(), '2001-03-01', '2001-03-02', '/from', 'one window of all time'],
  ])('of %j from %s to %s is refused at %s', (window, from, to, pointer, message) => {
    expect(() => readWindowSpan(window, from, to)).toThrow(
      expect.objectContaining({ code: 'invalid-range', pointer, message: expect.stringContaining(message) }),
    );
  });
});
