import { describe, expect, it } from '@jest/globals';
import { defineEvent } from '../events/event-type.js';
import { int } from '../events/data-type.js';
import { count, sum } from './aggregates.js';
import { defineCatalog } from './catalog.js';
import { defineView } from './define-view.js';
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
