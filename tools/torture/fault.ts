import { setTimeout as pause } from 'node:timers/promises';
import type { AppName } from '../demo/apps.ts';
import type { Random } from './random.ts';
import type { ServerName } from './servers.ts';
import type { Manner, World } from './world.ts';

/** One kind of fault: makes it, waits, mends it. What it does in between is told by `random` alone. */
export type Fault = {
  readonly kind: string;
  readonly manners: readonly Manner[];
  /** What must not be touched by two faults at once. */
  readonly touches: ServerName | AppName;
  /** Minutes, which a run of minutes has no room for: only where `--only` names it. */
  readonly isLong?: true;
  inject(world: World, random: Random, manner: Manner): Promise<void>;
};

export const BOTH: readonly Manner[] = ['abrupt', 'graceful'];
export const ABRUPT: readonly Manner[] = ['abrupt'];

/** How long a server is away, ms: less and more than clients' own patience. */
export const AWAY_MS = { least: 500, most: 8_000 };
/** How long a server is away at worst, ms: all bounds of all clients run out many times. */
export const LONG_AWAY_MS = { least: 90_000, most: 90_000 };
/** How long an app stands still, ms: less and more than Kafka's session timeout of 6 s. */
export const FROZEN_MS = { least: 1_000, most: 15_000 };

const ATTEMPTS_MS = 60_000;
const ATTEMPT_EVERY_MS = 1_000;

/** Tries until it works, for a minute at most: others break the servers and the ways to them meanwhile. */
export async function persistently(work: () => Promise<void>): Promise<void> {
  for (const givenUpAtMs = Date.now() + ATTEMPTS_MS; ; await pause(ATTEMPT_EVERY_MS)) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > givenUpAtMs) throw error;
    }
  }
}
