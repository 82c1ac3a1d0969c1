import { describe, expect, it } from '@jest/globals';
import { boolean, date, decimal, int, optional, string, timestamp } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { average, count, histogram, max } from '../views/aggregates.js';
import { defineView } from '../views/define-view.js';
import { planView } from '../views/plan-view.js';
import { daily } from '../views/windows.js';
import { encodeCursor } from './cursor.js';
import { placeOf, type RowOrder } from './row-order.js';
import { readRowsRequest, type RequestParameters } from './rows-request.js';

const event = defineEvent({
  type: 'thing.seen',
  stream: 'things',
  data: {
    name: optional(string()),
    size: int(),
    isRed: boolean(),
    madeAt: optional(timestamp()),
    price: decimal(2),
    day: date(),
    age: optional(int()),
  },
});
const view = defineView({
  name: 'things',
  from: event,
  by: ({ name, size, isRed, madeAt, price, day }) => ({ name, size, isRed, madeAt, price, day }),
  window: daily(),
  measures: ({ age }) => ({ things: count(), mean: average(age), oldest: max(age), ages: histogram(age, [1, 2]) }),
});
const plan = planView(view, [event]);
const limits = { defaultRows: 100, maxRows: 1000, maxWaitMs: 5000 };
const read = (parameters: RequestParameters) => readRowsRequest(plan, parameters, limits);

describe('a request for rows', () => {
  it('without parameters is for the first rows by window', () => {
    expect(read({})).toEqual({
      selection: { dimensions: [null, null, null, null, null, null], fromWindow: null, toWindow: null },
      rollUp: null,
      having: [],
      order: { by: { kind: 'window' }, descending: false },
      limit: 100,
      after: null,
      atLeast: null,
      waitMs: 0,
      maxStalenessMs: null,
    });
  });

  it('takes dimensions by their names, one value or several', () => {
    const { selection } = read({
      name: ['box', "O'Hare"],
      size: ['-3', '9223372036854775807'],
      isRed: 'false',
      madeAt: '2001-03-01',
      price: ['12.5', '-0.01', '7'],
      day: '2001-03-01',
    });
    expect(selection.dimensions).toEqual([
      ['box', "O'Hare"],
      [-3, 2n ** 63n - 1n],
      [false],
      [983_404_800_000],
      [1250, -1, 700],
      [11_382],
    ]);
    expect(Object.is(read({ size: '-0' }).selection.dimensions[1]?.[0], 0)).toBe(true);
  });

  it.each([
    [{ from: '2001-03-01', to: '2001-03-02' }, 983_404_800_000, 983_491_200_000],
    [{ from: '2001-03-01T00:00:00.001Z' }, 983_404_800_001, null],
    [{ from: '1969-12-31T00:00:00Z', to: '1970-01-01T00:00:00Z' }, -86_400_000, 0],
    [{ to: '1969-12-31T12:00:00Z' }, null, -43_200_000],
    [{}, null, null],
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

  it('rolls up, and orders by what remains', () => {
    const { rollUp, order, selection } = read({ granularity: 'month', groupBy: 'size', orderBy: 'size', name: 'box' });
    expect(rollUp).toEqual({ window: { kind: 'tumbling', unit: 'month', timeZone: 'UTC' }, dimensions: [1] });
    expect(order).toEqual({ by: { kind: 'dimension', index: 0 }, descending: false });
    expect(selection.dimensions[0]).toEqual(['box']);
  });

  it('takes conditions on measures, one or several', () => {
    expect(read({ having: 'things>=100' }).having).toEqual([{ measure: 0, operator: 'ge', value: 100 }]);
    expect(read({ having: ['things>=100', 'mean<0.5'] }).having).toHaveLength(2);
  });

  it('takes a cursor of its own shape', () => {
    const parameters = { orderBy: '-things', granularity: 'month', groupBy: 'name', having: 'things>1' };
    const request = read(parameters);
    const last = { dimensions: ['box'], window: 0, parts: [2, 0, 0, null, ''] };
    const cursor = encodeCursor(plan, request, last);
    expect(read({ ...parameters, cursor }).after).toEqual(placeOf(plan, request.order, last));
    expect(() => read({ ...parameters, having: 'things>2', cursor })).toThrow(/begin without it/);
  });

  it.each<[string, string, RequestParameters]>([
    ['unknown-dimension', '/colour', { colour: 'red' }],
    ['unknown-dimension', '/a~1b', { 'a/b': 'red' }],
    ['unknown-measure', '/orderBy', { orderBy: 'colour' }],
    ['unknown-measure', '/orderBy', { orderBy: '--things' }],
    ['unknown-measure', '/orderBy', { orderBy: 'ages' }],
    ['unknown-measure', '/orderBy', { orderBy: 'name', groupBy: 'size' }],
    ['unknown-dimension', '/groupBy', { groupBy: 'colour' }],
    ['invalid-value', '/granularity', { granularity: 'hour' }],
    ['invalid-value', '/groupBy', { groupBy: ['name', 'size'] }],
    ['unknown-measure', '/having', { having: 'name=box' }],
    ['invalid-value', '/having', { having: ['things>1', 'things'] }],
    ['invalid-value', '/size', { size: '1.5' }],
    ['invalid-value', '/size', { size: '' }],
    ['invalid-value', '/size', { size: '0x10' }],
    ['invalid-value', '/size', { size: '9223372036854775808' }],
    ['invalid-value', '/size', { size: ['1', 'two'] }],
    ['invalid-value', '/isRed', { isRed: '1' }],
    ['invalid-value', '/name', { name: 'a\0' }],
    ['invalid-value', '/name', { name: '\ud800' }],
    ['invalid-value', '/name', { name: Array.from({ length: 101 }, String) }],
    ['invalid-value', '/madeAt', { madeAt: 'yesterday' }],
    ['invalid-value', '/price', { price: '1.234' }],
    ['invalid-value', '/price', { price: '99999999999999999999.00' }],
    ['invalid-value', '/day', { day: '2001-03-01T00:00:00Z' }],
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
