import type { Field, Fields, ScalarField } from '@twofold/core';
import fc from 'fast-check';

/** JSON, as it goes over the wire. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Texts at the edge of what some kind of field takes, on both sides. */
const TEXTS = [
  ...[
    '',
    'a',
    'ab',
    'abc',
    'abcd',
    'abcde',
    'new',
    'x',
    'é',
    '😀',
    '😀😀',
    '😀😀😀',
    '\0',
    'a\0',
    '\ud800',
    '\udc00a',
    '\uffff',
    '\n',
    'a\n',
  ],
  ...[
    '0',
    '-0',
    '7',
    '-7',
    '007',
    '+7',
    '7.',
    '.7',
    '7e1',
    ' 7',
    '7\n',
    '٧',
    '9223372036854775807',
    '-9223372036854775808',
  ],
  ...[
    '9223372036854775808',
    '-9223372036854775809',
    '99999999999999999999',
    '0000000000000000000',
    '00000000000000000001',
  ],
  ...[
    '1.5',
    '1.50',
    '1.500',
    '-12.30',
    '--1',
    '0.5',
    '00.5',
    '000000000000000001',
    '0000000000000000001',
    '999999999999999999',
  ],
  ...[
    '1000000000000000000',
    '9999999999999999.99',
    '99999999999999999.99',
    '0099999999999999999.99',
    '009999999999999999.99',
  ],
  ...[
    '0.123456789012345678',
    '1.123456789012345678',
    '000000000000000000.5',
    '0000000000000000000.5',
    '99999999999999.9999',
  ],
  ...[
    '2001-03-01',
    '2001-02-29',
    '2004-02-29',
    '1900-02-29',
    '2000-02-29',
    '2001-04-31',
    '2001-13-01',
    '2001-00-01',
    '2001-01-00',
  ],
  ...['0000-01-01', '0000-02-29', '9999-12-31', '10000-01-01', '2001-3-1', '2001-03-01 ', '20010301', '２001-03-01'],
  ...[
    '2001-03-01T12:30:00Z',
    '2001-03-01t12:30:00z',
    '2001-03-01 12:30:00Z',
    '2001-03-01T12:30:00',
    '2001-03-01T12:30Z',
  ],
  ...['2001-03-01T12:30:00.5Z', '2001-03-01T12:30:00.123456789+05:30', '2001-03-01T12:30:00.Z', '2001-03-01T24:00:00Z'],
  ...['2001-03-01T23:59:60Z', '2001-03-01T23:60:00Z', '2001-03-01T12:30:00+24:00', '2001-03-01T12:30:00-23:59'],
  ...['2001-03-01T12:30:00+0530', '2001-03-01T12:30:00+05', '2001-02-30T12:30:00Z', '2001-02-29T00:00:00+01:00'],
];

const NUMBERS = [0, 1, -1, 7, 0.5, -0.1, 2 ** 53 - 1, 2 ** 53, -(2 ** 53 - 1), -(2 ** 53), 1e21, 1e300, 5e-324];

/** Each by itself, and as the only item of a list. */
export const HARD_VALUES: readonly Json[] = [
  ...[...TEXTS, ...NUMBERS, true, false, null, [], {}].flatMap((value): readonly Json[] => [value, [value]]),
  ...[
    ['a', 'a', 'a', 'a'],
    ['x', 'x'],
    ['x', 'x', 'x'],
    [['a']],
    { town: 'abc' },
    { town: 'abcd' },
    { town: 'abc', gate: {} },
  ],
  ...[{ town: 'abc', gate: { number: 1 } }, { town: 'abc', gate: null }, { town: null }, { town: 'abc', other: 1 }],
];

/** Anything at all, most of it near to what some field takes. */
const anything: fc.Arbitrary<Json> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Json>(...TEXTS) },
  { weight: 3, arbitrary: fc.constantFrom<Json>(...NUMBERS) },
  { weight: 2, arbitrary: fc.constantFrom<Json>(true, false, null, [], {}, [null], ['a'], [['a']], { town: 'a' }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
);

/** Data as these fields say, but for a few places in which it is something else; as JSON makes it of text. */
export const wireData = (fields: Fields): fc.Arbitrary<Json> =>
  fc
    .nat({ max: 3 })
    .chain((breaks) => recordOf(fields, breaks === 0 ? 0 : 2))
    .map((data) => JSON.parse(JSON.stringify(data)) as Json);

/** `brokenPercent`: how often a value is something else. */
function recordOf(fields: Fields, brokenPercent: number): fc.Arbitrary<Json> {
  const members = Object.entries(fields).map(([name, field]) =>
    memberOf(field, brokenPercent).map((value) => (value === undefined ? [] : [[name, value] as const])),
  );
  const extra = sometimes<readonly (readonly [string, Json])[]>(
    brokenPercent,
    fc.constantFrom('other', '__proto__', 'constructor', 'Name', '').map((name) => [[name, 1] as const]),
    fc.constant([]),
  );
  return fc.tuple(...members, extra).map((entries) => Object.fromEntries(entries.flat()) as Json);
}

/** undefined: it is absent. */
function memberOf(field: Field, brokenPercent: number): fc.Arbitrary<Json | undefined> {
  const present = sometimes(brokenPercent, anything, valueOf(field, brokenPercent));
  const missing = fc.constantFrom<(Json | undefined)[]>(null, undefined);
  return field.optional ? fc.oneof(present, missing) : sometimes(brokenPercent / 2, missing, present);
}

function valueOf(field: Field, brokenPercent: number): fc.Arbitrary<Json> {
  switch (field.kind) {
    case 'record':
      return recordOf(field.fields, brokenPercent);
    case 'list': {
      const item = sometimes(brokenPercent, anything, scalarOf(field.of));
      return fc.array(item, { maxLength: field.maxItems + (brokenPercent > 0 ? 1 : 0) });
    }
    default:
      return scalarOf(field);
  }
}

function scalarOf(field: ScalarField): fc.Arbitrary<Json> {
  switch (field.kind) {
    case 'string':
      return fc.string({ unit: 'grapheme-ascii', maxLength: field.maxLength });
    case 'enum':
      return fc.constantFrom(...field.values);
    case 'int':
      return fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String));
    case 'decimal':
      return fc.constantFrom('0', '-0', field.scale > 0 ? `0.${'9'.repeat(field.scale)}` : '999999999999999999');
    case 'double':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'timestamp':
      return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((time) => time.toISOString());
    case 'date':
      return fc.constantFrom('2001-03-01', '0000-02-29', '9999-12-31');
  }
}

const sometimes = <T>(percent: number, rare: fc.Arbitrary<T>, usual: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  percent === 0
    ? usual
    : fc.oneof({ weight: percent * 10, arbitrary: rare }, { weight: 1_000 - percent * 10, arbitrary: usual });
