import { describe, expect, it } from '@jest/globals';
import { defineEvent } from '../events/event-type.js';
import { int } from '../events/data-type.js';
import { count, sum } from './aggregates.js';
import { defineCatalog } from './catalog.js';
import { defineView } from './define-view.js';
import { defineProjection } from '../projections/define-projection.js';
import { planProjection } from '../projections/plan-projection.js';
import { liveViewOf } from './live-view.js';
import { constant } from './operand.js';
import { daily } from './windows.js';

const landed = defineEvent({ type: 'flight.landed', stream: 'flights', data: { delay: int() } });
const delays = defineView({
  ...{ name: 'delays', from: landed, window: daily() },
  by: () => ({}),
  measures: ({ delay }) => ({ flights: count(), delay: sum(delay) }),
});
const flights = defineView({
  ...{ name: 'delays', from: landed, window: daily() },
  by: () => ({}),
  measures: () => ({ flights: count() }),
});
const before = defineCatalog({ events: [landed], views: [delays] });
const [old] = before.views;
/** As a store gives it back. */
const registered = JSON.parse(
  JSON.stringify({ view: old?.id, definition: old?.definition, events: before.events }),
) as Parameters<typeof liveViewOf>[0];

describe('a version of a view that was registered', () => {
  it('is the plan of the catalog that has it', () => {
    expect(liveViewOf(registered, before)).toEqual({ plan: old, events: before.events });
  });

  it('lives on beside another version of it', () => {
    const after = defineCatalog({ events: [landed], views: [flights] });
    const live = liveViewOf(registered, after);
    expect(live.plan).toEqual(old);
    expect(live.events).toBe(after.events);
  });

  it('is decoded by its own events where the catalog has brought them further', () => {
    const newer = defineEvent({
      ...{ type: 'flight.landed', version: 2, stream: 'flights', data: { delay: int(), taxi: int() } },
      from: landed,
      upcast: () => ({ taxi: constant('int', 0) }),
    });
    const after = defineCatalog({ events: [landed, newer], views: [] });
    const live = liveViewOf(registered, after);
    expect(live.plan).toEqual(old);
    expect(live.events).toBe(registered.events);
  });

  it('that this build makes another version of is refused', () => {
    const other = { ...registered, view: { name: 'delays', version: '0123456789abcdef' } };
    expect(() => liveViewOf(other, before)).toThrow('makes another version of it');
  });
});

describe('a version of a projection that was registered', () => {
  const declared = {
    ...{ name: 'lateness', from: landed, init: () => 0, measures: { late: int() } },
    present: (late: number) => ({ late }),
  };
  const first = defineProjection({ ...declared, evolve: (late, { data }) => (data.delay > 0 ? late + 1 : late) });
  const second = defineProjection({
    ...{ ...declared, version: 2 },
    evolve: (late, { data }) => (data.delay > 15 ? late + 1 : late),
  });
  const old = planProjection(first, [landed]);
  const stored = JSON.parse(
    JSON.stringify({ view: old.id, definition: old.definition, events: [landed] }),
  ) as Parameters<typeof liveViewOf>[0];

  it('lives on beside the next one, as long as the catalog has its functions', () => {
    const catalog = defineCatalog({ events: [landed], views: [], projections: [first, second] });
    expect(catalog.views.map(({ id }) => id)).toEqual([planProjection(second, [landed]).id]);
    const { plan } = liveViewOf(stored, catalog);
    expect(plan.id).toEqual(old.id);
    expect(plan.projection).toBe(first);
  });

  it('reads its events as they were, where the catalog has brought them further', () => {
    const newer = defineEvent({ type: 'flight.landed', stream: 'flights', from: landed, data: { delay: int() } });
    const next = defineProjection({ ...declared, version: 2, from: newer, evolve: (late) => late });
    const catalog = defineCatalog({ events: [landed, newer], views: [], projections: [next, first] });
    expect(liveViewOf(stored, catalog)).toMatchObject({ plan: { id: old.id }, events: [landed] });
  });

  it('is not folded by a build without its functions, unless that says that others are the same', () => {
    const printedOtherwise = {
      ...first,
      definition: { ...first.definition, source: { ...first.definition.source, init: 'function () { return 0; }' } },
    };
    const catalog = (sameAs: readonly string[]) =>
      defineCatalog({ events: [landed], views: [], projections: [{ ...printedOtherwise, sameAs }] });
    expect(() => liveViewOf(stored, catalog([]))).toThrow('does not have the functions of version');
    const { plan } = liveViewOf(stored, catalog([old.id.version]));
    expect(plan.id).toEqual(old.id);
  });
});
