import {
  allTime,
  approximateDistinct,
  boolean,
  constant,
  count,
  daily,
  date,
  decimal,
  defineCatalog,
  defineEvent,
  defineView,
  double,
  enumOf,
  histogram,
  int,
  latest,
  list,
  max,
  optional,
  record,
  string,
  sum,
  timestamp,
  type Catalog,
} from '@twofold/core';

const first = defineEvent({
  type: 'thing.sold',
  stream: 'things',
  description: "A thing has been sold: it's */ gone",
  data: {
    name: string({ maxLength: 4 }),
    state: enumOf('new', "o'ld", 'a "\\" b'),
    size: int(),
    price: decimal(2),
    whole: decimal(0),
    fraction: decimal(18),
    heat: double(),
    isRed: boolean(),
    at: timestamp(),
    day: date(),
    tags: list(string({ maxLength: 2 }), { maxItems: 3 }),
    states: list(enumOf('x', 'y'), { maxItems: 2 }),
    sizes: list(int(), { maxItems: 2 }),
    place: record({ town: string({ maxLength: 3 }), gate: optional(record({ number: int() })) }),
    note: optional(string({ maxLength: 4 })),
    grade: optional(enumOf('a', 'b')),
    weight: optional(int()),
    cost: optional(decimal(4)),
    cold: optional(double()),
    isOld: optional(boolean()),
    until: optional(timestamp()),
    birthday: optional(date()),
    marks: optional(list(date(), { maxItems: 2 })),
    owner: optional(record({ name: string({ maxLength: 3 }), age: optional(int()) })),
  },
});

const second = defineEvent({
  ...{ type: 'thing.sold', stream: 'things', from: first },
  data: { ...first.fields, channel: string({ maxLength: 10 }) },
  upcast: () => ({ channel: constant('string', 'web') }),
});

const empty = defineEvent({ type: 'day.ended', stream: 'days', data: {} });

/** Every kind of field, required and optional; two versions; columns of every type. */
export const richCatalog: Catalog = defineCatalog({
  events: [first, second, empty],
  views: [
    defineView({
      name: 'sales-by-day',
      description: 'Sales by day',
      from: second,
      by: ({ name, day, weight, isOld }) => ({ name, day, weight, isOld }),
      window: daily({ timeZone: 'Asia/Tokyo' }),
      measures: ({ price, heat, at, state, size, name }) => ({
        sold: count(),
        total: sum(price),
        hottest: max(heat),
        lastAt: latest(at),
        lastState: latest(state),
        sizes: histogram(size, [1, 10]),
        names: approximateDistinct(name),
      }),
    }),
    defineView({ name: 'days', from: empty, window: allTime(), measures: () => ({ days: count() }) }),
  ],
});
