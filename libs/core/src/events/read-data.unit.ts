import { describe, expect, it } from '@jest/globals';
import type { Field } from './data-type.js';
import {
  boolean,
  date,
  decimal,
  double,
  enumOf,
  int,
  list,
  optional,
  record,
  string,
  timestamp,
  type Value,
} from './data-type.js';
import { defineEvent } from './event-type.js';
import { dataReaderOf } from './read-data.js';

const readerOf = (data: Readonly<Record<string, Field>>) =>
  dataReaderOf(defineEvent({ type: 'thing.seen', stream: 'things', data }));

/** The value of a field `x`, or what is wrong with it. */
function readX(field: Field, json: string): Value | { readonly wrong: string } {
  const values: Value[] = [];
  const problem = readerOf({ x: field })(JSON.parse(json), values);
  return problem === null ? (values[0] ?? null) : { wrong: problem.message };
}

describe('a field', () => {
  it.each<[string, Field, string, Value]>([
    ['string', string(), '{"x":"O\'Hare \\"ORD\\""}', 'O\'Hare "ORD"'],
    ['string', string({ maxLength: 2 }), '{"x":"\\ud83d\\ude00"}', '\u{1f600}'],
    ['string', string(), '{"x":""}', ''],
    ['int', int(), '{"x":-7}', -7],
    ['int', int(), '{"x":1.0}', 1],
    ['int', int(), '{"x":1e3}', 1000],
    ['int', int(), '{"x":-0}', 0],
    ['int', int(), '{"x":9007199254740991}', 9_007_199_254_740_991],
    ['int', int(), '{"x":-9007199254740991}', -9_007_199_254_740_991],
    ['double', double(), '{"x":0.1}', 0.1],
    ['double', double(), '{"x":-0.0}', 0],
    ['double', double(), '{"x":1e308}', 1e308],
    ['double', double(), '{"x":1e-999}', 0],
    ['boolean', boolean(), '{"x":false}', false],
    ['timestamp', timestamp(), '{"x":"1969-12-31T23:59:59.999Z"}', -1],
    ['optional', optional(int()), '{"x":null}', null],
    ['optional', optional(int()), '{}', null],
    ['optional', optional(timestamp()), '{"x":"1970-01-01T00:00:00Z"}', 0],
    ['the last of two', int(), '{"x":1,"x":2}', 2],
    ['int', int(), '{"x":"9223372036854775807"}', 2n ** 63n - 1n],
    ['int', int(), '{"x":"-9223372036854775808"}', -(2n ** 63n)],
    ['int', int(), '{"x":"7"}', 7],
    ['int', int(), '{"x":"-0"}', 0],
    ['decimal', decimal(2), '{"x":"12.3"}', 1230],
    ['decimal', decimal(2), '{"x":"-0.05"}', -5],
    ['decimal', decimal(0), '{"x":"7"}', 7],
    ['decimal', decimal(18), '{"x":"0.999999999999999999"}', 999_999_999_999_999_999n],
    ['date', date(), '{"x":"1970-01-02"}', 1],
    ['date', date(), '{"x":"0000-01-01"}', -719_528],
    ['enum', enumOf('new', 'old'), '{"x":"old"}', 'old'],
  ])('of kind %s is read', (_kind, field, json, value) => {
    expect(readX(field, json)).toBe(value);
  });

  it.each<[Field, string, string]>([
    [string(), '{}', 'x is missing'],
    [string(), '{"x":null}', 'x is missing'],
    [string(), '{"x":1}', 'x must be a string'],
    [string(), '{"x":["a"]}', 'x must be a string'],
    [string({ maxLength: 2 }), '{"x":"abc"}', 'x must have at most 2 characters'],
    [string({ maxLength: 1 }), '{"x":"\\ud83d\\ude00"}', 'x must have at most 1 characters'],
    [string(), '{"x":"\\ud800"}', 'x must be well-formed Unicode without U+0000'],
    [string(), '{"x":"\\udc00\\ud800"}', 'x must be well-formed Unicode without U+0000'],
    [string(), '{"x":"a\\u0000b"}', 'x must be well-formed Unicode without U+0000'],
    [int(), '{"x":1.5}', 'x must be a 64-bit integer: a number within ±(2^53 − 1), or a string of its digits'],
    [
      int(),
      '{"x":9007199254740992}',
      'x must be a 64-bit integer: a number within ±(2^53 − 1), or a string of its digits',
    ],
    [
      int(),
      '{"x":9007199254740993}',
      'x must be a 64-bit integer: a number within ±(2^53 − 1), or a string of its digits',
    ],
    [int(), '{"x":1e999}', 'x must be a 64-bit integer: a number within ±(2^53 − 1), or a string of its digits'],
    [int(), '{"x":"1.0"}', 'x must be a 64-bit integer: a number within ±(2^53 − 1), or a string of its digits'],
    [int(), '{"x":true}', 'x must be a 64-bit integer: a number within ±(2^53 − 1), or a string of its digits'],
    [
      int(),
      '{"x":"9223372036854775808"}',
      'x must be a 64-bit integer: a number within ±(2^53 − 1), or a string of its digits',
    ],
    [int(), '{"x":""}', 'x must be a 64-bit integer: a number within ±(2^53 − 1), or a string of its digits'],
    [decimal(2), '{"x":1.5}', 'x must be a decimal as a string, of at most 18 digits, 2 of them after the point'],
    [decimal(2), '{"x":"1.234"}', 'x must be a decimal as a string, of at most 18 digits, 2 of them after the point'],
    [
      decimal(2),
      '{"x":"12345678901234567.00"}',
      'x must be a decimal as a string, of at most 18 digits, 2 of them after the point',
    ],
    [decimal(2), '{"x":".5"}', 'x must be a decimal as a string, of at most 18 digits, 2 of them after the point'],
    [date(), '{"x":"2001-02-29"}', 'x must be a date, such as 2001-03-01'],
    [date(), '{"x":"2001-3-1"}', 'x must be a date, such as 2001-03-01'],
    [enumOf('new', 'old'), '{"x":"New"}', 'x must be one of new, old'],
    [list(int()), '{"x":{}}', 'x must be an array'],
    [list(int(), { maxItems: 1 }), '{"x":[1,2]}', 'x must have at most 1 items'],
    [list(string()), '{"x":["a",null]}', 'x.1 must be a string'],
    [record({ y: int() }), '{"x":[]}', 'x must be an object'],
    [record({ y: int() }), '{"x":{}}', 'x.y is missing'],
    [record({ y: int() }), '{"x":{"y":1,"z":1}}', 'x.z is not a field of thing.seen version 1'],
    [double(), '{"x":1e999}', 'x must be a number'],
    [double(), '{"x":-1e999}', 'x must be a number'],
    [double(), '{"x":"0.1"}', 'x must be a number'],
    [boolean(), '{"x":0}', 'x must be true or false'],
    [boolean(), '{"x":"true"}', 'x must be true or false'],
    [timestamp(), '{"x":0}', 'x must be an RFC 3339 date and time, such as 2001-03-01T12:30:00Z'],
    [timestamp(), '{"x":"2001-03-01"}', 'x must be an RFC 3339 date and time, such as 2001-03-01T12:30:00Z'],
    [
      optional(int()),
      '{"x":"one"}',
      'x must be a 64-bit integer: a number within ±(2^53 − 1), or a string of its digits',
    ],
  ])('is refused: %j of %s, as %s', (field, json, wrong) => {
    expect(readX(field, json)).toEqual({ wrong });
  });
});

describe('data', () => {
  const read = readerOf({ name: string(), size: optional(int()) });
  const problemOf = (json: string) => read(JSON.parse(json), []);

  it('gives its values in the order in which fields are declared', () => {
    const values: Value[] = ['left', 'over'];
    expect(read({ size: 3, name: 'box' }, values)).toBeNull();
    expect(values).toEqual(['box', 3]);
    expect(read({ name: 'bag' }, values)).toBeNull();
    expect(values).toEqual(['bag', null]);
  });

  it.each(['null', '[]', '"text"', '7', 'true'])('that is %s is refused as a whole', (json) => {
    expect(problemOf(json)).toEqual({ code: 'invalid-data', message: 'data must be an object', pointer: '' });
  });

  it.each([
    ['{"name":"box","colour":"red"}', '/colour'],
    ['{"name":"box","__proto__":{"size":1}}', '/__proto__'],
    ['{"name":"box","constructor":1}', '/constructor'],
    ['{"name":"box","":1}', '/'],
    ['{"name":"box","a/b~c":1}', '/a~1b~0c'],
    ['{"name":"box","Name":"box"}', '/Name'],
  ])('with a field that is not declared is refused: %s', (json, pointer) => {
    expect(problemOf(json)).toMatchObject({ code: 'invalid-data', pointer });
    expect(problemOf(json)?.message).toContain('is not a field of thing.seen version 1');
  });

  it('that hides a value behind __proto__ lacks it', () => {
    expect(problemOf('{"__proto__":{"name":"box"}}')).toMatchObject({ message: 'name is missing', pointer: '/name' });
  });

  it('of records gives the values of their leaves, null where an optional one is missing', () => {
    const readNested = readerOf({
      home: optional(record({ town: string(), place: optional(record({ floor: int(), flats: list(int()) })) })),
      last: int(),
    });
    const values: Value[] = [];
    expect(readNested({ home: { town: 'Ulm', place: { floor: 2, flats: [1, '2'] } }, last: 1 }, values)).toBeNull();
    expect(values).toEqual(['Ulm', 2, [1, 2], 1]);
    expect(readNested({ home: { town: 'Ulm', place: null }, last: 1 }, values)).toBeNull();
    expect(values).toEqual(['Ulm', null, null, 1]);
    expect(readNested({ last: 1 }, values)).toBeNull();
    expect(values).toEqual([null, null, null, 1]);
    expect(readNested({ home: { town: 'Ulm', place: { floor: 2, flats: [1, 'x'] } }, last: 1 }, values)).toMatchObject({
      pointer: '/home/place/flats/1',
    });
  });

  it('of an event without fields is an empty object', () => {
    const readNothing = readerOf({});
    expect(readNothing({}, [])).toBeNull();
    expect(readNothing({ x: 1 }, [])).toMatchObject({ pointer: '/x' });
  });
});
