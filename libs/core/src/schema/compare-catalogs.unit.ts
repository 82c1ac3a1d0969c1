import { describe, expect, it } from '@jest/globals';
import { decimal, int, string } from '../events/data-type.js';
import { defineEvent, type EventType } from '../events/event-type.js';
import { defineStream } from '../events/stream.js';
import { toDecimal } from '../views/arithmetic.js';
import { average, count, countWhere, max, sum } from '../views/aggregates.js';
import { dateOf } from '../views/calls.js';
import { defineProjection } from '../projections/define-projection.js';
import type { Projection } from '../projections/projection.js';
import { defineCatalog } from '../views/catalog.js';
import { defineView } from '../views/define-view.js';
import { eventTime, gt } from '../views/expressions.js';
import type { ViewDefinition } from '../views/view-definition.js';
import { daily, hourly } from '../views/windows.js';
import { lockOf, readLock, textOfLock, type CatalogLock } from './catalog-lock.js';
import { compareCatalogs, isBreak, type CatalogComparison, type LoadFailure } from './compare-catalogs.js';
import type { ViewCause } from './compare-view.js';

const data = { delay: int(), distance: int(), origin: string({ maxLength: 16 }) };
const landed = defineEvent({ type: 'flight.landed', stream: 'flights', data });
const cancelled = defineEvent({ type: 'flight.cancelled', stream: 'flights', data: { origin: string() } });
/** A next version in which `delay` has another name. */
const renamed = defineEvent({
  type: 'flight.landed',
  stream: 'flights',
  from: landed,
  data: { lateness: int(), distance: int(), origin: string({ maxLength: 16 }) },
  upcast: ({ delay }) => ({ lateness: delay }),
});

const delaysOf = (event: typeof landed): ViewDefinition =>
  defineView({
    name: 'delays',
    from: event,
    where: ({ distance }) => gt(distance, 0),
    by: ({ origin }) => ({ origin }),
    window: daily(),
    measures: ({ delay }) => ({ flights: count(), totalDelay: sum(delay), late: countWhere(gt(delay, 15)) }),
  });
const flightsOf = (event: EventType): ViewDefinition =>
  defineView({ name: 'flights', from: event, window: daily(), measures: () => ({ flights: count() }) });
const delays = delaysOf(landed);
const flights = flightsOf(landed);
const before = lockOf(defineCatalog({ events: [landed, cancelled], views: [delays, flights] }));

const compare = (
  events: readonly EventType[],
  views: readonly ViewDefinition[],
  failures: readonly LoadFailure[] = [],
  than: CatalogLock = before,
): CatalogComparison => compareCatalogs(than, { events, views, failures, streams: null, projections: [] });
const outcomes = ({ views }: CatalogComparison): Readonly<Record<string, string>> =>
  Object.fromEntries(views.map(({ view, outcome }) => [view, outcome]));
const causesOf = ({ views }: CatalogComparison, name: string): readonly ViewCause[] =>
  views.find(({ view }) => view === name)?.causes ?? [];

describe('a projection', () => {
  const seen = defineEvent({ type: 'thing.seen', stream: 'things', data: {} });
  const declared = { name: 'sightings', from: seen, init: () => 0, measures: { times: int() } };
  const present = (times: number) => ({ times });
  const before = defineProjection({ ...declared, present, evolve: (times) => times + 1 });
  const after = defineProjection({ ...declared, present, evolve: (times) => times + 2 });
  const lock = lockOf(defineCatalog({ events: [seen], views: [], projections: [before] }));
  const compared = (projections: readonly Projection[], than = lock, failures: readonly LoadFailure[] = []) =>
    compareCatalogs(than, { events: [seen], views: [], projections, streams: null, failures }).views;

  it('is unchanged, changed, added or removed by its version', () => {
    expect(compared([before])).toMatchObject([{ view: 'sightings', outcome: 'unchanged', causes: [] }]);
    const version = lock.projections[0]?.version;
    expect(compared([after])).toMatchObject([
      { outcome: 'changed', before: version, causes: [{ what: 'definition' }] },
    ]);
    expect(compared([after], { ...lock, projections: [] })).toMatchObject([{ outcome: 'added', before: null }]);
    expect(compared([])).toMatchObject([{ outcome: 'removed', before: version, after: null }]);
  });

  it('is broken where its module cannot be loaded, or its event is not there', () => {
    expect(compared([], lock, [{ file: 'sightings.ts', reason: 'no' }])).toMatchObject([
      { outcome: 'broken', causes: [{ what: 'not-definable', reason: 'sightings.ts cannot be loaded: no' }] },
    ]);
    const lost = { ...before, definition: { ...before.definition, from: [{ type: 'a.b', version: 1, stream: 'c' }] } };
    expect(compared([lost])).toMatchObject([
      { outcome: 'broken', causes: [{ what: 'not-definable', pointer: '/from/0' }] },
    ]);
  });
});

describe('the views of two catalogs', () => {
  it('are unchanged where nothing but words is another', () => {
    const same = compare(
      [cancelled, { ...landed, description: 'it is down' }],
      [{ ...flights, description: 'all' }, delays],
    );
    expect(outcomes(same)).toEqual({ delays: 'unchanged', flights: 'unchanged' });
    expect(isBreak(same)).toBe(false);
  });

  it('are added and removed without harm', () => {
    const more = defineView({ name: 'more', from: cancelled, window: daily(), measures: () => ({ n: count() }) });
    const changed = compare([landed, cancelled], [flights, more]);
    expect(outcomes(changed)).toEqual({ delays: 'removed', flights: 'unchanged', more: 'added' });
    expect(isBreak(changed)).toBe(false);
  });
});

describe('a view is broken', () => {
  const failure = { file: 'views/delays.ts', reason: "Cannot read properties of undefined (reading 'type')" };

  it('where its module throws for a field that the newest version lacks: by view, place, field and reason', () => {
    const changed = compare([landed, renamed, cancelled], [flightsOf(renamed)], [failure]);
    expect(outcomes(changed)).toEqual({ delays: 'broken', flights: 'changed' });
    expect(isBreak(changed)).toBe(true);
    expect(causesOf(changed, 'delays')).toEqual([
      {
        ...{ what: 'not-definable', pointer: '/measures/totalDelay/of', field: 'delay' },
        reason: 'flight.landed version 2 has no field delay',
      },
      expect.objectContaining({ pointer: '/measures/late/where/left', field: 'delay' }),
    ]);
  });

  it('where a field of it is of another type now', () => {
    const priced = defineEvent({
      ...{ type: 'flight.landed', stream: 'flights', from: landed },
      data: { ...data, distance: decimal(1) },
      upcast: ({ distance }) => ({ distance: toDecimal(distance, 1) }),
    });
    expect(causesOf(compare([landed, priced, cancelled], [flightsOf(priced)], [failure]), 'delays')).toEqual([
      expect.objectContaining({
        ...{ pointer: '/where/left', field: 'distance' },
        reason: 'distance was int, is decimal(1) in flight.landed version 2',
      }),
    ]);
  });

  it('where its module throws for a reason of its own', () => {
    const changed = compare([landed, cancelled], [flights], [failure]);
    expect(causesOf(changed, 'delays')).toMatchObject([
      { what: 'not-definable', pointer: null, reason: expect.stringContaining('views/delays.ts cannot be loaded') },
    ]);
  });

  it('where it stays at a version that is not the newest, with the fields that it would miss', () => {
    const changed = compare([landed, renamed, cancelled], [delays, flights]);
    expect(outcomes(changed)).toEqual({ delays: 'broken', flights: 'broken' });
    expect(causesOf(changed, 'flights')).toMatchObject([
      { pointer: '/from/0', reason: expect.stringContaining('views read the newest, which is 2') },
    ]);
    expect(causesOf(changed, 'delays').map(({ field }) => field)).toEqual([null, 'delay', 'delay']);
  });

  it('where an event of it is gone, which is a break of the event too', () => {
    const changed = compare([cancelled], [delays, flights]);
    expect(outcomes(changed)).toEqual({ delays: 'broken', flights: 'broken' });
    expect(changed.events).toMatchObject([{ change: 'type-removed', effect: 'break' }]);
    expect(changed.events[0]?.reason).toContain('delays, flights');
  });

  it('where its event is gone and it goes too: not at all', () => {
    const changed = compare([cancelled], []);
    expect(outcomes(changed)).toEqual({ delays: 'removed', flights: 'removed' });
    expect(changed.events).toMatchObject([{ change: 'type-removed', effect: 'warning' }]);
    expect(isBreak(changed)).toBe(false);
  });

  it('where it is new and cannot be defined', () => {
    const wrong = { ...flights, name: 'wrong', from: [{ type: 'flight.lost', version: 1, stream: 'flights' }] };
    const changed = compare([landed, cancelled], [delays, flights, wrong]);
    expect(causesOf(changed, 'wrong')[0]).toMatchObject({ what: 'not-definable', pointer: '/from/0' });
    expect(isBreak(changed)).toBe(true);
  });
});

describe('a view has another meaning', () => {
  const tell = (causes: readonly ViewCause[]): readonly string[] =>
    causes.map(
      ({ what, pointer, field, reason }) => `${what}${pointer ?? ''}${field === null ? '' : ` ${field}`}: ${reason}`,
    );
  const meaningOfDelays = (view: ViewDefinition, than: CatalogLock = before): readonly string[] => {
    const changed = compare([landed, cancelled], [view, flights], [], than);
    expect(outcomes(changed)).toMatchObject({ delays: 'changed' });
    expect(isBreak(changed)).toBe(false);
    return tell(causesOf(changed, 'delays'));
  };

  it('where its definition is another: each place of it, and what rows lack', () => {
    const other = defineView({
      name: 'delays',
      from: landed,
      by: ({ origin, distance }) => ({ airport: origin, distance }),
      window: hourly({ timeZone: 'Europe/Berlin' }),
      measures: ({ delay }) => ({ flights: count(), late: average(delay), worst: max(delay) }),
    });
    expect(meaningOfDelays(other)).toEqual([
      'definition/where: chooses other events',
      'definition/by/origin: the dimension origin is gone',
      'definition/by/airport: the dimension airport is new',
      'definition/by/distance: the dimension distance is new',
      'definition/window: its windows were day in UTC, are hour in Europe/Berlin',
      'definition/measures/totalDelay: the measure totalDelay is gone',
      'definition/measures/late: the measure late is defined in another way',
      'definition/measures/worst: the measure worst is new',
      'columns: rows have no origin any more',
      'columns: rows have no totalDelay any more',
      'columns: late was int, is double',
    ]);
  });

  it('where its measures stand in another order, or it reads another event', () => {
    expect(meaningOfDelays({ ...delays, measures: delays.measures.toReversed() })).toEqual([
      'definition/measures: its measures stand in another order',
    ]);
    const both = defineView({
      name: 'flights',
      from: [landed, cancelled],
      window: daily(),
      measures: () => ({ flights: count() }),
    });
    expect(tell(causesOf(compare([landed, cancelled], [delays, both]), 'flights'))).toEqual([
      'definition/from: reads flight.landed, flight.cancelled, not flight.landed',
    ]);
  });

  it('where an event of it has a next version: its fields, and how it is brought up', () => {
    const widened = defineEvent({
      ...{ type: 'flight.landed', stream: 'flights', from: landed },
      data: { ...data, origin: string({ maxLength: 20 }) },
    });
    const changed = compare([landed, widened, cancelled], [delaysOf(widened), flightsOf(widened)]);
    expect(outcomes(changed)).toEqual({ delays: 'changed', flights: 'changed' });
    expect(isBreak(changed)).toBe(false);
    expect(tell(causesOf(changed, 'flights'))).toEqual([
      'event: reads flight.landed at version 2, not 1',
      'event origin: flight.landed: origin was string({ maxLength: 16 }), is string({ maxLength: 20 })',
      'upcast: events of flight.landed before version 2 are brought up to it',
    ]);
  });

  it('where an upcast is another, or an old version is read no more', () => {
    const again = defineEvent({
      ...{ type: 'flight.landed', stream: 'flights', from: landed },
      data: renamed.fields,
      upcast: ({ distance }) => ({ lateness: distance }),
    });
    const than = lockOf(defineCatalog({ events: [landed, renamed], views: [flightsOf(renamed)] }));
    const changed = compare([landed, again], [flightsOf(again)], [], than);
    expect(tell(causesOf(changed, 'flights'))).toEqual([
      'upcast: version 2 of flight.landed is made of the one before in another way',
    ]);
    expect(changed.events).toMatchObject([{ effect: 'break', change: 'upcast-changed', field: 'lateness' }]);
    expect(tell(causesOf(compare([renamed], [flightsOf(renamed)], [], than), 'flights'))).toEqual([
      'upcast: events of flight.landed version 1 are not read any more',
    ]);
  });

  it('where the clocks of its time zone change at other times, or the build gives all definitions another meaning', () => {
    const local = { ...flights, by: [{ name: 'day', of: dateOf(eventTime, 'Europe/Berlin') }] };
    const lock = lockOf(defineCatalog({ events: [landed, cancelled], views: [delays, local] }));
    const than: CatalogLock = {
      ...lock,
      views: lock.views.map((view) =>
        view.definition.name === 'flights'
          ? { ...view, version: 'other', clocks: { 'Europe/Berlin': 'another tz database' } }
          : { ...view, version: 'other', semantics: 0 },
      ),
    };
    const changed = compare([landed, cancelled], [delays, local], [], than);
    expect(tell(causesOf(changed, 'flights'))).toEqual([
      'time-zone: the clocks of Europe/Berlin change at other times',
    ]);
    expect(tell(causesOf(changed, 'delays'))).toEqual(['semantics: this build gives all definitions another meaning']);
  });
});

describe('a stream', () => {
  it('keeps its window of duplicates', () => {
    const catalogOf = (withinMs: number) =>
      defineCatalog({
        events: [landed],
        views: [],
        streams: [defineStream({ name: 'flights', duplicates: { withinMs } })],
      });
    const compared = (withinMs: number): CatalogComparison =>
      compareCatalogs(lockOf(catalogOf(1_000)), { ...catalogOf(withinMs), views: [], failures: [] });
    expect(compared(1_000).streams).toEqual([]);
    expect(isBreak(compared(1_000))).toBe(false);
    expect(compared(2_000).streams).toEqual([
      { stream: 'flights', reason: expect.stringMatching(/within 1000 ms .*, and would within 2000 ms /) },
    ]);
    expect(isBreak(compared(2_000))).toBe(true);
  });

  it('keeps what it does behind dead letters; an old lock that does not say it means skip', () => {
    const catalogOf = (deadLetters: 'skip' | 'hold') =>
      defineCatalog({ events: [landed], views: [], streams: [defineStream({ name: 'flights', deadLetters })] });
    const holding = { ...catalogOf('hold'), views: [], failures: [] };
    const reason = expect.stringMatching(/^had deadLetters: 'skip', and would have 'hold'/);
    expect(compareCatalogs(lockOf(catalogOf('skip')), holding).streams).toEqual([{ stream: 'flights', reason }]);
    expect(compareCatalogs(lockOf(catalogOf('hold')), holding).streams).toEqual([]);
    const oldText = textOfLock(lockOf(catalogOf('skip'))).replace(/,\s*"deadLetters": "skip"/, '');
    expect(oldText).not.toContain('deadLetters');
    expect(compareCatalogs(readLock(oldText), holding).streams).toEqual([{ stream: 'flights', reason }]);
  });
});
