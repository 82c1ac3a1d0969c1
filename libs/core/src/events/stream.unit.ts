import { describe, expect, it } from '@jest/globals';
import { defineCatalog } from '../views/catalog.js';
import { int } from './data-type.js';
import { defineEvent } from './event-type.js';
import { DEFAULT_DUPLICATES_WINDOW, defineStream, streamNamed } from './stream.js';

const seen = defineEvent({ type: 'thing.seen', stream: 'things', data: { size: int() } });

describe('a stream', () => {
  it('has the defaults, but for what is declared', () => {
    const things = defineStream({ name: 'things', duplicates: { withinMs: 5 } });
    expect(things.duplicates).toEqual({ ...DEFAULT_DUPLICATES_WINDOW, withinMs: 5 });
    const catalog = defineCatalog({ events: [seen], views: [], streams: [things] });
    expect(catalog.streams).toEqual([things]);
    expect(defineCatalog({ events: [seen], views: [] }).streams).toEqual([defineStream({ name: 'things' })]);
    expect(streamNamed(catalog.streams, 'other').duplicates).toEqual(DEFAULT_DUPLICATES_WINDOW);
    expect([things.deadLetters, defineStream({ name: 'things', deadLetters: 'hold' }).deadLetters]).toEqual([
      'skip',
      'hold',
    ]);
  });

  it.each([
    ['/duplicates/withinMs', { withinMs: -1 }],
    ['/duplicates/withinMs', { withinMs: 31 * 86_400_000 }],
    ['/duplicates/withinRecords', { withinRecords: 0.5 }],
    ['/duplicates/withinRecords', { withinRecords: 8_000_001 }],
  ])('is refused where %s is %j', (pointer, duplicates) => {
    expect(() => defineStream({ name: 'things', duplicates })).toThrow(
      expect.objectContaining({ code: 'invalid-event-definition', pointer }),
    );
  });

  it('is declared once, and has events', () => {
    const things = defineStream({ name: 'things' });
    const declared = (...streams: (typeof things)[]) => defineCatalog({ events: [seen], views: [], streams });
    expect(() => declared(things, defineStream({ name: 'things' }))).toThrow('"things" is declared twice');
    expect(() => declared(defineStream({ name: 'beings' }))).toThrow('"beings" has no event');
  });
});
