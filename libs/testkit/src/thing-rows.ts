import {
  combinePart,
  comparedMeasure,
  granularitiesOf,
  identityOf,
  rowKeyOf,
  stateOf,
  storageOfColumn,
  type ColumnType,
  type CompareOperator,
  type Having,
  type Part,
  type Place,
  type RollUp,
  type RowOrder,
  type RowSelection,
  type Scalar,
  type ScalarTypeName,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
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
  ' a  b ',
  '\u{7f}\u{2028}',
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
const TIMES = [0, -1, 86_400_000, 253_402_300_800_000, -62_198_755_200_000];
const DAYS = [0, -1, 11_382, -719_529, 2_932_896];
const DAY_MS = 86_400_000;
/** Of the sets in the things view none is allowed as many. */
const MAX_VALUES = 6;

const orNull = (value: fc.Arbitrary<Scalar>): fc.Arbitrary<Scalar> => fc.option(value, { nil: null, freq: 3 });
const window = fc.integer({ min: -40, max: 40 }).map((days) => days * DAY_MS + 0);

function valueOf(type: ScalarTypeName): fc.Arbitrary<NonNullable<Scalar>> {
  switch (type) {
    case 'string':
      return fc.constantFrom(...HARD_TEXTS);
    case 'double':
      return fc.constantFrom(...HARD_DOUBLES);
    case 'boolean':
      return fc.boolean();
    case 'timestamp':
      return fc.constantFrom(...TIMES);
    case 'date':
      return fc.constantFrom(...DAYS);
    default:
      return fc.constantFrom(...HARD_INTS);
  }
}

/** Values of a dimension: few, so that rows tie in some and differ in others. */
const dimensionOf = ({ type, nullable }: ColumnType): fc.Arbitrary<Scalar> =>
  nullable ? orNull(valueOf(type as ScalarTypeName)) : valueOf(type as ScalarTypeName);

/** No two events stand at one place: so many offsets are not met twice. */
const place: fc.Arbitrary<Place> = fc.record({
  timeMs: fc.constantFrom(...TIMES),
  stream: fc.constantFrom('flights', 'flights-b', 'accounts'),
  partition: fc.integer({ min: 0, max: 12 }),
  offset: fc.maxSafeNat(),
});

/** A state that events can lead to. */
function stateOfPart(part: Part): fc.Arbitrary<Scalar> {
  if (part.of === null) return fc.integer({ min: 1, max: 4 });
  const event = fc.tuple(orNull(valueOf(part.of.type as ScalarTypeName)), place);
  return fc
    .array(event, { maxLength: MAX_VALUES })
    .map((events) =>
      events.reduce<Scalar>(
        (state, [value, at]) => combinePart(part, state, stateOf(part, value, at)),
        identityOf(part),
      ),
    );
}

export const rowOf = (plan: ViewPlan): fc.Arbitrary<ViewRow> =>
  fc.record({
    dimensions: fc.tuple(...plan.dimensions.map(({ column }) => dimensionOf(column))),
    window,
    parts: fc.tuple(...plan.parts.map(stateOfPart)),
  });

/** Rows of a view, each key once. */
export const rowsOf = (plan: ViewPlan): fc.Arbitrary<readonly ViewRow[]> =>
  fc.uniqueArray(rowOf(plan), { selector: rowKeyOf, maxLength: 40 });

export const selectionOf = (plan: ViewPlan): fc.Arbitrary<RowSelection> =>
  fc.record({
    dimensions: fc.tuple(
      ...plan.dimensions.map(({ column }) =>
        fc.option(fc.array(dimensionOf(column), { maxLength: 4 }), { nil: null, freq: 1 }),
      ),
    ),
    fromWindow: fc.option(window, { nil: null }),
    toWindow: fc.option(window, { nil: null }),
  });

/** Measures that rows can be ordered and chosen by. */
const orderedMeasures = (plan: ViewPlan): readonly number[] =>
  plan.measures.flatMap(({ column }, index) => (storageOfColumn(column) === null ? [] : [index]));

export const orderOf = (plan: ViewPlan): fc.Arbitrary<RowOrder> =>
  fc.record({
    by: fc.constantFrom<RowOrder['by']>(
      { kind: 'window' },
      ...plan.dimensions.map((_, index) => ({ kind: 'dimension' as const, index })),
      ...orderedMeasures(plan).map((index) => ({ kind: 'measure' as const, index })),
    ),
    descending: fc.boolean(),
  });

const OPERATORS: readonly CompareOperator[] = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'];

/** Conditions whose values rows can have. */
export const havingOf = (plan: ViewPlan): fc.Arbitrary<readonly Having[]> =>
  fc
    .array(fc.tuple(fc.constantFrom(...orderedMeasures(plan)), fc.constantFrom(...OPERATORS), rowOf(plan)), {
      maxLength: 2,
    })
    .map((conditions) =>
      conditions.flatMap(([measure, operator, { parts }]) => {
        const value = comparedMeasure(plan, measure, parts);
        return value === null ? [] : [{ measure, operator, value }];
      }),
    );

export const rollUpOf = (plan: ViewPlan): fc.Arbitrary<RollUp> =>
  fc.record({
    window: fc
      .constantFrom(...granularitiesOf(plan.definition.window))
      .map((unit) => (unit === plan.definition.window.unit ? null : { ...plan.definition.window, unit })),
    dimensions: fc.subarray(plan.dimensions.map((_, index) => index)),
  });
