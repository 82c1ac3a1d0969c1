import type { Clock } from '@twofold/ports';

/** A time of its own, from one million on: at each turn of the event loop it goes on to the end of the wait that is over first. */
export function virtualClock(): Clock {
  let nowMs = 1_000_000;
  const waiting: { readonly untilMs: number; readonly wake: (value: unknown) => void }[] = [];
  const goOn = (): void => {
    waiting.sort((a, b) => a.untilMs - b.untilMs);
    const first = waiting.shift();
    if (first === undefined) return;
    nowMs = first.untilMs;
    first.wake(null);
  };
  return {
    now: () => nowMs,
    elapsed: () => nowMs,
    wait: async (ms) => {
      await new Promise((wake) => {
        waiting.push({ untilMs: nowMs + ms, wake });
        setImmediate(goOn);
      });
    },
  };
}
