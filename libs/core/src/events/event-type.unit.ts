import { describe, expect, it } from '@jest/globals';
import { toDecimal } from '../views/arithmetic.js';
import { concat, parseInteger, position, substring } from '../views/calls.js';
import { coalesce, when, eq } from '../views/expressions.js';
import { constant } from '../views/operand.js';
import { decimal, enumOf, int, list, optional, record, string } from './data-type.js';
import { dataSchemaOf, defineEvent } from './event-type.js';

describe('an event type', () => {
  it('is plain data', () => {
    const event = defineEvent({ type: 'flight.landed', stream: 'flights', data: { delay: optional(int()) } });
    expect(event).toEqual({
      kind: 'event-type',
      type: 'flight.landed',
      version: 1,
      stream: 'flights',
      description: '',
      fields: { delay: { kind: 'int', type: 'int', optional: true } },
      upcast: null,
    });
    expect(dataSchemaOf(event)).toBe('urn:twofold:schema:flight.landed:1');
  });

  it.each<[Partial<Parameters<typeof defineEvent>[0]>, string]>([
    [{ type: 'landed' }, '/type'],
    [{ type: 'Flight.landed' }, '/type'],
    [{ type: 'flight.landed.' }, '/type'],
    [{ type: "flight.landed' --" }, '/type'],
    [{ version: 0 }, '/version'],
    [{ version: 1.5 }, '/version'],
    [{ stream: 'Flights' }, '/stream'],
    [{ stream: 'all.flights' }, '/stream'],
    [{ data: { 'two words': string() } }, '/data/two words'],
    [{ data: { Delay: int() } }, '/data/Delay'],
    [{ data: { _id: int() } }, '/data/_id'],
    [{ data: { constructor: int() } }, '/data/constructor'],
    [{ data: { toString: string() } }, '/data/toString'],
    [{ data: { flightNo: int(), flightno: int() } }, '/data/flightno'],
    [{ data: { name: string({ maxLength: NaN }) } }, '/data/name/maxLength'],
    [{ data: { name: string({ maxLength: 0 }) } }, '/data/name/maxLength'],
    [{ data: { name: string({ maxLength: 1.5 }) } }, '/data/name/maxLength'],
    [{ data: { price: decimal(19) } }, '/data/price/scale'],
    [{ data: { price: decimal(-1) } }, '/data/price/scale'],
    [{ data: { state: enumOf() } }, '/data/state/values'],
    [{ data: { state: enumOf('a', 'a') } }, '/data/state/values/1'],
    [{ data: { state: enumOf('a\0') } }, '/data/state/values/0'],
    [{ data: { tags: list(string(), { maxItems: 0 }) } }, '/data/tags/maxItems'],
    [{ data: { tags: list(string({ maxLength: -1 })) } }, '/data/tags/of/maxLength'],
    [{ data: { home: record({}) } }, '/data/home'],
    [{ data: { home: record({ 'a/b': int() }) } }, '/data/home/a~1b'],
    [{ data: { a: record({ b: record({ c: record({ d: record({ e: int() }) }) }) }) } }, '/data/a/b/c/d'],
    [{ data: Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`f${index}`, int()])) }, '/data'],
  ])('is refused: %j', (wrong, pointer) => {
    const declare = (): unknown => defineEvent({ type: 'flight.landed', stream: 'flights', data: {}, ...wrong });
    expect(declare).toThrow(expect.objectContaining({ code: 'invalid-event-definition', pointer }));
  });
});

describe('the next version of an event', () => {
  const first = defineEvent({
    type: 'user.moved',
    stream: 'users',
    data: {
      name: string({ maxLength: 20 }),
      cents: int(),
      code: optional(string({ maxLength: 5 })),
      state: enumOf('new', 'old'),
      home: optional(record({ town: string({ maxLength: 30 }), zip: optional(int()) })),
    },
  });
  type First = typeof first.fields;
  const base = { type: 'user.moved', stream: 'users', from: first } as const;

  it('carries over what stays, brings up what changes, and has nulls for what is new', () => {
    const second = defineEvent({
      ...base,
      data: {
        cents: int(),
        home: optional(record({ town: string({ maxLength: 40 }), zip: optional(int()), floor: optional(int()) })),
        price: decimal(2),
        given: string({ maxLength: 40 }),
        number: optional(int()),
        state: enumOf('new', 'old', 'gone'),
        label: string({ maxLength: 50 }),
      },
      upcast: ({ name, cents, code, state }) => ({
        price: toDecimal(cents, 2),
        given: substring(name, 1, position(name, ' ')),
        number: parseInteger(coalesce(code, '')),
        state: when(eq(state, 'old'), constant('string', 'gone')).otherwise(state),
        label: concat(name, '/', coalesce(code, '-')),
      }),
    });
    expect(second.version).toBe(2);
    expect(second.upcast).toMatchObject({
      cents: { kind: 'field', name: 'cents' },
      'home.town': { kind: 'field', name: 'home.town', nullable: true },
      'home.floor': { kind: 'literal', value: null, type: 'int' },
      price: { kind: 'arithmetic', type: 'decimal(2)' },
      number: { kind: 'call', name: 'parseInteger' },
    });
  });

  it.each<[string, string, () => unknown]>([
    ['/upcast/size', 'is given by nothing', () => defineEvent({ ...base, data: { size: int() } })],
    [
      '/upcast/cents',
      'is of type string, this is int',
      () => defineEvent({ ...base, data: { cents: string() }, upcast: ({ cents }) => ({ cents: cents as never }) }),
    ],
    ['/upcast/code', 'is never null, this may be', () => defineEvent({ ...base, data: { code: string() } })],
    [
      '/upcast/name',
      'has at most 10 characters, this up to 20',
      () => defineEvent({ ...base, data: { name: string({ maxLength: 10 }) } }),
    ],
    ['/upcast/state', 'has no value "old"', () => defineEvent({ ...base, data: { state: enumOf('new') } })],
    [
      '/upcast/state',
      'is one of its values only',
      () =>
        defineEvent({
          ...base,
          data: { state: enumOf('new') },
          upcast: ({ name }) => ({ state: name }),
        }),
    ],
    [
      '/upcast/home/town',
      'is never null, this may be',
      () => defineEvent({ ...base, data: { home: record({ town: string({ maxLength: 30 }) }) } }),
    ],
    [
      '/upcast/lost',
      'there is no field lost',
      () => defineEvent({ ...base, data: { cents: int() }, upcast: ({ cents }) => ({ lost: cents }) as never }),
    ],
    ['/from', 'the version before is 2, not 1', () => defineEvent({ ...base, version: 3, data: { cents: int() } })],
    [
      '/from',
      'the version before is of user.moved',
      () => defineEvent({ ...base, type: 'user.left', data: { cents: int() } }),
    ],
    [
      '/stream',
      'a type stays on its stream, users',
      () => defineEvent({ ...base, stream: 'others', data: { cents: int() } }),
    ],
    [
      '/from',
      'name it',
      () => defineEvent({ type: 'user.moved', stream: 'users', data: { cents: int() }, upcast: () => ({}) }),
    ],
  ])('is refused at %s: %s', (pointer, message, declare) => {
    const expected = {
      code: expect.stringMatching(/^invalid-event-definition$/),
      pointer,
      message: expect.stringContaining(message),
    };
    expect(declare).toThrow(expect.objectContaining(expected));
  });

  it('knows the fields of the version before by their types', () => {
    // @ts-expect-error there is no such field
    const declare = () => defineEvent({ ...base, data: { cents: int() }, upcast: ({ euros }) => ({ cents: euros }) });
    expect(declare).not.toBeNull();
    const fields: First = first.fields;
    expect(Object.keys(fields)).toHaveLength(5);
  });
});
