import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from './faults.ts';
import type { Random } from './random.ts';
import type { Manner, World } from './world.ts';

export type Injected = {
  readonly kind: string;
  readonly manner: Manner;
  readonly atMs: number;
  readonly tookMs: number;
};

/** Between two faults of one lane, ms: some while others still recover, some when all is well again. */
const CALM_MS = { least: 500, most: 6_000 };

/** Goes through all faults in an order of its own, again and again, until told to stop; resolves with what was done. */
export async function injectFaults(
  world: World,
  faults: readonly Fault[],
  random: Random,
  stop: AbortSignal,
  tell: (line: string) => void,
): Promise<readonly Injected[]> {
  const injected: Injected[] = [];
  const beganAtMs = Date.now();
  for (;;) {
    const round = faults.flatMap((fault) => fault.manners.map((manner) => ({ fault, manner })));
    for (const { fault, manner } of random.shuffled(round)) {
      await pause(random.between(CALM_MS.least, CALM_MS.most), undefined, { signal: stop }).catch(() => undefined);
      if (stop.aborted) return injected;
      const atMs = Date.now() - beganAtMs;
      await fault.inject(world, random, manner);
      const tookMs = Date.now() - beganAtMs - atMs;
      injected.push({ kind: fault.kind, manner, atMs, tookMs });
      tell(`${(atMs / 1000).toFixed(1)} s: ${fault.kind}, ${manner} (${(tookMs / 1000).toFixed(1)} s)`);
    }
  }
}
