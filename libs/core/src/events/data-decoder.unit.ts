import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { boolean, double, int, optional, string, timestamp, type Scalar } from './data-type.js';
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
  },
});
const names = Object.keys(parcel.fields);
const scanner = compileDataScanner(parcel, names);

/** Bytes stand before and after the value, as they do in a fetch: nothing of them may be taken for it. */
function placed(json: string): { readonly bytes: Buffer; readonly start: number; readonly end: number } {
  const value = Buffer.from(json);
  return { bytes: Buffer.concat([Buffer.from('{"'), value, Buffer.from('}')]), start: 2, end: 2 + value.length };
}
function scan(json: string, values: Scalar[], scanWith = scanner): boolean | undefined {
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
  };
}

/** Texts near the scanner's grammar: right ones, unusual ones, and ones that are wrong by a little. */
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc
    .constantFrom('-0', '00', '01', '1.0', '1e3', '1E2', '-', '9007199254740993', '999999999999999', '+1', ' 1')
    .map(String),
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
const member = (name: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<string> =>
  value.map((text) => `${JSON.stringify(name)}:${String(text)}`);
const members = fc.tuple(
  member('id', fc.oneof({ weight: 4, arbitrary: textValue }, rawText)),
  member('weight', number),
  member('fragile', fc.constantFrom('true', 'false', 'null', 'True', '1')),
  member('at', time),
  member('note', fc.oneof({ weight: 3, arbitrary: textValue }, rawText)),
  member('left', fc.oneof({ weight: 3, arbitrary: number }, fc.constantFrom('null', 'nul'))),
);
const text = fc
  .tuple(
    members,
    fc.constantFrom(',', ',', ',', ', ', ''),
    fc.constantFrom('{', '{', '{', ' {', ''),
    fc.constantFrom('}', '}', '}', '} ', '}}', ''),
  )
  .map(([parts, comma, open, close]) => `${open}${parts.join(comma)}${close}`);

function outcomeOf<T>(decode: (input: T, values: Scalar[]) => unknown, input: T): unknown {
  const values: Scalar[] = [];
  return [decode(input, values) === null ? values : 'refused'];
}

const byReader = (json: string, values: Scalar[]): unknown => {
  try {
    return dataReaderOf(parcel)(JSON.parse(json), values);
  } catch {
    return 'unreadable';
  }
};

describe('decoding data from its text', () => {
  it('comes to the outcome of the parser and the reader, whatever shapes it has learned before', () => {
    const decode = dataDecoderOf(parcel);
    fc.assert(
      fc.property(text, (json) => {
        expect(outcomeOf(decode, recordOf(json))).toEqual(outcomeOf(byReader, recordOf(json).valueText() ?? ''));
      }),
      { numRuns: RUNS },
    );
  });

  it('takes in one pass what JSON.stringify writes, in any order of members that it was compiled for', () => {
    const data = { weight: -12, at: '2001-03-01T12:30:00.000Z', id: 'a b', fragile: true, left: null };
    const scanShuffled = compileDataScanner(parcel, Object.keys(data));
    const values: Scalar[] = [];
    expect(scan(JSON.stringify(data), values, scanShuffled)).toBe(true);
    expect(values).toEqual(['a b', -12, true, Date.parse(data.at), null, null]);
    expect(scan(JSON.stringify(data), [])).toBe(false);
  });

  it('leaves to the parser what it cannot take: escapes, text beyond ASCII, unusual numbers, white space', () => {
    const json = (id: string, weight: string): string =>
      `{"id":${id},"weight":${weight},"fragile":true,"at":"2001-03-01T12:30:00Z","note":null,"left":null}`;
    expect(scan(json('"a"', '1'), [])).toBe(true);
    for (const id of ['"\\n"', '"é"', '"123456789"', 'null']) expect(scan(json(id, '1'), [])).toBe(false);
    for (const weight of ['01', '1.5', '1e3', '1000000000000000', '-', ' 1'])
      expect(scan(json('"a"', weight), [])).toBe(false);
    expect(scan(`${json('"a"', '1')} `, [])).toBe(false);
  });

  it('makes no scanner for a shape that lacks a field, has one twice or another, or for doubles', () => {
    expect(compileDataScanner(parcel, names.slice(1))).toBeNull();
    expect(compileDataScanner(parcel, [...names, 'id'])).toBeNull();
    expect(compileDataScanner(parcel, [...names, 'colour'])).toBeNull();
    expect(compileDataScanner(defineEvent({ type: 'a.b', stream: 's', data: { x: double() } }), ['x'])).toBeNull();
  });

  it('stays right when producers write more shapes than it learns', () => {
    const decode = dataDecoderOf(parcel);
    const members = { id: 'x', weight: 1, fragile: false, at: '2001-03-01T12:30:00Z' };
    const keys = Object.keys(members) as (keyof typeof members)[];
    for (let turn = 0; turn < 12; turn++) {
      const order = keys.map((_, index) => keys[(index * (turn % 2 === 0 ? 1 : 3) + turn) % keys.length] ?? 'id');
      const json = JSON.stringify(Object.fromEntries(order.map((key) => [key, members[key]])));
      expect(outcomeOf(decode, recordOf(json))).toEqual([['x', 1, false, Date.parse(members.at), null, null]]);
    }
  });
});
