import type { ScalarField, ScalarTypeName, Value, ValueField, ValueOf } from '@twofold/core';
import fc from 'fast-check';

/** Below it every number is exact; beyond it ints are bigints. */
const GREATEST_SAFE = Number.MAX_SAFE_INTEGER;
const GREATEST_INT = 2n ** 63n - 1n;
const LEAST_INT = -(2n ** 63n);
const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 86_400_000;
/** Longest text made, in UTF-16 units: short, so that a view can have several dimensions of it. */
export const MAX_TEXT_LENGTH = 24;
/** Items of a list that is made. */
const MAX_ITEMS = 4;

/** Small ones, which meet again and again, and those at the edges of numbers and of 64 bits. */
export const ints: fc.Arbitrary<number | bigint> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 2, arbitrary: fc.integer({ min: -100_000, max: 100_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: -3, max: 0 }).map((below) => GREATEST_SAFE + below) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 }).map((above) => above - GREATEST_SAFE) },
  { weight: 1, arbitrary: fc.constantFrom(GREATEST_INT, LEAST_INT, GREATEST_INT - 1n, 2n ** 53n, -(2n ** 53n)) },
);

/** The units of a decimal of at most 18 digits. */
export const units: fc.Arbitrary<number | bigint> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -1_000, max: 1_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(999_999_999_999_999_999n, -999_999_999_999_999_999n) },
);

/** Text that breaks quoting, order by UTF-16 unit, normalisation, trimming or folding of case. */
const WITHIN_BMP = '\uffff';
const BEYOND_BMP = '\u{10000}';
const HARD_TEXTS = [
  ...['', ' ', 'a', 'A', 'ab', 'a ', "it's", '"quoted"', '\\', '\n', '%', '$1', '["7"]', 'null', '0', '-7', 'a-b'],
  ...['\u00e9', 'e\u0301', 'ß', '\ud7ff', '\ue000', WITHIN_BMP, BEYOND_BMP, '😀', '\u2028', '\u0001', 'Жя', 'beyond'],
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

/** The ends of windows and of what RFC 3339 can write, before and after 1970; and days on which zones change their clocks. */
const FIRST_TIME = Date.UTC(-1, 11, 31);
const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const CLOCK_CHANGES = [
  Date.UTC(2001, 2, 25, 1), // Europe/Berlin, 23 hours
  Date.UTC(2001, 9, 28, 1), // Europe/Berlin, 25 hours
  Date.UTC(2001, 3, 1, 7), // America/New_York
  Date.UTC(2008, 9, 4, 15, 30), // Australia/Lord_Howe, half an hour
  Date.UTC(2011, 11, 30, 10), // Pacific/Apia skips a date
];
export const times: fc.Arbitrary<number> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -3 * MS_PER_HOUR, max: 3 * MS_PER_HOUR }) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.integer({ min: -2, max: 2 }), fc.constantFrom(MS_PER_HOUR, MS_PER_DAY), fc.integer({ min: -1, max: 1 }))
      .map(([number, width, beside]) => number * width + beside),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...CLOCK_CHANGES), fc.integer({ min: -3, max: 3 }), fc.integer({ min: -1, max: 1 }))
      .map(([change, halfHours, beside]) => change + (halfHours * MS_PER_HOUR) / 2 + beside),
  },
  { weight: 1, arbitrary: fc.integer({ min: FIRST_TIME, max: LAST_TIME }) },
);

/** Days since 1970, from year 0000 to 9999. */
export const days: fc.Arbitrary<number> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(-719_528, 2_932_896, 11_016, 11_322) },
);

/** Zones with whole hours, half hours, a skipped date, and none at all. */
export const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Asia/Kathmandu',
] as const;

/** Values of a type, as readers of the log give them: no −0, no U+0000, no lone surrogate. */
export function valuesOfType(type: ScalarTypeName): fc.Arbitrary<NonNullable<ValueOf<ScalarTypeName>>> {
  switch (type) {
    case 'string':
      return texts;
    case 'int':
      return ints;
    case 'double':
      return doubles;
    case 'boolean':
      return fc.boolean();
    case 'timestamp':
      return times;
    case 'date':
      return days;
    default:
      return units;
  }
}

export function valuesOfField(field: ValueField): fc.Arbitrary<NonNullable<Value>> {
  if (field.kind === 'list') return fc.array(valuesOfScalar(field.of), { maxLength: MAX_ITEMS });
  return valuesOfScalar(field);
}

const valuesOfScalar = (field: ScalarField): fc.Arbitrary<string | number | bigint | boolean> =>
  field.kind === 'enum' ? fc.constantFrom(...field.values) : valuesOfType(field.type);
