import { describe, expect, it } from '@jest/globals';
import {
  boolean,
  date,
  decimal,
  double,
  enumOf,
  int,
  list,
  optional,
  record,
  string,
  timestamp,
} from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { leavesOf } from '../events/leaves.js';
import {
  average,
  approximateDistinct,
  count,
  countWhere,
  distinct,
  first,
  histogram,
  latest,
  max,
  median,
  min,
  quantile,
  standardDeviation,
  sum,
  variance,
} from './aggregates.js';
import { add, bucket, divide, multiply, negate, remainder, subtract, toDecimal } from './arithmetic.js';
import {
  concat,
  contains,
  dateOf,
  datePart,
  length,
  listContains,
  listLength,
  parseInteger,
  position,
  startsWith,
  substring,
  toText,
  truncate,
  upper,
} from './calls.js';
import { defineView, type Answer } from './define-view.js';
import type { Expression, ValueOfExpression } from './expression.js';
import {
  and,
  coalesce,
  eq,
  eventTime,
  eventType,
  gt,
  isEvent,
  isNull,
  lt,
  not,
  oneOf,
  or,
  when,
} from './expressions.js';
import { constant, nullOf } from './operand.js';
import { referencesTo, type FieldReferences } from './references.js';
import { allTime, daily, monthly } from './windows.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** The expression, if it is of that type: and it says of itself what its type says. */
const is =
  <T extends Expression['type'], N extends boolean>(type: T, nullable: N) =>
  <E extends Expression<T, N>>(
    expression: Equal<E extends Expression<infer U, infer M> ? [U, M] : never, [T, N]> extends true ? E : never,
  ): void => {
    expect([expression.type, expression.nullable]).toEqual([type, nullable]);
  };

const order = defineEvent({
  type: 'order.placed',
  stream: 'orders',
  data: {
    id: string(),
    note: optional(string()),
    quantity: int(),
    discount: optional(int()),
    price: decimal(2),
    rate: decimal(3),
    weight: double(),
    isGift: boolean(),
    isLate: optional(boolean()),
    due: timestamp(),
    day: date(),
    state: enumOf('open', 'closed'),
    tags: list(string()),
    sizes: optional(list(int())),
    address: record({ city: string(), street: optional(string()) }),
    billing: optional(record({ city: string(), person: record({ age: int() }) })),
  },
});
const paid = defineEvent({
  type: 'order.paid',
  stream: 'orders',
  data: { id: string(), price: decimal(2), method: string() },
});
const o = referencesTo(leavesOf(order)) as FieldReferences<(typeof order)['fields']>;

describe('the type of an expression', () => {
  it('is that of its field, nullable where it or the record around it is optional', () => {
    is('string', false)(o.id);
    is('string', true)(o.note);
    is('decimal(2)', false)(o.price);
    is('string', false)(o.state);
    is('list(string)', false)(o.tags);
    is('list(int)', true)(o.sizes);
    is('string', false)(o.address.city);
    is('string', true)(o.address.street);
    is('string', true)(o.billing.city);
    is('int', true)(o.billing.person.age);
  });

  it('says whether a condition may be null', () => {
    is('boolean', false)(gt(o.quantity, 1));
    is('boolean', true)(gt(o.discount, 1));
    is('boolean', true)(gt(o.quantity, o.discount));
    is('boolean', false)(and(o.isGift, lt(o.due, eventTime)));
    is('boolean', true)(or(o.isGift, o.isLate));
    is('boolean', true)(not(o.isLate));
    is('boolean', false)(isNull(o.isLate));
    is('boolean', false)(isEvent(order));
    is('boolean', false)(eq(eventType, 'order.placed'));
    is('boolean', false)(and());
  });

  it('adds up the scales of a product, and knows what a division may leave null', () => {
    is('int', false)(add(o.quantity, 1));
    is('int', true)(subtract(o.quantity, o.discount));
    is('decimal(2)', false)(multiply(o.price, o.quantity));
    is('decimal(2)', false)(multiply(o.quantity, o.price));
    is('decimal(5)', false)(multiply(o.price, o.rate));
    is('decimal(5)', false)(add(multiply(o.price, o.rate), '0.00001'));
    is('decimal(2)', false)(divide(o.price, 3));
    is('decimal(2)', true)(divide(o.price, 0));
    is('decimal(2)', true)(divide(o.price, o.quantity));
    is('int', false)(remainder(o.quantity, 7));
    is('decimal(2)', false)(negate(o.price));
    is('int', false)(bucket(o.quantity, 10));
    is('decimal(2)', false)(bucket(o.price, '0.50'));
    is('decimal(2)', false)(add(o.price, toDecimal(o.quantity, 2)));
  });

  it('is not null where one of the values to take is not', () => {
    is('string', false)(coalesce(o.note, 'none'));
    is('string', true)(coalesce(o.note, o.billing.city));
    is('string', false)(coalesce(o.note, o.billing.city, o.id));
    is('string', false)(when(o.isGift, o.id).when(o.isLate, 'late').otherwise('none'));
    is('string', true)(when(o.isGift, o.id).when(o.isLate, o.note).otherwise('none'));
    is('string', true)(when(o.isGift, o.id).end());
    is('date', true)(nullOf('date'));
    is('decimal(2)', false)(constant('decimal(2)', '1.50'));
  });

  it('follows through functions', () => {
    is('string', false)(upper(o.id));
    is('string', true)(concat(o.id, '-', o.note));
    is('string', false)(substring(o.id, 1, 3));
    is('string', true)(substring(o.id, o.discount));
    is('boolean', false)(startsWith(o.id, 'a'));
    is('boolean', true)(contains(o.id, o.note));
    is('int', false)(position(o.id, 'a'));
    is('int', false)(length(o.id));
    is('int', false)(listLength(o.tags));
    is('boolean', true)(listContains(o.sizes, 7));
    is('int', false)(datePart(o.day, 'isoWeek'));
    is('int', false)(datePart(o.due, 'hour', 'Europe/Berlin'));
    is('timestamp', false)(truncate(o.due, 'week'));
    is('date', false)(dateOf(o.due, 'Europe/Berlin'));
    is('string', false)(toText(o.price));
    is('int', true)(parseInteger(o.id));
  });
});

describe('the type of a row', () => {
  const view = defineView({
    name: 'orders',
    from: [order, paid],
    where: ({ id }) => not(eq(id, '')),
    by: ({ method, id, price, quantity }) => ({ method, id, band: bucket(price, '10.00'), many: gt(quantity, 1) }),
    window: monthly({ timeZone: 'Europe/Berlin' }),
    measures: ({ price, quantity, day, weight, id, isGift }) => ({
      orders: count(),
      gifts: countWhere(isGift),
      total: sum(price),
      mean: average(price),
      spread: standardDeviation(quantity),
      square: variance(price),
      heaviest: max(weight),
      firstDay: min(day),
      opening: first(price),
      closing: latest(quantity),
      customers: distinct(id, { atMost: 10 }),
      about: approximateDistinct(id),
      middle: median(price),
      high: quantile(day, 0.9),
      bands: histogram(price, ['1.00', '10.00']),
    }),
  });
  type Row = Answer<typeof view>;
  const holds = <T extends true>(): T | undefined => undefined;

  it('has null where a field of one event is missing in the other', () => {
    holds<Equal<Row['method'], string | null>>();
    holds<Equal<Row['id'], string>>();
    holds<Equal<Row['band'], number | bigint>>();
    holds<Equal<Row['many'], boolean | null>>();
    holds<Equal<Row['orders'], number | bigint>>();
    holds<Equal<Row['total'], number | bigint>>();
    holds<Equal<Row['mean'], number>>();
    holds<Equal<Row['spread'], number | null>>();
    holds<Equal<Row['opening'], number | bigint>>();
    holds<Equal<Row['closing'], number | bigint | null>>();
    holds<Equal<Row['customers'], number>>();
    holds<Equal<Row['bands'], readonly number[]>>();
    holds<Equal<ValueOfExpression<Expression<'list(int)', true>>, readonly (number | bigint)[] | null>>();
    expect(view.by.map(({ of }) => of.nullable)).toEqual([true, false, false, true]);
  });
});

describe('what makes no sense', () => {
  it.each<[string, () => unknown]>([
    // @ts-expect-error an int is no text
    ['an int compared with text', () => eq(o.quantity, 'a')],
    // @ts-expect-error a decimal is written as text: 0.1 is none
    ['a decimal compared with a number', () => gt(o.price, 0.1)],
    // @ts-expect-error their units differ
    ['decimals of two scales compared', () => gt(o.price, o.rate)],
    // @ts-expect-error a date is no time
    ['a date compared with a time', () => lt(o.day, o.due)],
    // @ts-expect-error a date is written as text
    ['a date compared with a Date', () => lt(o.day, new Date(0))],
    // @ts-expect-error lists are not compared
    ['lists compared', () => eq(o.tags, o.tags)],
    // @ts-expect-error one of the values is no text
    ['one of values of another type', () => oneOf(o.id, ['a', 1])],
    // @ts-expect-error text is no condition
    ['a condition that is text', () => and(o.isGift, o.id)],
    // @ts-expect-error an int is no condition
    ['the negation of an int', () => not(o.quantity)],
    // @ts-expect-error scales differ
    ['a sum of decimals of two scales', () => add(o.price, o.rate)],
    // @ts-expect-error see toDecimal
    ['a sum of an int and a decimal', () => add(o.quantity, o.price)],
    // @ts-expect-error addition of doubles does not associate
    ['a sum of doubles', () => add(o.weight, 1)],
    // @ts-expect-error the digits of a quotient are no one's to guess
    ['division by a decimal', () => divide(o.price, o.rate)],
    // @ts-expect-error text is not multiplied
    ['a product of text', () => multiply(o.id, 2)],
    // @ts-expect-error it would be of two types
    ['values of two types to take', () => coalesce(o.note, 0)],
    // @ts-expect-error it would be of two types
    ['branches of two types', () => when(o.isGift, o.id).otherwise(0)],
    // @ts-expect-error only true and false decide
    ['a case of text', () => when(o.id, o.id).end()],
    // @ts-expect-error see toText
    ['an int as text', () => upper(o.quantity)],
    // @ts-expect-error see toText
    ['an int in a concatenation', () => concat(o.id, o.quantity)],
    // @ts-expect-error the list is of text
    ['a number in a list of text', () => listContains(o.tags, 1)],
    // @ts-expect-error text is no list
    ['the length of text as of a list', () => listLength(o.id)],
    // @ts-expect-error whose date, and where?
    ['a part of a time without a zone', () => datePart(o.due, 'hour')],
    // @ts-expect-error a date has no hours
    ['the hour of a date', () => datePart(o.day, 'hour')],
    // @ts-expect-error there is no such unit
    ['windows of a decade', () => truncate(o.due, 'decade')],
    // @ts-expect-error the text of a double is not the same everywhere
    ['the text of a double', () => toText(o.weight)],
    // @ts-expect-error a literal of a timestamp is a Date
    ['a time that is text', () => constant('timestamp', '2001-02-03')],
  ])('does not compile, and is refused: %s', (_what, build) => {
    expect(build).toThrow(expect.objectContaining({ code: 'invalid-view-definition' }));
  });

  it.each<[string, () => unknown]>([
    [
      'more than 18 digits after the point',
      () => multiply(multiply(constant('decimal(10)', '1'), o.price), constant('decimal(7)', '1')),
    ],
    ['a decimal of more digits than its scale', () => gt(o.price, '0.001')],
    ['a day that there is not', () => lt(o.day, '2001-02-29')],
    ['a zone that there is not', () => dateOf(o.due, 'Europe/Atlantis')],
    ['a bucket of no width', () => bucket(o.quantity, 0)],
    ['concat of nothing', () => concat()],
  ])('is refused, though it compiles: %s', (_what, build) => {
    expect(build).toThrow(expect.objectContaining({ code: 'invalid-view-definition' }));
  });

  const measured =
    (measure: (of: typeof o) => unknown): (() => unknown) =>
    () =>
      defineView({
        name: 'wrong',
        from: order,
        window: allTime(),
        measures: (fields) => ({ x: measure(fields) as ReturnType<typeof count> }),
      });

  it.each<[string, () => unknown]>([
    // @ts-expect-error doubles are not summed
    ['a sum of doubles', measured(({ weight }) => sum(weight))],
    // @ts-expect-error doubles are not averaged
    ['the average of doubles', measured(({ weight }) => average(weight))],
    // @ts-expect-error timestamps are not summed
    ['the variance of times', measured(({ due }) => variance(due))],
    // @ts-expect-error equality of doubles is not what anyone means
    ['distinct doubles', measured(({ weight }) => distinct(weight))],
    // @ts-expect-error a list is no single value
    ['the greatest list', measured(({ tags }) => max(tags))],
    // @ts-expect-error a list is no single value
    ['the latest list', measured(({ tags }) => latest(tags))],
    // @ts-expect-error text has no middle
    ['the median of text', measured(({ id }) => median(id))],
    // @ts-expect-error text lies on no line
    ['a histogram of text', measured(({ id }) => histogram(id, ['a']))],
    // @ts-expect-error boundaries are decimals
    ['a histogram of decimals by numbers', measured(({ price }) => histogram(price, [1]))],
    // @ts-expect-error a condition is boolean
    ['counting where text', measured(({ id }) => countWhere(id))],
  ])('does not compile, and is refused as a measure: %s', (_what, define) => {
    expect(define).toThrow(expect.objectContaining({ code: 'invalid-view-definition' }));
  });

  it('is no field of any of the events, or of two types in two of them', () => {
    const other = defineEvent({ type: 'order.lost', stream: 'orders', data: { id: int() } });
    const events = { name: 'wrong', from: [order, paid], window: daily() } as const;
    // @ts-expect-error no event has it
    expect(() => defineView({ ...events, measures: ({ colour }) => ({ x: min(colour) }) })).toThrow();
    expect(() =>
      defineView({ name: 'wrong', from: [order, other], window: daily(), measures: () => ({ x: count() }) }),
    ).toThrow(expect.objectContaining({ pointer: '/from', message: expect.stringContaining('int') }));
  });
});
