import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RangeFiles } from './archive-manifest.js';
import { filesByMonth, monthOf } from './month.js';
import { sortedAtOnce } from './sorted-at-once.js';

const AT_ONCE = 50_000;

describe('what is sorted at once', () => {
  const chains = fc
    .array(
      fc.record({ offsets: fc.integer({ min: 1, max: 400_000 }), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    )
    .map((some) => {
      let from = 0;
      return some.map(({ offsets, share }, number): RangeFiles => {
        const range = { from, to: from + offsets, locations: [`/${number}`], rowCount: Math.round(offsets * share) };
        from += offsets;
        return range;
      });
    });

  it('is in order all that was asked for, each of it once, and no more rows than some 50,000', () => {
    fc.assert(
      fc.property(chains, fc.nat(1_000_000), fc.nat(1_000_000), (ranges, from, length) => {
        const below = from + length;
        const parts = [...sortedAtOnce(ranges, from, below)];
        let end = from;
        for (const part of parts) {
          expect(part.from).toBeGreaterThanOrEqual(end);
          expect(part.below).toBeGreaterThan(part.from);
          end = part.below;
          const opened = ranges.filter(({ locations: [location = ''] }) => part.locations.includes(location));
          const rows = opened.reduce((sum, { rowCount }) => sum + rowCount, 0);
          const offsets = (opened.at(-1)?.to ?? 0) - (opened[0]?.from ?? 0);
          expect((rows * (part.below - part.from)) / offsets).toBeLessThanOrEqual(AT_ONCE + rows / offsets);
        }
        expect(end).toBeLessThanOrEqual(below);
        for (const range of ranges.filter(({ rowCount }) => rowCount > 0)) {
          const [begins, ends] = [Math.max(range.from, from), Math.min(range.to, below)];
          const covering = parts.filter((part) => part.locations.includes(range.locations[0] ?? ''));
          if (begins >= ends) continue;
          expect(covering[0]?.from).toBeLessThanOrEqual(begins);
          expect(covering.at(-1)?.below).toBeGreaterThanOrEqual(ends);
          covering.slice(1).forEach((part, index) => expect(part.from).toBe(covering[index]?.below));
        }
      }),
    );
  });
});

describe('files by month', () => {
  it('are one each, in order', () => {
    expect(
      filesByMonth(
        new Map([
          [3, 1],
          [1, 9],
          [2, 4],
        ]),
      ),
    ).toEqual([[1], [2], [3]]);
    expect([monthOf(Date.UTC(2001, 0, 1)), monthOf(Date.UTC(2000, 11, 31, 23, 59))]).toEqual([24_012, 24_011]);
  });

  it('are a bounded number: months with few events share one', () => {
    const files = filesByMonth(new Map(Array.from({ length: 500 }, (_, month) => [month, month + 1])));
    expect(files).toHaveLength(121);
    expect(files[0]).toEqual([380]);
    expect(files.at(-1)?.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 380 }, (_, month) => month));
  });
});
