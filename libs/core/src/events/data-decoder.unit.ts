import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
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
import { impossible } from '../errors/twofold-error.js';
import { dataDecoderOf } from './data-decoder.js';
import { defineEvent } from './event-type.js';
import type { LogRecord } from './log-record.js';
import { dataReaderOf } from './read-data.js';
import { compileDataScanner } from './scan-data.js';

const RUNS = 3_000;

const parcel = defineEvent({
  type: 'parcel.moved',
  stream: 'parcels',
  data: {
    id: string({ maxLength: 8 }),
    weight: int(),
    fragile: boolean(),
    at: timestamp(),
    note: optional(string()),
    left: optional(int()),
    state: enumOf('new', 'é', 'a"b'),
    price: decimal(2),
    day: optional(date()),
  },
});
const names = Object.keys(parcel.fields);
const scanner = compileDataScanner(parcel, names);

/** Bytes stand before and after the value, as they do in a fetch: nothing of them may be taken for it. */
function placed(json: string): { readonly bytes: Buffer; readonly start: number; readonly end: number } {
  const value = Buffer.from(json);
  return { bytes: Buffer.concat([Buffer.from('{"'), value, Buffer.from('}')]), start: 2, end: 2 + value.length };
}
function scan(json: string, values: Value[], scanWith = scanner): boolean | undefined {
  const { bytes, start, end } = placed(json);
  return scanWith?.(bytes, start, end, values);
}
function recordOf(json: string): LogRecord {
  const { bytes, start, end } = placed(json);
  const valueText = (): string => bytes.toString('utf8', start, end);
  return {
    offset: 0,
    appendedAtMs: 0,
    bytes,
    valueStart: start,
    valueEnd: end,
    key: () => null,
    valueText,
    header: () => undefined,
    has: () => false,
    seek: () => false,
    headerBytes: bytes,
    headerStart: 0,
    headerEnd: 0,
    copy: () => impossible('nobody copies it'),
  };
}

/** So that most texts are wrong in one place or none, and each place is looked at. */
const mostly = (right: string, others: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(right) }, others);

/** Texts near the scanner's grammar: right ones, unusual ones, and ones that are wrong by a little. */
const number = fc.oneof(
  fc.integer().map(String),
  fc.maxSafeInteger().map(String),
  fc.constantFrom(
    '-0',
    '00',
    '01',
    '1.0',
    '1e3',
    '1E2',
    '-',
    '9007199254740993',
    '999999999999999',
    '+1',
    ' 1',
    '"12"',
    '"9007199254740993"',
    '"01"',
  ),
);
const textValue = fc
  .oneof(fc.string({ maxLength: 10 }), fc.string({ unit: 'binary', maxLength: 4 }))
  .map((text) => JSON.stringify(text));
const rawText = fc.constantFrom(
  '"a\\nb"',
  '"\\u0041"',
  '"é"',
  '"\t"',
  '"abc',
  '"\u007f"',
  '""',
  'null',
  '1',
  '"too long a text for it"',
);
const time = fc.constantFrom(
  '"2001-03-01T12:30:00Z"',
  '"2001-03-01T12:30:00.123Z"',
  '"2001-02-29T00:00:00Z"',
  '"2001-03-01T12:30:00+01:00"',
  '"2001-03-01"',
  '"2001-03-01t12:30:00z"',
  'null',
  '7',
  '"20O1-03-01T12:30:00Z"',
);
const state = fc.constantFrom('"new"', '"é"', '"a\\"b"', '"\\u006eew"', '"NEW"', '""', 'null', '1', '["new"]', '"new');
const price = fc.oneof(
  fc.constantFrom('"1.5"', '"-0"', '"007.10"', '"1.234"', '"."', '"1."', '".1"', '"+1"', '"1e3"', '""', '1.5', 'null'),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n }), fc.nat({ max: 99 }))
    .map((parts) => `"${parts.join('.')}"`),
);
const day = fc.constantFrom(
  '"2001-03-01"',
  '"1970-01-01"',
  '"0000-02-29"',
  '"2001-02-29"',
  '"2001-3-1"',
  '"10000-01-01"',
  '"-001-01-01"',
  '"2001-03-01T00:00:00Z"',
  'null',
  '7',
);
const member = (name: string, value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  value.map((text) => `${JSON.stringify(name)}:${text}`);
const members = fc.tuple(
  member('id', mostly('"ab c"', fc.oneof(textValue, rawText))),
  member('weight', mostly('-12', number)),
  member('fragile', mostly('true', fc.constantFrom('false', 'null', 'True', '1'))),
  member('at', mostly('"2001-03-01T12:30:00Z"', time)),
  member('note', mostly('null', fc.oneof(textValue, rawText))),
  member('left', mostly('7', fc.oneof(number, fc.constantFrom('null', 'nul')))),
  member('state', mostly('"new"', state)),
  member('price', mostly('"12.30"', price)),
  member('day', mostly('"2001-03-01"', day)),
);
const text = fc
  .tuple(
    members,
    mostly(',', fc.constantFrom(', ', '')),
    mostly('{', fc.constantFrom(' {', '')),
    mostly('}', fc.constantFrom('} ', '}}', '')),
  )
  .map(([parts, comma, open, close]) => `${open}${parts.join(comma)}${close}`);

function outcomeOf<T>(decode: (input: T, values: Value[]) => unknown, input: T): unknown {
  const values: Value[] = [];
  return [decode(input, values) === null ? values : 'refused'];
}

const byReader = (json: string, values: Value[]): unknown => {
  try {
    return dataReaderOf(parcel)(JSON.parse(json), values);
  } catch {
    return 'unreadable';
  }
};

describe('decoding data from its text', () => {
  it('comes to the outcome of the parser and the reader, whatever shapes it has learned before', () => {
    const decode = dataDecoderOf(parcel);
    let scanned = 0;
    fc.assert(
      fc.property(text, (json) => {
        const outcome = outcomeOf(byReader, recordOf(json).valueText() ?? '');
        expect(outcomeOf(decode, recordOf(json))).toEqual(outcome);
        const values: Value[] = [];
        if (scan(json, values) !== true) return;
        scanned += 1;
        expect([values]).toEqual(outcome);
      }),
      { numRuns: RUNS },
    );
    expect(scanned).toBeGreaterThan(RUNS / 20);
  });

  it('takes in one pass what JSON.stringify writes, in any order of members that it was compiled for', () => {
    const data = {
      weight: -12,
      at: '2001-03-01T12:30:00.000Z',
      id: 'a b',
      price: '-1234567890123456.78',
      fragile: true,
      left: null,
      day: '1969-12-31',
      state: 'new',
    };
    const scanShuffled = compileDataScanner(parcel, Object.keys(data));
    const values: Value[] = [];
    expect(scan(JSON.stringify(data), values, scanShuffled)).toBe(true);
    expect(values).toEqual(['a b', -12, true, Date.parse(data.at), null, null, 'new', -123_456_789_012_345_678n, -1]);
    expect(scan(JSON.stringify(data), [])).toBe(false);
  });

  it('leaves to the parser what it cannot take: escapes, text beyond ASCII, unusual numbers, white space', () => {
    const json = (id: string, weight: string): string =>
      `{"id":${id},"weight":${weight},"fragile":true,"at":"2001-03-01T12:30:00Z","note":null,"left":null,"state":"new","price":"1.00","day":null}`;
    expect(scan(json('"a"', '1'), [])).toBe(true);
    for (const id of ['"\\n"', '"é"', '"123456789"', 'null']) expect(scan(json(id, '1'), [])).toBe(false);
    for (const weight of ['01', '1.5', '1e3', '1000000000000000', '-', ' 1'])
      expect(scan(json('"a"', weight), [])).toBe(false);
    expect(scan(`${json('"a"', '1')} `, [])).toBe(false);
  });

  it('leaves to the parser what no enum, decimal or date is', () => {
    const json = (state: string, price: string, day: string): string =>
      `{"id":"a","weight":1,"fragile":true,"at":"2001-03-01T12:30:00Z","note":null,"left":null,"state":${state},"price":${price},"day":${day}}`;
    expect(scan(json('"new"', '"1"', '"2001-03-01"'), [])).toBe(true);
    for (const wrong of ['"NEW"', '"é"', 'null', '1']) expect(scan(json(wrong, '"1"', 'null'), [])).toBe(false);
    for (const wrong of ['"1.234"', '1', 'null', '"x"']) expect(scan(json('"new"', wrong, 'null'), [])).toBe(false);
    for (const wrong of ['"2001-02-29"', '7', '"x"']) expect(scan(json('"new"', '"1"', wrong), [])).toBe(false);
  });

  it('makes no scanner for a shape that lacks a field, has one twice or another, or for doubles, lists and records', () => {
    expect(compileDataScanner(parcel, names.slice(1))).toBeNull();
    expect(compileDataScanner(parcel, [...names, 'id'])).toBeNull();
    expect(compileDataScanner(parcel, [...names, 'colour'])).toBeNull();
    for (const x of [double(), list(int()), record({ y: int() }), optional(record({ y: int() }))])
      expect(compileDataScanner(defineEvent({ type: 'a.b', stream: 's', data: { x } }), ['x'])).toBeNull();
  });

  it('takes events in which an optional list or record is left out, with nulls for its leaves', () => {
    const data = {
      a: int(),
      home: optional(record({ city: string(), floor: int() })),
      tags: optional(list(int())),
      b: int(),
    };
    const scanWithout = compileDataScanner(defineEvent({ type: 'a.b', stream: 's', data }), ['b', 'a']);
    const values: Value[] = ['left', 'over'];
    expect(scan('{"b":2,"a":1}', values, scanWithout)).toBe(true);
    expect(values).toEqual([1, null, null, null, 2]);
  });

  it('stays right when producers write more shapes than it learns', () => {
    const decode = dataDecoderOf(parcel);
    const members = { id: 'x', weight: 1, fragile: false, at: '2001-03-01T12:30:00Z', state: 'é', price: '7' };
    const keys = Object.keys(members) as (keyof typeof members)[];
    for (let turn = 0; turn < 12; turn++) {
      const order = keys.map((_, index) => keys[(index * (turn % 2 === 0 ? 1 : 5) + turn) % keys.length] ?? 'id');
      const json = JSON.stringify(Object.fromEntries(order.map((key) => [key, members[key]])));
      expect(outcomeOf(decode, recordOf(json))).toEqual([
        ['x', 1, false, Date.parse(members.at), null, null, 'é', 700, null],
      ]);
    }
  });
});
