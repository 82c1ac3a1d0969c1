import { describe, expect, it } from '@jest/globals';
import { systemClock } from './system-clock.js';

describe('the system clock', () => {
  it('tells milliseconds since 1970', () => {
    const before = Date.now();
    const now = systemClock.now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });

  it('measures what elapses, whatever the time of day', async () => {
    const [before, reference] = [systemClock.elapsed(), performance.now()];
    await systemClock.wait(20);
    expect(systemClock.elapsed() - before).toBeGreaterThanOrEqual(19);
    expect(systemClock.elapsed() - before).toBeLessThanOrEqual(performance.now() - reference + 1);
  });

  it('waits at least as long as asked', async () => {
    const before = performance.now();
    await systemClock.wait(20);
    expect(performance.now() - before).toBeGreaterThanOrEqual(19);
  });

  it('wakes early when the signal is aborted, or was before', async () => {
    const controller = new AbortController();
    const woken = systemClock.wait(600_000, controller.signal);
    controller.abort();
    await woken;
    await systemClock.wait(600_000, controller.signal);
  });
});
