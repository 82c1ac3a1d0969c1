import {
  average,
  boolean,
  count,
  daily,
  defineEvent,
  defineView,
  double,
  int,
  max,
  min,
  optional,
  planView,
  string,
  sum,
  timestamp,
  type ViewPlan,
} from '@twofold/core';
import { randomBytes } from 'node:crypto';

/** A word that no other test has: names a view, a stream or an id of one test alone. */
export const uniqueWord = (): string => `t${randomBytes(6).toString('hex')}`;

/** A view of its own each time, by a dimension of every type that one can have, with every kind of part. */
export function thingsView(stream: string = uniqueWord()): ViewPlan {
  const thingSeen = thingSeenOn(stream);
  const view = defineView({
    name: `things-${uniqueWord()}`,
    from: thingSeen,
    by: ({ name, size, isRed, madeAt }) => ({ name, size, isRed, madeAt }),
    window: daily(),
    measures: ({ name, size, weight, isRed, madeAt, age }) => ({
      things: count(),
      totalSize: sum(size),
      firstName: min(name),
      greatestWeight: max(weight),
      anyRed: max(isRed),
      newest: max(madeAt),
      averageAge: average(age),
    }),
  });
  return planView(view, thingSeen);
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
  return planView(view, thingSeen);
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
    },
  });
