import { describe, expect, it } from '@jest/globals';
import { boolean, int, optional, string, timestamp, type Scalar } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { average, distinct, latest, sum } from '../views/aggregates.js';
import { defineView } from '../views/define-view.js';
import { planView } from '../views/plan-view.js';
import type { ViewRow } from '../views/view-row.js';
import { daily, hourly } from '../views/windows.js';
import { decodeCursor, encodeCursor, type PageShape } from './cursor.js';
import { readHaving } from './read-having.js';
import { readRollUp } from './read-roll-up.js';
import { placeOf, type RowOrder } from './row-order.js';

const event = defineEvent({
  type: 'thing.seen',
  stream: 'things',
  data: { name: optional(string()), size: int(), isRed: boolean(), madeAt: optional(timestamp()) },
});
const viewOver = (window = daily()) =>
  defineView({
    name: 'things',
    from: event,
    by: ({ name, size, isRed, madeAt }) => ({ name, size, isRed, madeAt }),
    window,
    measures: ({ name, size }) => ({
      total: sum(size),
      mean: average(size),
      last: latest(name),
      names: distinct(name, { atMost: 10_000 }),
    }),
  });
const plan = planView(viewOver(), [event]);
const row = (dimensions: readonly Scalar[], window: number, total: Scalar = 1): ViewRow => ({
  dimensions,
  window,
  parts: [total, 1, null, '[]'],
});
const BOX = row(['box', 3, true, 0], 983_404_800_000, 7);
const EMPTY = row([null, 2n ** 60n, false, null], -86_400_000, 2n ** 100n);
const by = (measure: string, descending = true): RowOrder => ({
  by: { kind: 'measure', index: plan.measures.findIndex(({ name }) => name === measure) },
  descending,
});
const shape: PageShape = { rollUp: null, having: [], order: by('total') };
const cursorOf = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString('base64url');
const contentOf = (cursor: string): unknown[] => JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
/** Another place than the one that the cursor names. */
const altered = (place: string, of: PageShape = shape): string =>
  cursorOf([contentOf(encodeCursor(plan, of, BOX))[0], place]);

describe('a cursor', () => {
  it.each([BOX, EMPTY])('holds the place where a page ended', (last) => {
    for (const order of [
      shape.order,
      by('mean', false),
      by('last'),
      { by: { kind: 'window' }, descending: false } as const,
    ]) {
      const ofOrder = { ...shape, order };
      expect(decodeCursor(plan, ofOrder, encodeCursor(plan, ofOrder, last))).toEqual(placeOf(plan, order, last));
    }
  });

  it('is short, however much the states of a row hold', () => {
    const names = JSON.stringify(Array.from({ length: 10_000 }, (_, index) => `a thing that is number ${index}`));
    const long = { ...BOX, parts: [7, 1, null, names] };
    const ofNames = { ...shape, order: by('names') };
    const cursor = encodeCursor(plan, ofNames, long);
    expect(cursor.length).toBeLessThan(200);
    expect(decodeCursor(plan, ofNames, cursor).key).toBe(10_000);
  });

  it('of rows that are rolled up has what remains', () => {
    const rolled = { ...shape, rollUp: readRollUp(plan, 'month', 'size') };
    const last = row([2n ** 60n], 0, 5);
    expect(decodeCursor(plan, rolled, encodeCursor(plan, rolled, last))).toEqual({
      key: 5,
      window: 0,
      dimensions: [2n ** 60n],
    });
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['no base64', '***'],
    ['no list', cursorOf({})],
    ['another version of the view', encodeCursor(planView(viewOver(hourly()), [event]), shape, BOX)],
    ['another order', encodeCursor(plan, { ...shape, order: by('total', false) }, BOX)],
    ['another granularity', encodeCursor(plan, { ...shape, rollUp: readRollUp(plan, 'month', undefined) }, BOX)],
    ['other conditions', encodeCursor(plan, { ...shape, having: readHaving(plan, ['total>1']) }, BOX)],
    ['too much', 'A'.repeat(20_000)],
    ['half a window', altered('[7,0.5,"box",3,true,0]')],
    ['too few dimensions', altered('[7,0,"box",3,true]')],
    ['too many', altered('[7,0,"box",3,true,0,1]')],
    ['a dimension of another type', altered('[7,0,"box","3",true,0]')],
    ['a dimension that is an object', altered('[7,0,{"a":1},3,true,0]')],
    ['a dimension that is never null', altered('[7,0,"box",null,true,0]')],
    ['text with U+0000', altered('[7,0,"\\u0000",3,true,0]')],
    ['more than 64 bits', altered('[7,0,"box",["9223372036854775808"],true,0]')],
    ['a value of another type', altered('["7",0,"box",3,true,0]')],
    ['a value of more bits than a sum has', altered(`[["${2n ** 127n}"],0,"box",3,true,0]`)],
  ])('is refused: %s', (_what, cursor) => {
    expect(() => decodeCursor(plan, shape, cursor)).toThrow(
      expect.objectContaining({ code: 'invalid-value', pointer: '/cursor' }),
    );
  });

  it('is refused where its value is not the one of its own window or dimension', () => {
    const byWindow: PageShape = { ...shape, order: { by: { kind: 'window' }, descending: false } };
    expect(() => decodeCursor(plan, byWindow, altered('[1,0,"box",3,true,0]', byWindow))).toThrow();
    const bySize: PageShape = { ...shape, order: { by: { kind: 'dimension', index: 1 }, descending: false } };
    expect(() => decodeCursor(plan, bySize, altered('[4,0,"box",3,true,0]', bySize))).toThrow();
  });
});
