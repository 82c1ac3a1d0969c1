import { describe, expect, it } from '@jest/globals';
import { GenerationsSeen } from './generations-seen.ts';

const LONG_MS = 60_000;
const never = new AbortController().signal;

describe('the generations seen while events arrive', () => {
  it('are each named once, the empty one and later ones not at all', () => {
    const seen = new GenerationsSeen();
    [0, 1, 1, 3].forEach((generation) => seen.add(generation));
    expect(seen.close()).toEqual([1, 3]);
    seen.add(4);
    expect(seen.close()).toEqual([1, 3]);
  });

  it('can be waited for: for the first, for so long, or until stopped', async () => {
    const seen = new GenerationsSeen();
    await seen.waitForFirst(1, never);
    const stop = new AbortController();
    const stopped = seen.waitForFirst(LONG_MS, stop.signal);
    stop.abort();
    await stopped;
    const first = seen.waitForFirst(LONG_MS, never);
    seen.add(1);
    await first;
    await seen.waitForFirst(LONG_MS, never);
  });
});
