import { describe, expect, it } from '@jest/globals';
import { int, optional } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { defineProjection } from '../projections/define-projection.js';
import { defineCatalog, streamsOf, viewNamed } from './catalog.js';
import { count } from './aggregates.js';
import { defineView } from './define-view.js';
import { daily } from './windows.js';

const first = defineEvent({ type: 'thing.seen', stream: 'things', data: { size: int() } });
const second = defineEvent({ type: 'thing.seen', stream: 'things', from: first, data: { size: int() } });
const third = defineEvent({ type: 'thing.seen', stream: 'things', from: second, data: { size: int() } });
const opened = defineEvent({ type: 'account.opened', stream: 'accounts', data: {} });
const viewOf = (name: string, from: typeof first) =>
  defineView({ name, from, window: daily(), measures: () => ({ things: count() }) });

describe('a catalog', () => {
  it('has a plan for each view, over all versions of the events that it reads', () => {
    const catalog = defineCatalog({ events: [second, first, opened], views: [viewOf('things', second)] });
    const { sources, streams } = viewNamed(catalog, 'things');
    expect(sources).toEqual([{ event: second, versions: [first, second] }]);
    expect(streams).toEqual(['things']);
  });

  it('has another version of a view once its event has one', () => {
    const before = defineCatalog({ events: [first], views: [viewOf('things', first)] });
    const after = defineCatalog({ events: [first, second], views: [viewOf('things', second)] });
    expect(viewNamed(after, 'things').id.version).not.toBe(viewNamed(before, 'things').id.version);
  });

  it('names its streams, each once', () => {
    expect(streamsOf({ events: [first, opened, second] })).toEqual(['accounts', 'things']);
    expect(streamsOf({ events: [] })).toEqual([]);
  });

  it('refuses a version of an event twice', () => {
    expect(() => defineCatalog({ events: [first, { ...first, stream: 'others' }], views: [] })).toThrow(
      expect.objectContaining({ code: 'invalid-event-definition', message: 'thing.seen version 1 is declared twice' }),
    );
  });

  it('refuses two views of one name', () => {
    const views = [viewOf('things', second), viewOf('things', second)];
    expect(() => defineCatalog({ events: [first, second], views })).toThrow(
      expect.objectContaining({ code: 'invalid-view-definition', message: 'two views are named things' }),
    );
  });

  it('refuses two projections of one version, and one that has the name of a view', () => {
    const things = defineProjection({
      ...{ name: 'things', from: first, init: () => 0, measures: { things: int() } },
      evolve: (things) => things + 1,
      present: (things) => ({ things }),
    });
    const refusal = (message: string) => expect.objectContaining({ code: 'invalid-view-definition', message });
    expect(() => defineCatalog({ events: [first], views: [], projections: [things, things] })).toThrow(
      refusal('two projections are version 1 of things'),
    );
    expect(() => defineCatalog({ events: [first], views: [viewOf('things', first)], projections: [things] })).toThrow(
      refusal('two views are named things'),
    );
  });

  it.each([
    ['an event that it does not have', [opened], first, 'thing.seen version 1, which is not in the catalog'],
    ['a version that it does not have', [first], second, 'thing.seen version 2, which is not in the catalog'],
    ['a version that is not the newest', [first, second], first, 'views read the newest, which is 2'],
  ])('refuses a view of %s', (_what, events, from, message) => {
    expect(() => defineCatalog({ events, views: [viewOf('things', from)] })).toThrow(
      expect.objectContaining({
        code: 'invalid-view-definition',
        pointer: '/from/0',
        message: expect.stringContaining(message),
      }),
    );
  });

  it.each([
    ['a version is missing', [first, third], 'version 2 is missing between 1 and 3'],
    [
      'a version stands alone',
      [first, { ...second, upcast: null }],
      'version 2 does not say how it is made of version 1',
    ],
    [
      'one is made of another version before than there is',
      [defineEvent({ type: 'thing.seen', stream: 'things', data: { size: optional(int()) } }), second],
      'version 2 is not made of this version 1: size: this may be null',
    ],
    ['versions stand on different streams', [first, { ...second, stream: 'others' }], 'different streams'],
  ])('refuses versions of which %s', (_what, events, message) => {
    expect(() => defineCatalog({ events, views: [] })).toThrow(
      expect.objectContaining({ code: 'invalid-event-definition', message: expect.stringContaining(message) }),
    );
  });

  it('may have forgotten the oldest versions', () => {
    expect(defineCatalog({ events: [second, third], views: [] }).events).toHaveLength(2);
  });

  it('names the views there are when asked for another', () => {
    const catalog = defineCatalog({ events: [first], views: [viewOf('things', first), viewOf('others', first)] });
    expect(() => viewNamed(catalog, 'constructor')).toThrow(
      expect.objectContaining({
        code: 'unknown-view',
        message: 'there is no view "constructor"; there are: things, others',
      }),
    );
  });
});
