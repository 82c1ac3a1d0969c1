import {
  approximateDistinct,
  average,
  boolean,
  count,
  daily,
  date,
  decimal,
  defineEvent,
  defineView,
  distinct,
  double,
  eq,
  first,
  countWhere,
  histogram,
  int,
  latest,
  max,
  min,
  optional,
  planView,
  quantile,
  standardDeviation,
  string,
  sum,
  timestamp,
  variance,
  viewOf,
  type ViewPlan,
} from '@twofold/core';
import { randomBytes } from 'node:crypto';

/** A word that no other test has: names a view, a stream or an id of one test alone. */
export const uniqueWord = (): string => `t${randomBytes(6).toString('hex')}`;

/** A view of its own each time, by a dimension of every type that one can have, with every kind of part and presentation. */
export function thingsView(stream: string = uniqueWord()): ViewPlan {
  const thingSeen = thingSeenOn(stream);
  const view = defineView({
    name: `things-${uniqueWord()}`,
    from: thingSeen,
    by: ({ name, size, isRed, madeAt, price, day }) => ({ name, size, isRed, madeAt, price, day }),
    window: daily(),
    measures: ({ name, size, weight, isRed, madeAt, age, price, day }) => ({
      things: count(),
      redThings: countWhere(eq(isRed, true)),
      totalSize: sum(size),
      totalPrice: sum(price),
      firstName: min(name),
      greatestWeight: max(weight),
      anyRed: max(isRed),
      allRed: min(isRed),
      newest: max(madeAt),
      lastDay: max(day),
      averageAge: average(age),
      varianceOfPrice: variance(price),
      deviationOfSize: standardDeviation(size),
      earliestName: first(name),
      latestWeight: latest(weight),
      latestIsRed: latest(isRed),
      earliestPrice: first(price),
      names: distinct(name, { atMost: 3 }),
      sizes: distinct(size, { atMost: 4 }),
      colours: distinct(isRed),
      approximateNames: approximateDistinct(name),
      medianSize: quantile(size, 0.5),
      latePrice: quantile(price, 0.9),
      weights: histogram(weight, [0, 0.5, 1e21]),
    }),
  });
  return planView(view, [thingSeen]);
}

/** A view without dimensions, of its own each time. */
export function totalsView(): ViewPlan {
  const thingSeen = thingSeenOn(uniqueWord());
  const view = defineView({
    name: `totals-${uniqueWord()}`,
    from: thingSeen,
    window: daily(),
    measures: () => ({ things: count() }),
  });
  return planView(view, [thingSeen]);
}

/** The same view with another measure besides, of the same parts: another version of it. */
export function changedView(plan: ViewPlan): ViewPlan {
  const definition = viewOf(plan);
  const measures = [...definition.measures, { name: `more${definition.measures.length}`, aggregate: count() }];
  return planView(
    { ...definition, measures },
    plan.sources.flatMap(({ versions }) => versions),
  );
}

/** A view over two streams, of its own each time. */
export function twoStreamsView(): ViewPlan {
  const seen = thingSeenOn(uniqueWord());
  const lost = defineEvent({ type: 'thing.lost', stream: uniqueWord(), data: { name: optional(string()) } });
  const view = defineView({
    name: `seen-and-lost-${uniqueWord()}`,
    from: [seen, lost],
    by: ({ name }) => ({ name }),
    window: daily(),
    measures: () => ({ events: count() }),
  });
  return planView(view, [seen, lost]);
}

const thingSeenOn = (stream: string) =>
  defineEvent({
    type: 'thing.seen',
    stream,
    data: {
      name: optional(string()),
      size: int(),
      weight: optional(double()),
      isRed: optional(boolean()),
      madeAt: optional(timestamp()),
      age: optional(int()),
      price: optional(decimal(2)),
      day: optional(date()),
    },
  });
