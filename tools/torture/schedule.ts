import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from './fault.ts';
import type { Random } from './random.ts';
import type { Manner, World } from './world.ts';

export type Injected = {
  readonly kind: string;
  readonly manner: Manner;
  readonly atMs: number;
  readonly tookMs: number;
  /** Why it could not be made or mended: that is a violation too, for the world may not be what it should be. */
  readonly error: string | null;
};

/** Between two faults of one lane, ms: some while others still recover, some when all is well again. */
const CALM_MS = { least: 500, most: 6_000 };

/** Goes through all faults in an order of its own, again and again, until told to stop; resolves with what was done. Never rejects. */
export async function injectFaults(
  world: World,
  faults: readonly Fault[],
  random: Random,
  stop: AbortSignal,
  tell: (line: string) => void,
): Promise<readonly Injected[]> {
  const injected: Injected[] = [];
  if (faults.length === 0) return injected;
  const beganAtMs = Date.now();
  for (;;) {
    const round = faults.flatMap((fault) => fault.manners.map((manner) => ({ fault, manner })));
    for (const { fault, manner } of random.shuffled(round)) {
      await pause(random.between(CALM_MS.least, CALM_MS.most), undefined, { signal: stop }).catch(() => undefined);
      if (stop.aborted) return injected;
      const atMs = Date.now() - beganAtMs;
      const error = await fault.inject(world, random, manner).then(() => null, textOf);
      const tookMs = Date.now() - beganAtMs - atMs;
      injected.push({ kind: fault.kind, manner, atMs, tookMs, error });
      const how = error === null ? '' : `: it FAILED: ${error}`;
      tell(`${(atMs / 1000).toFixed(1)} s: ${fault.kind}, ${manner} (${(tookMs / 1000).toFixed(1)} s)${how}`);
    }
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
