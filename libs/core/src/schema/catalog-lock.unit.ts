import { describe, expect, it } from '@jest/globals';
import { decimal, int, list, optional, record, string } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { schemaHashOf } from '../events/schema-hash.js';
import { multiply, toDecimal } from '../views/arithmetic.js';
import { histogram, sum } from '../views/aggregates.js';
import { datePart } from '../views/calls.js';
import { defineProjection } from '../projections/define-projection.js';
import { defineCatalog } from '../views/catalog.js';
import { defineView } from '../views/define-view.js';
import { eventTime } from '../views/expressions.js';
import { constant } from '../views/operand.js';
import { monthly } from '../views/windows.js';
import { lockOf, meaningOfLocked, readLock, textOfLock } from './catalog-lock.js';
import { hashOfMeaning } from '../views/fingerprint.js';

const first = defineEvent({
  type: 'thing.sold',
  stream: 'things',
  description: 'A thing has been sold',
  data: { price: int(), tags: list(string()), place: optional(record({ town: string() })) },
});
const second = defineEvent({
  ...{ type: 'thing.sold', stream: 'things', from: first },
  data: { price: decimal(2), place: optional(record({ town: string(), gate: optional(int()) })) },
  upcast: ({ price }) => ({ price: multiply(toDecimal(price, 1), constant('decimal(1)', '0.1')) }),
});
const view = defineView({
  name: 'sales',
  from: second,
  by: () => ({ hour: datePart(eventTime, 'hour', 'Asia/Tokyo') }),
  window: monthly({ timeZone: 'America/New_York' }),
  measures: ({ price }) => ({ total: sum(price), prices: histogram(price, ['1.50', '100.00']) }),
});
const projection = defineProjection({
  ...{ name: 'dearest', from: second, init: () => 0, measures: { dearest: int() } },
  evolve: (dearest, { data }) => Math.max(dearest, Number(data.price)),
  present: (dearest) => ({ dearest }),
});
const catalog = defineCatalog({ events: [second, first], views: [view], projections: [projection] });

describe('the lock of a catalog', () => {
  const text = textOfLock(lockOf(catalog));

  it('is read back as it was written, and so are the versions of its views', () => {
    const lock = readLock(text);
    expect(lock).toEqual(lockOf(catalog));
    expect(lock.events.map(({ version }) => version)).toEqual([1, 2]);
    const versions = [...lock.views, ...lock.projections].map(({ version }) => version);
    expect(versions).toEqual(catalog.views.map(({ id }) => id.version));
    expect(lock.views.map((locked) => hashOfMeaning(meaningOfLocked(locked, lock.events)))).toEqual([
      lock.views[0]?.version,
    ]);
    expect(Object.keys(lock.views[0]?.clocks ?? {}).sort()).toEqual(['America/New_York', 'Asia/Tokyo']);
  });

  it('is the same text whatever the order of declaration', () => {
    const other = defineCatalog({ events: [first, second], views: [view], projections: [projection] });
    expect(textOfLock(lockOf(other))).toBe(text);
  });

  it.each([
    ['an event', '"maxLength": 200', '"maxLength": 201', 'thing.sold version 1 has another hash'],
    ['a view', '"unit": "month"', '"unit": "year"', 'sales has another version'],
    [
      'the version that a view reads',
      /"version": 2,\n\s+"stream": "things"\n/,
      '"version": 3, "stream": "things"',
      'has no thing.sold version 3',
    ],
    ['the format', '"format": 1', '"format": 2', 'has the format 2'],
    ['its form', '"events": [', '"things": [', 'is not what it is generated as'],
    ['its form altogether', '{', '', 'is not what it is generated as'],
  ])('says so where %s was changed by hand', (_, from, to, message) => {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    expect(() => readLock(changed)).toThrow(message);
  });
});

describe('the hash of a schema', () => {
  it('is that of its meaning: not of words, nor of the order of fields', () => {
    const { tags, price, place } = first.fields;
    expect(schemaHashOf({ ...first, description: 'Sold', fields: { tags, place, price } } as never)).toBe(
      schemaHashOf(first),
    );
  });

  it.each<[string, object]>([
    ['stream', { stream: 'others' }],
    ['version', { version: 3 }],
    ['fields', { fields: { price: int() } }],
    ['upcast', { upcast: null }],
  ])('is another where the %s is', (_, change) => {
    expect(schemaHashOf({ ...second, ...change })).not.toBe(schemaHashOf(second));
  });

  it('is pinned: the same in every process and release', () => {
    expect(schemaHashOf(first)).toBe('1d59db8864f9a359a8b159c29073ca4921e71cf2fd564901529ff37fd8b8e020');
  });
});
