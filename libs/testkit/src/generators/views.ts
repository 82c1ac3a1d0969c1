import {
  average,
  count,
  daily,
  defineView,
  hourly,
  max,
  min,
  planView,
  sum,
  type Aggregate,
  type EventType,
  type Expression,
  type ViewPlan,
} from '@twofold/core';
import fc from 'fast-check';
import { distinctNames } from './event-types.js';
import { expressionsOver } from './expressions.js';

const MAX_DIMENSIONS = 3;
const MAX_MEASURES = 4;

/** Views over an event: filter, dimensions of every type that one can have, windows and measures of every kind. */
export function viewsOver(event: EventType): fc.Arbitrary<ViewPlan> {
  const { string, int, double, boolean, timestamp } = expressionsOver(event);
  const dimension: fc.Arbitrary<Expression> = fc.oneof(string, int, boolean, timestamp);
  const extreme = fc
    .tuple(fc.constantFrom(min, max), fc.oneof<fc.Arbitrary<Expression>[]>(string, int, double, boolean, timestamp))
    .map(([extremeOf, of]) => extremeOf(of));
  const aggregate: fc.Arbitrary<Aggregate> = fc.oneof(
    fc.constant(count()),
    int.map((of) => sum(of)),
    int.map((of) => average(of)),
    extreme,
  );
  return fc
    .record({
      where: fc.option(boolean),
      by: fc.array(dimension, { maxLength: MAX_DIMENSIONS }),
      window: fc.constantFrom(hourly(), daily()),
      measures: fc.array(aggregate, { minLength: 1, maxLength: MAX_MEASURES }),
      names: distinctNames(MAX_DIMENSIONS + MAX_MEASURES),
    })
    .map(({ where, by, window, measures, names }) => {
      const named = <T>(values: readonly T[], from: number): Readonly<Record<string, T>> =>
        Object.fromEntries(values.map((value, index) => [names[from + index] ?? '', value]));
      const view = defineView({
        name: 'random-view',
        from: event,
        ...(where === null ? {} : { where: () => where }),
        by: () => named(by, 0),
        window,
        measures: () => named(measures, MAX_DIMENSIONS),
      });
      return planView(view, event);
    });
}
