import { setTimeout as pause } from 'node:timers/promises';
import { ask } from './gateway.ts';

/** How long the last events may take into every view. */
const SETTLE_MS = 300_000;
const POLL_MS = 100;

/**
 * Resolves when every event that ingest took is in every view: each is one record of its partition, so the offsets of
 * an answer at the end of the log add up to their number.
 */
export async function settled(gatewayUrl: string, views: readonly string[], events: number): Promise<void> {
  const givenUpAtMs = Date.now() + SETTLE_MS;
  for (const view of views) {
    for (;;) {
      const { answer } = await ask(gatewayUrl, view, { limit: '1' });
      const applied = Object.values(answer.offsets)
        .flat()
        .reduce((sum, offset) => sum + offset, 0);
      if (applied >= events && answer.freshness.lagEvents === 0 && !answer.catchingUp) break;
      if (Date.now() > givenUpAtMs)
        throw new Error(`${view} is not at the end of the log after ${SETTLE_MS / 1000} s: ${JSON.stringify(answer)}`);
      await pause(POLL_MS);
    }
  }
}
