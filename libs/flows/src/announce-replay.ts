import { TwofoldError, controlEvent } from '@twofold/core';
import type { Clock, ControlChannel } from '@twofold/ports';

export type AnnounceReplayPorts = {
  readonly control: Pick<ControlChannel, 'publish'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
};

/**
 * Tells the other apps that a replay has changed. A log that is away is no reason to refuse: what happened stands in the
 * journal, and who has a part in it finds it there by itself, only later.
 */
export async function announceReplay({ control, clock, newId }: AnnounceReplayPorts, replayId: string): Promise<void> {
  try {
    await control.publish(controlEvent('replay.changed', { replayId }, { id: newId(), timeMs: clock.now() }));
  } catch (error) {
    if (!(error instanceof TwofoldError && error.code === 'log-unavailable')) throw error;
  }
}
