import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileFold } from '../compile/compile-fold.js';
import { compileSql } from '../compile/compile-sql.js';
import { duckDb } from '../compile/sql-dialect.js';
import { boolean, enumOf, int, list, optional, record, string, timestamp } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { naiveProjection, type EventOfSubject } from '../naive/naive-projection.js';
import { presentRow } from '../answer/present-row.js';
import type { ViewRow } from '../views/view-row.js';
import { checkDeterminism } from './check-determinism.js';
import { defineProjection } from './define-projection.js';
import { planProjection } from './plan-projection.js';
import { ProjectionFold } from './projection-fold.js';
import type { Projection } from './projection.js';
import { withoutClock } from './without-clock.js';

const opened = defineEvent({ type: 'door.opened', stream: 'doors', data: { by: record({ name: string() }) } });
const closed = defineEvent({ type: 'door.closed', stream: 'doors', data: { force: optional(int()) } });
const painted = defineEvent({ type: 'wall.painted', stream: 'walls', data: {} });
const EVENTS = [opened, closed, painted];

const declared = {
  name: 'doors',
  from: [opened, closed],
  init: () => ({ openedBy: null as string | null, times: 0, slams: [] as readonly number[] }),
  measures: {
    state: enumOf('open', 'closed'),
    times: int(),
    lastBy: optional(string()),
    slammed: boolean(),
  },
} as const;

/** How often a door was opened while it was closed, and which slams followed. */
const doors = defineProjection({
  ...declared,
  evolve: (state, event) => {
    if (event.type === opened.type)
      return state.openedBy === null ? { ...state, openedBy: event.data.by.name, times: state.times + 1 } : state;
    const force = event.type === closed.type ? event.data.force : null;
    return { ...state, openedBy: null, slams: force === null ? state.slams : [...state.slams, Number(force)] };
  },
  present: ({ openedBy, times, slams }) => ({
    state: openedBy === null ? 'closed' : 'open',
    times,
    lastBy: openedBy,
    slammed: slams.some((force) => force > 5),
  }),
});
const plan = planProjection(doors, EVENTS);

/** With other functions. */
const doorsThat = (functions: {
  readonly init?: () => never;
  readonly evolve?: (state: { times: number }, event: { readonly subject: string; readonly data: object }) => unknown;
  readonly present?: (state: never) => unknown;
}): Projection =>
  defineProjection({
    ...declared,
    evolve: (state: never) => state,
    present: () => ({ state: 'open', times: 1, lastBy: null, slammed: false }),
    ...(functions as object),
  } as never);

type Happened = { readonly subject: string; readonly name: string | null; readonly force: number | null };
const happened: fc.Arbitrary<readonly Happened[]> = fc.array(
  fc.record({
    subject: fc.constantFrom('front', 'back', '"', '\u{10000}'),
    name: fc.option(fc.constantFrom('ann', 'bob')),
    force: fc.option(fc.nat({ max: 9 })),
  }),
  { maxLength: 20 },
);
const take = (fold: ProjectionFold, { subject, name, force }: Happened, offset: number): void =>
  name === null ? fold.take(1, [force], offset, offset, subject) : fold.take(0, [name], offset, offset, subject);
const plainOf = ({ subject, name, force }: Happened, offset: number): EventOfSubject => ({
  ...{ subject, offset, stream: 'doors', partition: 0, timeMs: offset },
  ...(name === null ? { type: closed.type, data: { force } } : { type: opened.type, data: { 'by.name': name } }),
});
const sorted = (rows: readonly ViewRow[]): readonly ViewRow[] =>
  [...rows].sort((a, b) => (String(a.dimensions[0]) < String(b.dimensions[0]) ? -1 : 1));

describe('the fold of a projection', () => {
  it('is the naive one, however its events are cut, and whatever is forgotten in between', () => {
    fc.assert(
      fc.property(happened, fc.array(fc.nat({ max: 20 }), { maxLength: 4 }), (events, cuts) => {
        const stored = new Map<string, string>();
        let fold = new ProjectionFold(plan);
        const commit = (): void => {
          expect(fold.evolve(new Map(fold.unknownSubjects().flatMap((name) => textOf(stored, name))))).toBeNull();
          for (const { dimensions, parts } of fold.takeChanged()) stored.set(String(dimensions[0]), String(parts[0]));
        };
        events.forEach((event, offset) => {
          take(fold, event, offset);
          if (cuts.includes(offset)) commit();
          if (cuts[0] === offset) fold = new ProjectionFold(plan);
        });
        commit();
        const rows = [...stored].map(([subject, text]) => ({ dimensions: [subject], window: 0, parts: [text] }));
        expect(sorted(rows)).toEqual(sorted(naiveProjection(plan, events.map(plainOf))));
      }),
    );
  });

  it('goes on from rows that are taken up', () => {
    const fold = new ProjectionFold(plan);
    fold.restore([{ dimensions: ['front'], window: 0, parts: ['[4,{"openedBy":null,"slams":[],"times":2}]'] }]);
    take(fold, { subject: 'front', name: 'ann', force: null }, 9);
    expect(fold.unknownSubjects()).toEqual([]);
    expect(fold.evolve(new Map())).toBeNull();
    expect(fold.takeChanged()).toEqual([
      { dimensions: ['front'], window: 0, parts: ['[5,{"openedBy":"ann","slams":[],"times":3}]'] },
    ]);
  });

  it('leaves out what has no subject', () => {
    const fold = new ProjectionFold(plan);
    for (const subject of [null, '', 'a\0', 'x'.repeat(513)]) fold.take(1, [1], 0, 0, subject);
    expect(fold.unknownSubjects()).toEqual([]);
  });

  it.each<[string, Parameters<typeof doorsThat>[0], string]>([
    [
      'evolve throws',
      {
        evolve: () => {
          throw new Error('no such door');
        },
      },
      'evolve of doors of subject "front": no such door',
    ],
    [
      'init throws',
      {
        init: () => {
          throw new Error('not yet');
        },
      },
      'init of doors of subject "front": not yet',
    ],
    ['the state is no JSON', { evolve: () => new Map() }, 'the state is no plain JSON: Map'],
    ['the state is promised', { evolve: async () => 1 }, 'the state is no plain JSON: Promise'],
    ['the state grows', { evolve: () => 'x'.repeat(20_000) }, 'at most 16384 are possible'],
    [
      'the state is changed',
      {
        evolve: (state) => {
          state.times = 3;
          return state;
        },
      },
      'read only property',
    ],
    [
      'the event is changed',
      {
        evolve: (state, { data }) => {
          Object.assign(data, { force: 3 });
          return state;
        },
      },
      'read only property',
    ],
    ['there is a clock', { evolve: () => Date.now() }, 'Date.now() is not the same'],
    ['there is a date of now', { evolve: () => new Date().getTime() }, 'new Date() is not the same'],
    ['there is chance', { evolve: () => Math.random() }, 'Math.random() is not the same'],
    ['there is an id', { evolve: () => crypto.randomUUID() }, 'crypto.randomUUID() is not the same'],
    ['there is a stopwatch', { evolve: () => performance.now() }, 'performance.now() is not the same'],
    ['a measure is missing', { present: () => ({}) }, 'state is missing'],
    ['a measure is unknown', { present: () => ({ colour: 'red' }) }, 'colour is no measure'],
    ['a measure is of another type', { present: () => ({ state: 'ajar' }) }, 'state is no enum: ajar'],
  ])('stops at the event where %s', (_, functions, message) => {
    const fold = new ProjectionFold(planProjection(doorsThat(functions), EVENTS));
    fold.take(1, [1], 0, 41, 'front');
    expect(fold.evolve(new Map())).toMatchObject({
      offset: 41,
      error: { code: 'projection-failed', message: expect.stringContaining(message) },
    });
    expect(Date.now()).toBeGreaterThan(0);
    expect(Math.random()).toBeLessThan(1);
  });
});

describe('a projection', () => {
  it('is shown by its measures', () => {
    const row = { dimensions: ['front'], window: 0, parts: ['[5,{"openedBy":"ann","slams":[7],"times":3}]'] };
    expect(presentRow(plan, row)).toEqual({
      ...{ subject: 'front', window: { start: null, end: null } },
      ...{ state: 'open', times: 3, lastBy: 'ann', slammed: true },
    });
  });

  it('is computed by no engine but the fold', () => {
    const refusal = expect.objectContaining({
      code: 'invalid-configuration',
      message: expect.stringContaining('only the batch engine fold'),
    });
    expect(() => compileFold(plan)).toThrow(refusal);
    expect(() => compileSql(plan, [{ source: 0, relation: 'doors', within: null }], duckDb)).toThrow(refusal);
  });

  it('is another version when anything of it changes', () => {
    const versions = [
      doors,
      { ...doors, definition: { ...doors.definition, version: 2 } },
      doorsThat({}),
      doorsThat({ evolve: (state) => ({ ...state }) }),
      defineProjection({
        ...declared,
        measures: { times: int() },
        evolve: (state) => state,
        present: ({ times }) => ({ times }),
      }),
    ].map((projection) => planProjection(projection, EVENTS).id.version);
    expect(new Set(versions).size).toBe(versions.length);
    const described = { ...doors, definition: { ...doors.definition, description: 'Doors' } };
    expect(planProjection(described, EVENTS).id).toEqual(plan.id);
  });

  it.each<[string, object, string, string]>([
    ['of two streams', { from: [opened, painted] }, '/from/1', 'several streams'],
    ['of no event', { from: [] }, '/from', '1 to 16 events'],
    ['of a version that is none', { version: 0.5 }, '/version', 'whole number'],
    ['without a name', { name: 'Doors' }, '/name', 'kebab-case'],
    ['that measures nothing', { measures: {} }, '/measures', 'measures something'],
    ['that measures the subject', { measures: { subject: int() } }, '/measures/subject', 'stands twice'],
    ['that measures a list', { measures: { slams: list(int()) } }, '/measures/slams', 'single value'],
    ['that measures a word of queries', { measures: { limit: timestamp() } }, '/measures/limit', 'word of the query'],
    ['whose text cannot be seen', { init: (() => 0).bind(null) }, '/init', 'cannot be seen'],
  ])('%s cannot be declared', (_, change, pointer, message) => {
    const declaration = { ...declared, evolve: (state: unknown) => state, present: () => ({}), ...change };
    expect(() => defineProjection(declaration as never)).toThrow(
      expect.objectContaining({ code: 'invalid-view-definition', pointer, message: expect.stringContaining(message) }),
    );
  });
});

describe('the check of determinism', () => {
  const events = [0, 1, 2, 3].map((force) => ({ type: closed.type, subject: 'front', timeMs: 0, data: { force } }));

  it('passes what goes by its events alone', () => {
    checkDeterminism(doors, EVENTS, events);
  });

  it('finds what goes by something else, though no clock is looked at', () => {
    let calls = 0;
    const counting = doorsThat({ evolve: (state) => ({ ...state, times: calls++ }) });
    expect(() => checkDeterminism(counting, EVENTS, events)).toThrow('two states of subject "front"');
  });

  it('needs events as they are sent', () => {
    const wrong = [{ type: closed.type, subject: 'front', timeMs: 0, data: { force: 'much' } }];
    expect(() => checkDeterminism(doors, EVENTS, wrong)).toThrow('event 0: force must be');
  });
});

describe('without a clock', () => {
  it('a date of an instant is one, and all is as before afterwards', () => {
    const descriptors = (): unknown[] => [
      Object.getOwnPropertyDescriptor(globalThis, 'Date'),
      Object.getOwnPropertyDescriptor(crypto, 'randomUUID'),
    ];
    const before = descriptors();
    expect(withoutClock(() => new Date(86_400_000).toISOString())).toBe('1970-01-02T00:00:00.000Z');
    expect(withoutClock(() => new Date(0) instanceof Date)).toBe(true);
    expect(() => withoutClock(() => Date())).toThrow('Date()');
    expect(descriptors()).toEqual(before);
  });
});

function textOf(stored: ReadonlyMap<string, string>, subject: string): readonly (readonly [string, string])[] {
  const text = stored.get(subject);
  return text === undefined ? [] : [[subject, text]];
}
