import {
  WINDOW_UNITS,
  add,
  approximateDistinct,
  average,
  constant,
  count,
  countWhere,
  defineView,
  distinct,
  first,
  granularitiesOf,
  isNull,
  latest,
  leavesOfAll,
  max,
  min,
  multiply,
  planView,
  quantile,
  scaleOf,
  standardDeviation,
  substring,
  subtract,
  sum,
  variance,
  when,
  type Aggregate,
  type EventType,
  type ExactTypeName,
  type Expression,
  type Leaf,
  type RollUp,
  type ScalarTypeName,
  type ViewPlan,
  type Window,
} from '@twofold/core';
import fc from 'fast-check';
import { distinctNames } from './event-types.js';
import { expressionsOver, type ExpressionArbitraries } from './expressions.js';
import { valuesOfType } from './scalar-values.js';

/** A view, and rows that its rows are brought together to. */
export type LawView = { readonly plan: ViewPlan; readonly rollUp: RollUp };

/** What values can be told apart in, and be dimensions of. */
type Countable = Exclude<ScalarTypeName, 'double'>;

const MAX_DIMENSIONS = 3;
const MAX_MEASURES = 5;
const MAX_BOUNDARIES = 4;
/** Of a dimension's text that is computed, so that a row's key stays within its bound, code points. */
const MAX_TEXT_LENGTH = 20;

/**
 * Whose clocks windows go by: none, an hour forth and back, on the other side of the world, half an hour, a date skipped,
 * midnights skipped, an hour back for Ramadan, and an odd offset for ever.
 */
export const WINDOW_ZONES: readonly string[] = [
  ...['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'America/Sao_Paulo'],
  ...['Africa/Casablanca', 'Asia/Kathmandu'],
];

const windows: fc.Arbitrary<Window> = fc.record({
  kind: fc.constant('tumbling' as const),
  unit: fc.constantFrom(...WINDOW_UNITS),
  timeZone: fc.constantFrom(...WINDOW_ZONES),
});

/**
 * Views over these events: filter, dimensions of every type that one can have, windows and measures of every kind.
 * `catalog`: all versions. `isWild`: with arithmetic that values at the edges make overflow.
 */
export function viewsOver(
  events: readonly EventType[],
  catalog: readonly EventType[],
  isWild: boolean,
  name = 'random-view',
): fc.Arbitrary<LawView> {
  const leaves = leavesOfAll(events, (path) => {
    throw new Error(`${path} is of several types`);
  });
  const expressions = expressionsOver(
    leaves,
    events.map(({ type }) => type),
  );
  const countable = expressions.scalarTypes.filter((type): type is Countable => type !== 'double');
  return fc
    .record({
      where: fc.option(expressions.ofType('boolean')),
      by: fc.array(anyOf(expressions, countable).map(shortened), { maxLength: MAX_DIMENSIONS }),
      window: windows,
      measures: fc.array(aggregatesOf(expressions, countable), { minLength: 1, maxLength: MAX_MEASURES }),
      names: distinctNames(MAX_DIMENSIONS + MAX_MEASURES + 1),
      wild: isWild ? wildMeasures(leaves) : fc.constant([]),
    })
    .map(({ where, by, window, measures, names, wild }) => {
      const named = <T>(values: readonly T[], from: number): Readonly<Record<string, T>> =>
        Object.fromEntries(values.map((value, index) => [names[from + index] ?? '', value]));
      const view = defineView({
        name,
        from: events,
        ...(where === null ? {} : { where: () => where }),
        by: () => named(by, 0),
        window,
        measures: () => named([...measures, ...wild], MAX_DIMENSIONS),
      });
      return planView(view, catalog);
    })
    .chain((plan) => rollUpsOf(plan).map((rollUp) => ({ plan, rollUp })));
}

function aggregatesOf(expressions: ExpressionArbitraries, countable: readonly Countable[]): fc.Arbitrary<Aggregate> {
  const { scalarTypes, ofType } = expressions;
  const exact = scalarTypes.filter((type): type is ExactTypeName => scaleOf(type) !== null);
  const ordinal = [...exact, 'timestamp', 'date'] as const;
  const anExact = anyOf(expressions, exact);
  const aScalar = anyOf(expressions, scalarTypes);
  const aCountable = anyOf(expressions, countable);
  return fc.oneof<fc.Arbitrary<Aggregate>[]>(
    fc.constant(count()),
    ofType('boolean').map((condition) => countWhere(condition)),
    fc.tuple(fc.constantFrom(sum, average), anExact).map(([of, value]) => of(value)),
    fc.tuple(fc.constantFrom(variance, standardDeviation), anExact).map(([of, value]) => of(value)),
    fc.tuple(fc.constantFrom(min, max), aScalar).map(([of, value]) => of(value)),
    fc.tuple(fc.constantFrom(first, latest), aScalar).map(([of, value]) => of(value)),
    fc.tuple(aCountable, fc.integer({ min: 1, max: 6 })).map(([value, atMost]) => distinct(value, { atMost })),
    aCountable.map((value) => approximateDistinct(value)),
    fc
      .tuple(
        anyOf(expressions, ordinal),
        fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true })),
      )
      .map(([value, rank]) => quantile(value, rank)),
    fc
      .constantFrom<ScalarTypeName>(...ordinal, 'double')
      .chain((type) =>
        fc.record({ kind: fc.constant('histogram' as const), of: ofType(type), boundaries: boundariesOf(type) }),
      ),
  );
}

/** A sum of what two whole numbers come to as they are; some of them behind a case that is never true: it counts all the same. */
function wildMeasures(leaves: readonly Leaf[]): fc.Arbitrary<readonly Aggregate[]> {
  const ints = leaves
    .filter(({ type }) => type === 'int')
    .map(({ path, nullable }): Expression<'int'> => ({ kind: 'field', name: path, type: 'int', nullable }));
  if (ints.length === 0) return fc.constant([]);
  const two = fc.tuple(fc.constantFrom(...ints), fc.constantFrom(...ints));
  const value = fc.oneof(
    two.map(([a, b]) => add(a, b)),
    two.map(([a, b]) => subtract(a, b)),
    two.map(([a, b]) => multiply(a, b)),
  );
  return fc
    .tuple(value, fc.boolean())
    .map(([of, isHidden]) => [sum(isHidden ? when(isNull(constant('int', 0)), of).otherwise(0) : of)]);
}

/** As literals have them, ascending. */
const boundariesOf = (type: ScalarTypeName): fc.Arbitrary<readonly (number | string)[]> =>
  fc
    .uniqueArray(valuesOfType(type) as fc.Arbitrary<number | bigint>, { minLength: 1, maxLength: MAX_BOUNDARIES })
    .map((values) =>
      [...values].sort((a, b) => (a < b ? -1 : 1)).map((value) => (typeof value === 'bigint' ? `${value}` : value)),
    );

const anyOf = <T extends ScalarTypeName>(
  { ofType }: ExpressionArbitraries,
  types: readonly T[],
): fc.Arbitrary<Expression<T>> => fc.oneof(...types.map((type) => ofType(type)));

const shortened = (of: Expression): Expression =>
  of.type === 'string' && of.kind !== 'field' && of.kind !== 'literal'
    ? substring(of as Expression<'string'>, 1, MAX_TEXT_LENGTH)
    : of;

/** To any window that is coarser, over any of the dimensions. */
function rollUpsOf({ definition, dimensions }: ViewPlan): fc.Arbitrary<RollUp> {
  const [, ...coarser] = granularitiesOf(definition.window);
  return fc.record({
    window: fc.constantFrom(null, ...coarser.map((unit): Window => ({ ...definition.window, unit }))),
    dimensions: fc.subarray(dimensions.map((_, index) => index)),
  });
}
