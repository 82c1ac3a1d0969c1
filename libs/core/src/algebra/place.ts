import { compareText } from './compare-values.js';
import type { Place } from './part.js';

/** The order of first and latest: by event time, stream (by code point), partition, offset. 0: they are one event's. */
export function comparePlaces(a: Place, b: Place): number {
  if (a.timeMs !== b.timeMs) return a.timeMs - b.timeMs;
  const byStream = a.stream === b.stream ? 0 : compareText(a.stream, b.stream);
  return byStream || a.partition - b.partition || a.offset - b.offset;
}
