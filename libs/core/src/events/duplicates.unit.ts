import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DuplicateFinder, startOfWindow, type DuplicatesWindow } from './duplicates.js';
import type { LogRecord } from './log-record.js';
import { PlainRecord } from './plain-record.js';

type Event = { readonly source: string; readonly id: string; readonly offset: number; readonly atMs: number };

const recordOf = ({ source, id, offset, atMs }: Event): LogRecord =>
  new PlainRecord({
    ...{ offset, appendedAtMs: atMs, key: null, value: null },
    headers: [
      ['ce_source', source],
      ['ce_id', id],
    ],
  });

/** The definition, in the plainest way. */
const naive = (log: readonly Event[], at: number, { withinMs, withinRecords }: DuplicatesWindow): boolean => {
  const here = log[at] as Event;
  const last = log.slice(0, at).findLast(({ source, id }) => source === here.source && id === here.id);
  return last !== undefined && last.offset >= here.offset - withinRecords && here.atMs - last.atMs <= withinMs;
};

/** Sources and ids that would be the same side by side; a clock that goes back now and then; gaps. */
const logs = fc
  .array(
    fc.record({
      source: fc.constantFrom('/a', '/a1', ''),
      id: fc.constantFrom('1', '11', '', '2', 'é'),
      gap: fc.nat({ max: 2 }),
      passedMs: fc.integer({ min: -5, max: 20 }),
    }),
    { maxLength: 60, size: 'max' },
  )
  .map((drawn) => {
    let offset = -1;
    let atMs = 1_000;
    return drawn.map(({ source, id, gap, passedMs }): Event => {
      offset += 1 + gap;
      atMs += passedMs;
      return { source, id, offset, atMs };
    });
  });
const windows = fc.record({ withinMs: fc.nat({ max: 80 }), withinRecords: fc.nat({ max: 12 }) });

describe('the finder of duplicates', () => {
  it('finds what the definition says', () => {
    fc.assert(
      fc.property(logs, windows, (log, window) => {
        const finder = new DuplicateFinder(window);
        const found = log.map((event) => finder.isDuplicate(recordOf(event)));
        expect(found).toEqual(log.map((_, at) => naive(log, at, window)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('finds the same after a restart anywhere, and when it is asked again', () => {
    fc.assert(
      fc.property(logs, windows, fc.nat(), fc.nat(), (log, window, at, back) => {
        const expected = log.map((_, index) => naive(log, index, window));
        const begin = log.length === 0 ? 0 : at % log.length;
        const finder = new DuplicateFinder(window);
        const start = log[begin]?.offset ?? 0;
        finder.restart(start);
        for (const event of log)
          if (event.offset < start && event.offset >= startOfWindow(window, start)) finder.isDuplicate(recordOf(event));
        finder.passTo(start);
        expect(finder.canJudgeFrom(start)).toBe(true);
        expect(log.slice(begin).map((event) => finder.isDuplicate(recordOf(event)))).toEqual(expected.slice(begin));
        const again = begin + (back % (log.length - begin || 1));
        const from = log[again]?.offset ?? 0;
        if (finder.canJudgeFrom(from))
          expect(log.slice(again).map((event) => finder.isDuplicate(recordOf(event)))).toEqual(expected.slice(again));
      }),
      { numRuns: 1_000 },
    );
  });

  it('says what it cannot judge: what it has not seen, what it has forgotten, and what stood before it began', () => {
    const finder = new DuplicateFinder({ withinMs: 1_000, withinRecords: 10 });
    expect(finder.canJudgeFrom(0)).toBe(true);
    expect(finder.canJudgeFrom(1)).toBe(false);
    for (let offset = 0; offset < 100; offset++)
      finder.isDuplicate(recordOf({ source: '/a', id: `${offset}`, offset, atMs: offset }));
    expect([89, 90, 100, 101].map((offset) => finder.canJudgeFrom(offset))).toEqual([false, true, true, false]);
    finder.restart(97);
    expect(finder.canJudgeFrom(97)).toBe(false);
    finder.passTo(97);
    finder.isDuplicate(recordOf({ source: '/a', id: '97', offset: 97, atMs: 97 }));
    expect([96, 97, 98].map((offset) => finder.canJudgeFrom(offset))).toEqual([false, true, true]);
  });
});
