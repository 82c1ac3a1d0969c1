import { describe, expect, it } from '@jest/globals';
import { int } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { defineCatalog, eventOf, streamsOf, viewNamed } from './catalog.js';
import { count, daily, defineView } from './define-view.js';

const seen = (version: number, stream = 'things') =>
  defineEvent({ type: 'thing.seen', version, stream, data: { size: int() } });
const opened = defineEvent({ type: 'account.opened', stream: 'accounts', data: {} });
const viewOf = (name: string, from: ReturnType<typeof seen>) =>
  defineView({ name, from, window: daily(), measures: () => ({ things: count() }) });

describe('a catalog', () => {
  it('has a plan for each view, over the version of the event that it reads', () => {
    const catalog = defineCatalog({
      events: [seen(1), seen(2), opened],
      views: [viewOf('old', seen(1)), viewOf('new', seen(2))],
    });
    expect(viewNamed(catalog, 'new').event).toEqual(seen(2));
    expect(viewNamed(catalog, 'old').event.version).toBe(1);
    expect(viewNamed(catalog, 'old').id.version).not.toBe(viewNamed(catalog, 'new').id.version);
  });

  it('names its streams, each once', () => {
    expect(streamsOf({ events: [seen(1), opened, seen(2)] })).toEqual(['accounts', 'things']);
    expect(streamsOf({ events: [] })).toEqual([]);
  });

  it('refuses a version of an event twice', () => {
    expect(() => defineCatalog({ events: [seen(1), seen(1, 'others')], views: [] })).toThrow(
      expect.objectContaining({ code: 'invalid-event-definition', message: 'thing.seen version 1 is declared twice' }),
    );
  });

  it('refuses two views of one name', () => {
    const views = [viewOf('things', seen(1)), viewOf('things', seen(2))];
    expect(() => defineCatalog({ events: [seen(1), seen(2)], views })).toThrow(
      expect.objectContaining({ code: 'invalid-view-definition', message: 'two views are named things' }),
    );
  });

  it('refuses a view of an event that it does not have', () => {
    expect(() => defineCatalog({ events: [seen(1)], views: [viewOf('things', seen(2))] })).toThrow(
      expect.objectContaining({ code: 'invalid-view-definition', pointer: '/from' }),
    );
    expect(() => eventOf([], viewOf('things', seen(1)))).toThrow('view things reads thing.seen version 1');
  });

  it('names the views there are when asked for another', () => {
    const catalog = defineCatalog({ events: [seen(1)], views: [viewOf('things', seen(1)), viewOf('others', seen(1))] });
    expect(() => viewNamed(catalog, 'constructor')).toThrow(
      expect.objectContaining({
        code: 'unknown-view',
        message: 'there is no view "constructor"; there are: things, others',
      }),
    );
  });
});
