import { describe, expect, it } from '@jest/globals';
import type { Scalar } from '../events/data-type.js';
import { boolean, int, optional, string, timestamp } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { average, count, daily, defineView, hourly, max } from '../views/define-view.js';
import { planView } from '../views/plan-view.js';
import type { ViewRow } from '../views/view-row.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { presentRow } from './present-row.js';
import { compareRows, type RowOrder } from './row-order.js';
import { readRowsRequest } from './rows-request.js';

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
const viewOver = (window = daily()) =>
  defineView({
    name: 'things',
    from: event,
    by: ({ name, size, isRed, madeAt }) => ({ name, size, isRed, madeAt }),
    window,
    measures: ({ age, madeAt }) => ({ things: count(), mean: average(age), oldest: max(age), newest: max(madeAt) }),
  });
const plan = planView(viewOver(), event);
/** Parts: how many, sum of ages, how many have an age, greatest age, newest. */
const row = (dimensions: readonly Scalar[], window = 0, parts: readonly Scalar[] = [1, 0, 0, null, null]): ViewRow => ({
  dimensions,
  window,
  parts,
});
const BOX = row(['box', 3, true, 0], 11_382, [2, 7, 2, 4, 0]);
const EMPTY = row([null, 2n ** 60n, false, null], -1, [2n ** 53n, 0, 0, null, null]);

describe('a row as an answer shows it', () => {
  it('has plain JSON: times in ISO 8601, an average, null for none', () => {
    expect(presentRow(plan, BOX)).toEqual({
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
    expect(presentRow(plan, EMPTY)).toEqual({
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

describe('the order of rows', () => {
  const names = (order: RowOrder, rows: readonly ViewRow[]) =>
    [...rows].sort(compareRows(plan, order)).map(({ dimensions, window }) => `${String(dimensions[0])}@${window}`);
  const named = (name: string | null, window = 0, oldest: Scalar = null) =>
    row([name, 1, true, null], window, [1, 0, 0, oldest, null]);
  const by = (kind: 'dimension' | 'measure', index: number, descending = false): RowOrder => ({
    by: { kind, index },
    descending,
  });

  it('is by window, then by dimensions', () => {
    const rows = [named('b', 1), named('b', 0), named(null, 0), named('a', 0), named('a', -1)];
    expect(names({ by: { kind: 'window' }, descending: false }, rows)).toEqual(['a@-1', 'a@0', 'b@0', 'null@0', 'b@1']);
    expect(names({ by: { kind: 'window' }, descending: true }, rows)).toEqual(['b@1', 'a@0', 'b@0', 'null@0', 'a@-1']);
  });

  it('has text by code point, nulls last whichever way', () => {
    const rows = [named(null), named('\u{10000}'), named('\uffff'), named('a')];
    expect(names(by('dimension', 0), rows)).toEqual(['a@0', '\uffff@0', '\u{10000}@0', 'null@0']);
    expect(names(by('dimension', 0, true), rows)).toEqual(['\u{10000}@0', '\uffff@0', 'a@0', 'null@0']);
  });

  it('is by the value of a measure, number or bigint', () => {
    const rows = [named('a', 0, 2n ** 60n), named('b', 0, 5), named('c', 0, null), named('d', 0, -1)];
    expect(names(by('measure', 2), rows)).toEqual(['d@0', 'b@0', 'a@0', 'c@0']);
    expect(names(by('measure', 2, true), rows)).toEqual(['a@0', 'b@0', 'd@0', 'c@0']);
  });
});

describe('a cursor', () => {
  const order: RowOrder = { by: { kind: 'measure', index: 0 }, descending: true };
  const cursorOf = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString('base64url');
  const good = ['version', '', 0, '["box",3,true,0]', '[1,0,0,null,null]'];
  const altered = (index: number, value: unknown): string => {
    const content: unknown[] = [...good];
    content[0] = plan.id.version;
    content[1] = JSON.stringify([order.by, order.descending]);
    content[index] = value;
    return cursorOf(content);
  };

  it.each([BOX, EMPTY])('holds the row where a page ended', (last) => {
    expect(decodeCursor(plan, order, encodeCursor(plan, order, last))).toEqual(last);
    expect(decodeCursor(plan, order, altered(2, 0)).dimensions).toEqual(['box', 3, true, 0]);
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['no base64', '***'],
    ['no list', cursorOf({})],
    ['another version of the view', encodeCursor(planView(viewOver(hourly()), event), order, BOX)],
    ['another order', encodeCursor(plan, { ...order, descending: false }, BOX)],
    ['too much', 'A'.repeat(20_000)],
    ['half a window', altered(2, 0.5)],
    ['too few dimensions', altered(3, '["box",3,true]')],
    ['a dimension of another type', altered(3, '["box","3",true,0]')],
    ['a dimension that is an object', altered(3, '[{"a":1},3,true,0]')],
    ['a dimension that is never null', altered(3, '["box",null,true,0]')],
    ['text with U+0000', altered(3, '["\\u0000",3,true,0]')],
    ['more than 64 bits', altered(3, '["box",["9223372036854775808"],true,0]')],
    ['too many parts', altered(4, '[1,0,0,null,null,1]')],
    ['a part of another type', altered(4, '[1,0,true,null,null]')],
  ])('is refused: %s', (_what, cursor) => {
    expect(() => decodeCursor(plan, order, cursor)).toThrow(
      expect.objectContaining({ code: 'invalid-value', pointer: '/cursor' }),
    );
  });
});

describe('a request for rows', () => {
  const limits = { defaultRows: 100, maxRows: 1000, maxWaitMs: 5000 };
  const read = (parameters: Parameters<typeof readRowsRequest>[1]) => readRowsRequest(plan, parameters, limits);

  it('without parameters is for the first rows by window', () => {
    expect(read({})).toEqual({
      selection: { dimensions: [null, null, null, null], fromWindow: null, toWindow: null },
      order: { by: { kind: 'window' }, descending: false },
      limit: 100,
      after: null,
      atLeast: null,
      waitMs: 0,
      maxStalenessMs: null,
    });
  });

  it('takes dimensions by their names, one value or several', () => {
    const { selection } = read({ name: ['box', "O'Hare"], size: '-3', isRed: 'false', madeAt: '2001-03-01' });
    expect(selection.dimensions).toEqual([['box', "O'Hare"], [-3], [false], [983_404_800_000]]);
    expect(read({ size: '-0' }).selection.dimensions[1]).toEqual([0]);
  });

  it.each([
    [{ from: '2001-03-01', to: '2001-03-02' }, 11_382, 11_383],
    [{ from: '2001-03-01T00:00:00.001Z', to: '2001-03-02T00:00:00.001Z' }, 11_383, 11_384],
    [{ from: '1969-12-31T00:00:00Z', to: '1970-01-01T00:00:00Z' }, -1, 0],
    [{ from: '1969-12-31T12:00:00Z' }, 0, null],
    [{ from: '2001-03-01', to: '2001-03-01' }, 11_382, 11_382],
  ])('takes the windows that start within %j', (range, fromWindow, toWindow) => {
    expect(read(range).selection).toMatchObject({ fromWindow, toWindow });
  });

  it.each<[string, RowOrder]>([
    ['window', { by: { kind: 'window' }, descending: false }],
    ['-window', { by: { kind: 'window' }, descending: true }],
    ['size', { by: { kind: 'dimension', index: 1 }, descending: false }],
    ['-mean', { by: { kind: 'measure', index: 1 }, descending: true }],
  ])('takes the order %s', (orderBy, order) => {
    expect(read({ orderBy }).order).toEqual(order);
  });

  it('takes a cursor of its own order', () => {
    const order: RowOrder = { by: { kind: 'measure', index: 0 }, descending: true };
    expect(read({ orderBy: '-things', cursor: encodeCursor(plan, order, BOX) }).after).toEqual(BOX);
  });

  it.each<[string, string, Parameters<typeof readRowsRequest>[1]]>([
    ['unknown-dimension', '/colour', { colour: 'red' }],
    ['unknown-dimension', '/a~1b', { 'a/b': 'red' }],
    ['unknown-measure', '/orderBy', { orderBy: 'colour' }],
    ['unknown-measure', '/orderBy', { orderBy: '--things' }],
    ['invalid-value', '/size', { size: '1.5' }],
    ['invalid-value', '/size', { size: '' }],
    ['invalid-value', '/size', { size: '0x10' }],
    ['invalid-value', '/size', { size: ['1', 'two'] }],
    ['invalid-value', '/isRed', { isRed: '1' }],
    ['invalid-value', '/name', { name: 'a\0' }],
    ['invalid-value', '/name', { name: '\ud800' }],
    ['invalid-value', '/name', { name: Array.from({ length: 101 }, String) }],
    ['invalid-value', '/madeAt', { madeAt: 'yesterday' }],
    ['invalid-range', '/from', { from: 'yesterday' }],
    ['invalid-range', '/to', { to: '2001-02-30' }],
    ['invalid-range', '/from', { from: '2001-03-02', to: '2001-03-01' }],
    ['invalid-value', '/limit', { limit: '0' }],
    ['invalid-value', '/limit', { limit: '1001' }],
    ['invalid-value', '/limit', { limit: '1e2' }],
    ['invalid-value', '/limit', { limit: ['1', '2'] }],
    ['invalid-value', '/waitMs', { waitMs: '-1' }],
    ['invalid-value', '/maxStalenessMs', { maxStalenessMs: 'never' }],
    ['invalid-value', '/cursor', { cursor: 'next' }],
    ['invalid-position', '/position', { atLeast: 'now' }],
  ])('is refused with %s at %s: %j', (code, pointer, parameters) => {
    expect(() => read(parameters)).toThrow(expect.objectContaining({ code, pointer }));
  });
});
