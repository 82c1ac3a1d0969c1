import type { Replay, ReplayFinding } from '@twofold/core';
import { REPAIR } from '@twofold/ports';
import { cutOf, replayedVersion, type RunReplayPorts } from './run-replay-ports.js';

/** Generations that another builder may publish while one is repaired. */
const MAX_TRIES = 5;

/**
 * Publishes the next generation with the windows that were computed anew. Where another builder was faster with another of that
 * number, the one after it is repaired. Killed before its finding is noted: it is repaired once more, which changes nothing.
 */
export async function publishRepair(ports: RunReplayPorts, replay: Replay): Promise<ReplayFinding> {
  const { plan } = await replayedVersion(ports, replay.view);
  const { id: build, windows } = replay;
  const engine = ports.engineNamed(replay.engine, plan);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const { madeBy } = await ports.repair(plan, { build, cut: cutOf(replay), windows, engine });
    if (madeBy === REPAIR) return { kind: 'moved' };
  }
  return { kind: 'move-refused', reason: `other builders published ${MAX_TRIES} generations meanwhile` };
}
