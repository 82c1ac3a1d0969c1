import { TwofoldError, decideReplay, evolveReplay, type Replay, type ReplayCommand } from '@twofold/core';
import type { ReplayJournal, ViewVersions } from '@twofold/ports';
import { announceReplay, type AnnounceReplayPorts } from './announce-replay.js';
import { whyNotMoved } from './why-not-moved.js';

export type CommandReplayPorts = AnnounceReplayPorts & {
  readonly journal: Pick<ReplayJournal, 'get' | 'append'>;
  readonly versions: Pick<ViewVersions, 'list'>;
};

/** Times that a command meets a replay that changes under its hands: builders write a handful of events of one replay in all. */
const MAX_TRIES = 10;

/** Events of one replay up to which it is paused, resumed and throttled: whoever does more means another setting. It can always be cancelled. */
export const MAX_STEERED_EVENTS = 1_000;

/**
 * What somebody decides about a replay. It is durable when this resolves. Killed before the append: nothing was decided. Killed
 * after it: it stands, and who builds or moves finds it in the journal. What is so already changes nothing, so it may be repeated.
 *
 * Rejects with `not-found`; `conflict` where the replay is not in a phase for it, or a version that it would move is not where
 * it was; `overloaded` where it was paused, resumed and throttled too often; `store-unavailable`.
 */
export async function commandReplay(
  ports: CommandReplayPorts,
  id: string,
  command: ReplayCommand,
  who: { readonly by: string; readonly note: string | null },
): Promise<Replay> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const found = await ports.journal.get(id);
    if (found === null) throw new TwofoldError('not-found', `there is no replay ${JSON.stringify(id)}`);
    const { replay, length } = found;
    const events = decideReplay(replay, command, { ...who, atMs: ports.clock.now() });
    if (events.length === 0) return replay;
    await mustBePossible(ports, replay, command, length);
    if (!(await ports.journal.append(id, length, events))) continue;
    await announceReplay(ports, id);
    return events.reduce<Replay>(evolveReplay, replay);
  }
  throw new TwofoldError('conflict', `replay ${id} changed ${MAX_TRIES} times meanwhile; ask again`);
}

/** What the replay itself cannot know. */
async function mustBePossible(
  { versions }: Pick<CommandReplayPorts, 'versions'>,
  { id, view, before }: Replay,
  { kind }: ReplayCommand,
  length: number,
): Promise<void> {
  switch (kind) {
    case 'cancel':
      return;
    case 'pause':
    case 'resume':
    case 'throttle':
      if (length < MAX_STEERED_EVENTS) return;
      throw new TwofoldError('overloaded', `replay ${id} has ${length} events: cancel it, and begin another`);
    case 'promote':
    case 'rollback': {
      // a builder publishes it, whatever serves
      if (view.version === before) return;
      const [to, from] = kind === 'promote' ? [view.version, before] : [before, view.version];
      const reason = whyNotMoved(await versions.list([view.name]), { name: view.name, version: to }, from);
      if (reason !== null) throw new TwofoldError('conflict', reason);
    }
  }
}
