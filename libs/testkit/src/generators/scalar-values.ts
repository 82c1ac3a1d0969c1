import type { DataTypeKind, ValueOf } from '@twofold/core';
import fc from 'fast-check';

/** Below it every number is exact: the edge where int fields end. */
const GREATEST_INT = Number.MAX_SAFE_INTEGER;
const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 86_400_000;
/** Longest text made, in UTF-16 units: short, so that a view can have several dimensions of it. */
export const MAX_TEXT_LENGTH = 24;

/** Small ones, which meet again and again, and those at the edge of what an int field takes. */
export const ints: fc.Arbitrary<number> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 2, arbitrary: fc.integer({ min: -100_000, max: 100_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: -3, max: 0 }).map((below) => GREATEST_INT + below) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 }).map((above) => above - GREATEST_INT) },
);

/** Text that breaks quoting, order by UTF-16 unit, normalisation, trimming or folding of case. */
const WITHIN_BMP = '\uffff';
const BEYOND_BMP = '\u{10000}';
const HARD_TEXTS = [
  ...['', ' ', 'a', 'A', 'ab', 'a ', "it's", '"quoted"', '\\', '\n', '%', '$1', '["7"]', 'null', '0'],
  ...['\u00e9', 'e\u0301', 'ß', '\ud7ff', '\ue000', WITHIN_BMP, BEYOND_BMP, '😀', '\u2028', '\u0001'],
];

export const texts: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...HARD_TEXTS) },
  {
    weight: 1,
    arbitrary: fc
      .string({ unit: 'binary', maxLength: MAX_TEXT_LENGTH / 2 })
      .map((text) => text.toWellFormed().replaceAll('\0', '').slice(0, MAX_TEXT_LENGTH).toWellFormed()),
  },
);

export const doubles: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 0.1, -0.1, 0.1 + 0.2, 1e21, 5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** 53),
  // of many decimal digits: where an engine that reads a literal as a decimal rounds twice
  fc.tuple(fc.maxSafeInteger(), fc.nat({ max: 22 })).map(([digits, places]) => Number(`${digits}e-${places}`)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);

/** The ends of windows and of what RFC 3339 can write, before and after 1970. */
const FIRST_TIME = Date.UTC(-1, 11, 31);
const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
export const times: fc.Arbitrary<number> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -3 * MS_PER_HOUR, max: 3 * MS_PER_HOUR }) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.integer({ min: -2, max: 2 }), fc.constantFrom(MS_PER_HOUR, MS_PER_DAY), fc.integer({ min: -1, max: 1 }))
      .map(([number, width, beside]) => number * width + beside),
  },
  { weight: 1, arbitrary: fc.integer({ min: FIRST_TIME, max: LAST_TIME }) },
);

/** Values of a kind, as readers of the log give them: no −0, no U+0000, no lone surrogate. */
export const valuesOf: { readonly [K in DataTypeKind]: fc.Arbitrary<ValueOf<K>> } = {
  string: texts,
  int: ints,
  double: doubles,
  boolean: fc.boolean(),
  timestamp: times,
};
