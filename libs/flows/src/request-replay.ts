import {
  TwofoldError,
  impossible,
  isUnderWay,
  replayEvent,
  replayOf,
  type DifferenceBounds,
  type Replay,
} from '@twofold/core';
import type { ReplayJournal } from '@twofold/ports';
import { announceReplay, type AnnounceReplayPorts } from './announce-replay.js';
import { planReplay, type PlanReplayPorts, type WantedReplay } from './plan-replay.js';

export type RequestReplayPorts = PlanReplayPorts & AnnounceReplayPorts & { readonly journal: ReplayJournal };

/** How it is built, and when it promotes itself; see {@link Replay}. */
export type ReplayRequest = WantedReplay & {
  readonly eventsPerSecond: number | null;
  readonly promoteWithin: DifferenceBounds | null;
};

/** More replays than this under way wait for nothing but each other: the one who asks should see what is slow. */
export const MAX_REPLAYS_UNDER_WAY = 100;

/**
 * Asks for a replay. It is durable when this resolves, and a builder takes it up. Killed before the append: nothing was asked for.
 * Killed after it: nobody is told, and the builders find it in the journal.
 *
 * Rejects as {@link planReplay} does, and with `overloaded` where too many are under way; then nothing is written.
 */
export async function requestReplay(
  ports: RequestReplayPorts,
  { eventsPerSecond, promoteWithin, ...wanted }: ReplayRequest,
  who: { readonly by: string; readonly note: string | null },
): Promise<Replay> {
  const { journal, clock, newId } = ports;
  if ((await journal.unfinished()).filter(isUnderWay).length >= MAX_REPLAYS_UNDER_WAY)
    throw new TwofoldError(
      'overloaded',
      `${MAX_REPLAYS_UNDER_WAY} replays are under way; ask again when some have ended`,
    );
  const { view, version, before, engine, windows } = await planReplay(ports, wanted);
  const replayId = newId();
  const asked = { replayId, view, version, before, windows, engine, eventsPerSecond, promoteWithin };
  const requested = replayEvent('replay.requested', asked, { ...who, atMs: clock.now() });
  if (!(await journal.append(replayId, 0, [requested]))) return impossible(`the new replay ${replayId} has events`);
  await announceReplay(ports, replayId);
  return replayOf([requested]);
}
