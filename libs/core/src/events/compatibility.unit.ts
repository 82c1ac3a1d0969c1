import { describe, expect, it } from '@jest/globals';
import { concat } from '../views/calls.js';
import { constant } from '../views/operand.js';
import { compareEvents, type EventChange } from './compatibility.js';
import { decimal, enumOf, int, list, optional, record, string } from './data-type.js';
import { defineEvent, type EventType } from './event-type.js';

const data = {
  delay: int(),
  origin: string({ maxLength: 16 }),
  state: enumOf('early', 'late'),
  tags: list(string({ maxLength: 4 }), { maxItems: 3 }),
  place: optional(record({ town: string({ maxLength: 9 }) })),
};
const landed = { type: 'flight.landed', stream: 'flights', data };
const first = defineEvent(landed);
const second = defineEvent({
  ...landed,
  from: first,
  data: { ...data, carrier: string({ maxLength: 2 }) },
  upcast: () => ({ carrier: constant('string', '??') }),
});
const third = defineEvent({
  ...landed,
  from: second,
  data: { ...data, carrier: string({ maxLength: 3 }) },
});
const other = defineEvent({ type: 'flight.cancelled', stream: 'flights', data: { delay: int() } });

const changes = (
  before: readonly EventType[],
  after: readonly EventType[],
  readers: readonly string[] = [],
): readonly EventChange[] => compareEvents(before, after, () => readers);
const changesWhereItHolds = (before: readonly EventType[], after: readonly EventType[]): readonly EventChange[] =>
  compareEvents(before, after, () => [], new Set(['flights']));
const told = (list: readonly EventChange[]): readonly string[] =>
  list.map(({ effect, change, version, field }) =>
    [effect, change, version, field].filter((part) => part !== null).join(' '),
  );
const redeclared = (changed: Partial<typeof data>): EventType =>
  defineEvent({ ...landed, data: { ...data, ...changed } });

describe('the events of two catalogs', () => {
  it('do not differ where nothing changed, in whatever order they stand', () => {
    const moved = defineEvent({ ...landed, data: Object.fromEntries(Object.entries(data).reverse()) });
    expect(changes([first, second, other], [other, second, moved])).toEqual([]);
  });

  it('keep their types where events wait behind dead ones, for verdicts on others depend on them', () => {
    expect(told(changes([first, other], [first]))).toEqual(['warning type-removed']);
    expect(told(changesWhereItHolds([first, other], [first]))).toEqual(['break type-removed']);
    expect(told(changes([first], [first, other]))).toEqual(['compatible type-added']);
    expect(told(changesWhereItHolds([first], [first, other]))).toEqual(['warning type-added']);
  });

  it.each<[string, EventType, string, string]>([
    ['type', redeclared({ delay: decimal(2) as never }), 'delay', 'was int(), is decimal(2)'],
    ['optionality', redeclared({ delay: optional(int()) as never }), 'delay', 'was int(), is optional(int())'],
    ['bound', redeclared({ origin: string({ maxLength: 8 }) }), 'origin', 'was string({ maxLength: 16 })'],
    ['values', redeclared({ state: enumOf('early', 'late', 'lost') }), 'state', 'is enumOf("early", "late", "lost")'],
    ['items', redeclared({ tags: list(string({ maxLength: 4 }), { maxItems: 9 }) }), 'tags', 'maxItems: 9'],
    [
      'record',
      redeclared({ place: record({ town: string({ maxLength: 9 }) }) as never }),
      'place',
      'was optional(record), is record',
    ],
    [
      'nested field',
      redeclared({ place: optional(record({ town: string({ maxLength: 8 }) })) }),
      'place.town',
      'is string({ maxLength: 8 })',
    ],
    ['new field', redeclared({ gate: optional(int()) } as never), 'gate', 'is new: optional(int())'],
  ])('break where a published version has another %s', (_, now, field, reason) => {
    const [change, ...more] = changes([first], [now]);
    expect(more).toEqual([]);
    expect(change).toMatchObject({
      ...{ effect: 'break', change: 'field-changed', type: 'flight.landed', version: 1, field },
      reason: expect.stringContaining(reason),
    });
    expect(change?.reason).toContain('add a version');
  });

  it('break where a field is gone', () => {
    const { delay: _delay, ...rest } = data;
    expect(changes([first], [defineEvent({ ...landed, data: rest })])).toMatchObject([
      { effect: 'break', field: 'delay', reason: expect.stringContaining('is gone; it was int()') },
    ]);
  });

  it('break where a published version is brought up in another way', () => {
    const again = defineEvent({
      ...landed,
      from: first,
      data: second.fields,
      upcast: ({ origin }) => ({ origin: concat(origin, ''), carrier: constant('string', '!!') }),
    });
    expect(told(changes([first, second], [first, again]))).toEqual([
      'break upcast-changed 2 origin',
      'break upcast-changed 2 carrier',
    ]);
  });

  it('break where a type goes to another stream, in a version that there is or in a new one', () => {
    const elsewhere = { ...first, stream: 'landings' };
    expect(told(changes([first], [elsewhere]))).toEqual(['break stream-changed 1']);
    expect(told(changes([first], [first, { ...second, stream: 'landings' }]))).toEqual([
      'compatible version-added 2',
      'break not-connected 2',
    ]);
  });

  it('go together where a version is added at the end, a type is new, or words are others', () => {
    expect(told(changes([first], [first, second, third]))).toEqual([
      'compatible version-added 2',
      'compatible version-added 3',
    ]);
    expect(told(changes([first], [first, other]))).toEqual(['compatible type-added']);
    expect(told(changes([first], [{ ...first, description: 'it is down' }]))).toEqual([
      'compatible description-changed 1',
    ]);
  });

  it('break where a new version is not made of the one before', () => {
    const alone = defineEvent({ ...landed, version: 2, data });
    expect(changes([first], [first, alone])).toMatchObject([
      { change: 'version-added' },
      { effect: 'break', change: 'not-connected', version: 2, reason: expect.stringContaining('give it `from`') },
    ]);
    expect(told(changes([first], [first, third]))).toContain('break not-connected 3');
  });

  it('break where a new version is made of something else than the one before', () => {
    const imagined = redeclared({ delay: decimal(2) as never });
    const next = defineEvent({ ...landed, from: imagined, data: { ...data, delay: decimal(2) } });
    expect(changes([first], [first, next])).toMatchObject([
      { change: 'version-added' },
      { effect: 'break', change: 'not-connected', reason: expect.stringContaining('/upcast/delay') },
    ]);
  });

  it('warn where the oldest version is retired, and its successor says no longer how it is made of it', () => {
    expect(told(changes([first, second, third], [second, third]))).toEqual(['warning version-retired 1']);
    const oldest = defineEvent({ ...landed, version: 2, data: second.fields });
    expect(told(changes([first, second, third], [oldest, third]))).toEqual(['warning version-retired 1']);
    expect(told(changes([first, second, third], [third]))).toEqual([
      'warning version-retired 1',
      'warning version-retired 2',
    ]);
  });

  it('break where another version goes, or all that were published', () => {
    expect(told(changes([first, second], [first]))).toEqual(['break version-removed 2']);
    expect(told(changes([first, second, third], [first, third]))).toEqual([
      'break version-removed 2',
      'break not-connected 3',
    ]);
    expect(told(changes([first], [second]))).toEqual(['break version-removed 1', 'compatible version-added 2']);
  });

  it('break where a type goes that a view reads, and warn where none does', () => {
    expect(changes([first, other], [other], ['delays'])).toMatchObject([
      { effect: 'break', change: 'type-removed', type: 'flight.landed', reason: expect.stringContaining('delays') },
    ]);
    expect(told(changes([first, other], [other]))).toEqual(['warning type-removed']);
  });

  it('take back a version that was retired', () => {
    expect(told(changes([second, third], [first, second, third]))).toEqual(['compatible version-added 1']);
  });
});
