import { describe, expect, it } from '@jest/globals';
import { boolean, double, int, optional, string, timestamp, type Scalar } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { average, count, max, min, sum } from './aggregates.js';
import { defineView, type Answer, type View } from './define-view.js';
import { daily } from './windows.js';
import { add } from './arithmetic.js';
import { coalesce, eq, gt, isNull, lt, not } from './expressions.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T | undefined => undefined;

const event = defineEvent({
  type: 'thing.seen',
  stream: 'things',
  data: {
    name: optional(string()),
    size: int(),
    age: optional(int()),
    weight: double(),
    isRed: optional(boolean()),
    madeAt: timestamp(),
  },
});
const things = defineView({
  name: 'things',
  from: event,
  where: ({ isRed, madeAt }) => eq(isRed, lt(madeAt, new Date(0))),
  by: ({ name, size, isRed }) => ({ name, size, known: not(isNull(isRed)), label: coalesce(name, 'none') }),
  window: daily(),
  measures: ({ name, size, age, weight, madeAt }) => ({
    things: count(),
    totalAge: sum(age),
    averageSize: average(size),
    averageAge: average(age),
    firstName: min(name),
    heaviest: max(weight),
    newest: max(madeAt),
    oldest: max(coalesce(age, 0)),
  }),
});
type Row = Answer<typeof things>;

describe('the type of a row', () => {
  it('follows from dimensions and measures', () => {
    holds<Equal<Row['name'], string | null>>();
    holds<Equal<Row['size'], number | bigint>>();
    holds<Equal<Row['label'], string>>();
    holds<Equal<Row['window'], { readonly start: Date; readonly end: Date }>>();
    holds<Equal<Row['things'], number | bigint>>();
    holds<Equal<Row['totalAge'], number | bigint>>();
    holds<Equal<Row['averageSize'], number>>();
    holds<Equal<Row['averageAge'], number | null>>();
    holds<Equal<Row['firstName'], string | null>>();
    holds<Equal<Row['heaviest'], number>>();
    holds<Equal<Row['newest'], number>>();
    holds<Equal<Row['oldest'], number | bigint>>();
    holds<Equal<Answer<View<{ readonly a: 1 }>>, { readonly a: 1 }>>();
    // @ts-expect-error a row has no column that was not declared
    type _None = Row['colour'];
    expect(things.by.map(({ name }) => name)).toEqual(['name', 'size', 'known', 'label']);
  });

  it('has no null where there is always a value', () => {
    const average: Row['averageSize'] = 1;
    // @ts-expect-error size is never null
    const none: Row['averageSize'] = null;
    expect([average, none]).toHaveLength(2);
  });
});

describe('what makes no sense', () => {
  const declare =
    (build: (thing: Parameters<NonNullable<ThingDeclaration['where']>>[0]) => unknown): (() => unknown) =>
    () =>
      defineView({
        name: 'wrong',
        from: event,
        window: daily(),
        measures: (thing) => {
          build(thing);
          return { things: count() };
        },
      });

  it.each<[string, () => unknown]>([
    // @ts-expect-error there is no such field
    ['a field that is not there', declare((thing) => add(thing.colour, 1))],
    // @ts-expect-error an int is no text
    ['an int compared with text', declare((thing) => eq(thing.size, 'a'))],
    // @ts-expect-error text is written as text
    ['text compared with an int', declare((thing) => gt(thing.name, 1))],
    // @ts-expect-error a time is written as a Date
    ['a time compared with text', declare((thing) => lt(thing.madeAt, '2001-03-01'))],
  ])('does not compile, and is refused: %s', (_what, build) => {
    expect(build).toThrow();
  });

  it('does not compile, though only the check sees it: sums of doubles and of text', () => {
    const doubled = (): unknown =>
      // @ts-expect-error doubles are not summed
      defineView({ name: 'wrong', from: event, window: daily(), measures: ({ weight }) => ({ total: sum(weight) }) });
    const spelled = (): unknown =>
      // @ts-expect-error text is not averaged
      defineView({ name: 'wrong', from: event, window: daily(), measures: ({ name }) => ({ mean: average(name) }) });
    expect(doubled).toThrow('does not associate');
    expect(spelled).toThrow('average is of an int');
    const value: Scalar = 1n;
    expect(typeof value).toBe('bigint');
  });
});

type ThingDeclaration = Parameters<typeof defineView<typeof event, { readonly things: ReturnType<typeof count> }>>[0];
