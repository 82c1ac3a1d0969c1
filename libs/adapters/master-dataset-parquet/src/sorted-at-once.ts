import type { RangeFiles } from './archive-manifest.js';

/** Rows that are read at once, because they come in order: some 20 MB. The ranges of a busy partition have about as many. */
const SORTED_ROWS = 50_000;

/** Files of consecutive ranges, so many that their rows are as many as are sorted in memory; of one range at least. */
export function* sortedAtOnce(ranges: readonly RangeFiles[]): Iterable<readonly string[]> {
  let locations: readonly string[] = [];
  let rows = 0;
  for (const range of ranges) {
    if (rows > 0 && rows + range.rowCount > SORTED_ROWS) {
      yield locations;
      [locations, rows] = [[], 0];
    }
    locations = [...locations, ...range.locations];
    rows += range.rowCount;
  }
  if (rows > 0) yield locations;
}
