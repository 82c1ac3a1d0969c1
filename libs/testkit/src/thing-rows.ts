import { rowKeyOf, type RowOrder, type RowSelection, type Scalar, type ViewPlan, type ViewRow } from '@twofold/core';
import fc from 'fast-check';

/** Text that orders, escapes and encodings get wrong. U+FFFF stands before U+10000, though not by UTF-16 unit. */
export const HARD_TEXTS = [
  '',
  'a',
  'B',
  'ä',
  '\u{ffff}',
  '\u{10000}',
  '\\N',
  '\\.',
  'a\tb\nc\rd\\',
  '"{},\'',
  '\b\f\v\u{1}',
];
export const HARD_INTS: readonly (number | bigint)[] = [
  0,
  -1,
  1,
  2 ** 53 - 1,
  -(2 ** 53 - 1),
  2n ** 63n - 1n,
  -(2n ** 63n),
];
export const HARD_DOUBLES = [0, 0.1, -0.1, 1 / 3, 5e-324, Number.MAX_VALUE, -1e21, 1e21];
const TIMES = [0, -1, 86_400_000, 8_640_000_000_000_000];

const text = fc.constantFrom(...HARD_TEXTS);
const integer = fc.constantFrom(...HARD_INTS);
const real = fc.constantFrom(...HARD_DOUBLES);
const time = fc.constantFrom(...TIMES);
const orNull = (value: fc.Arbitrary<Scalar>): fc.Arbitrary<Scalar> => fc.option(value, { nil: null, freq: 3 });
const few = fc.integer({ min: 0, max: 4 });
const window = fc.integer({ min: -2, max: 2 });

/** Dimensions of the things view: few values each, so that rows tie in some and differ in others. */
const dimensionValues: readonly fc.Arbitrary<Scalar>[] = [orNull(text), integer, orNull(fc.boolean()), orNull(time)];

/** Parts of the things view: things, totalSize, firstName, greatestWeight, anyRed, newest, sum and number of ages. */
const partValues: readonly fc.Arbitrary<Scalar>[] = [
  few,
  integer,
  orNull(text),
  orNull(real),
  orNull(fc.boolean()),
  orNull(time),
  integer,
  few,
];

export const thingRow: fc.Arbitrary<ViewRow> = fc.record({
  dimensions: fc.tuple(...dimensionValues),
  window,
  parts: fc.tuple(...partValues),
});

/** Rows of the things view, each key once. */
export const thingRows: fc.Arbitrary<readonly ViewRow[]> = fc.uniqueArray(thingRow, {
  selector: rowKeyOf,
  maxLength: 60,
});

export const thingSelection: fc.Arbitrary<RowSelection> = fc.record({
  dimensions: fc.tuple(
    ...dimensionValues.map((value) => fc.option(fc.array(value, { maxLength: 4 }), { nil: null, freq: 1 })),
  ),
  fromWindow: fc.option(window, { nil: null }),
  toWindow: fc.option(window, { nil: null }),
});

export const orderOf = (plan: ViewPlan): fc.Arbitrary<RowOrder> =>
  fc.record({
    by: fc.constantFrom<RowOrder['by']>(
      { kind: 'window' },
      ...plan.dimensions.map((_, index) => ({ kind: 'dimension' as const, index })),
      ...plan.measures.map((_, index) => ({ kind: 'measure' as const, index })),
    ),
    descending: fc.boolean(),
  });
