import type { Offset } from '@twofold/core';
import type { RangeFiles } from './archive-manifest.js';

/** Rows that are read at once, because they come in order: some 20 MB. The ranges of a busy archiver have about as many. */
const SORTED_ROWS = 50_000;

/** Files, and the offsets that are read of them. */
export type SortedPart = { readonly locations: readonly string[]; readonly from: Offset; readonly below: Offset };

/**
 * What is read of consecutive ranges at a time, in order: files of several, so many that their rows are as many as are sorted in memory, or some
 * offsets of one that has more rows than that.
 */
export function* sortedAtOnce(
  ranges: readonly RangeFiles[],
  from: Offset,
  below: Offset,
): Generator<SortedPart, void, undefined> {
  let joined: readonly RangeFiles[] = [];
  const rowsOf = (some: readonly RangeFiles[]): number => some.reduce((sum, { rowCount }) => sum + rowCount, 0);
  for (const range of ranges.filter(({ rowCount }) => rowCount > 0)) {
    if (joined.length > 0 && rowsOf([...joined, range]) > SORTED_ROWS) {
      yield* divided(joined, rowsOf(joined), from, below);
      joined = [];
    }
    joined = [...joined, range];
  }
  if (joined.length > 0) yield* divided(joined, rowsOf(joined), from, below);
}

function* divided(
  ranges: readonly RangeFiles[],
  rowCount: number,
  from: Offset,
  below: Offset,
): Generator<SortedPart, void, undefined> {
  const locations = ranges.flatMap((range) => range.locations);
  const [begins, ends] = [ranges[0]?.from ?? 0, ranges.at(-1)?.to ?? 0];
  // offsets of a range are about evenly filled
  const step = Math.max(1, Math.ceil(((ends - begins) * SORTED_ROWS) / Math.max(rowCount, SORTED_ROWS)));
  for (let at = Math.max(begins, from); at < Math.min(ends, below); at += step)
    yield { locations, from: at, below: Math.min(at + step, ends, below) };
}
