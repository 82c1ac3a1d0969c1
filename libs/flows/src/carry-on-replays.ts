import { impossible, isRepair, noteFinding, type Replay, type ReplayFinding } from '@twofold/core';
import type { ReplayJournal, ViewVersions } from '@twofold/ports';
import { announceReplay, type AnnounceReplayPorts } from './announce-replay.js';
import { whyNotMoved } from './why-not-moved.js';

export type CarryOnPorts = AnnounceReplayPorts & {
  readonly journal: Pick<ReplayJournal, 'get' | 'append' | 'unfinished'>;
  readonly versions: Pick<ViewVersions, 'list' | 'promote' | 'remove'>;
};

/**
 * One round: does what was decided of each unfinished replay (moves the view to the other version), and removes the version that
 * does not serve when its time is over. Everything it knows stands in the journal and in the versions, and what it finds done it
 * does not do again: killed between any two lines, the next round goes on. Rounds of several processes at once do no harm.
 *
 * Resolves with the replays that were unfinished. Rejects with the first failure when it has gone through all of them.
 */
export async function carryOnReplays(ports: CarryOnPorts): Promise<readonly Replay[]> {
  const unfinished = await ports.journal.unfinished();
  const failures: unknown[] = [];
  for (const { id } of unfinished) await carryOn(ports, id).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
  return unfinished;
}

/**
 * Killed before the append: what was done is found done by the next round. Killed after it: nobody is told, and finds it. Where
 * the append is lost, somebody decided or found something meanwhile: what was found here is not said of that, but looked for anew.
 */
async function carryOn(ports: CarryOnPorts, id: string): Promise<void> {
  const { replay, length } = (await ports.journal.get(id)) ?? impossible(`the unfinished replay ${id} is gone`);
  const finding = await nextFinding(ports, replay);
  if (finding === null) return;
  const events = noteFinding(replay, finding, ports.clock.now());
  if (await ports.journal.append(id, length, events)) await announceReplay(ports, id);
}

async function nextFinding(ports: CarryOnPorts, replay: Replay): Promise<ReplayFinding | null> {
  const { view, before } = replay;
  // a builder publishes it; then there is nothing to keep
  if (isRepair(replay)) return replay.phase === 'promoted' ? { kind: 'removed' } : null;
  switch (replay.phase) {
    case 'promoting':
      return move(ports, replay, view.version, before);
    case 'rolling-back':
      return move(ports, replay, before, view.version);
    case 'promoted':
      return letGo(ports, replay, before, view.version);
    case 'rolled-back':
      return letGo(ports, replay, view.version, before);
    default:
      return null;
  }
}

/** Killed after it is moved: it is moved, and moving it again says so. */
async function move({ versions }: CarryOnPorts, replay: Replay, version: string, from: string): Promise<ReplayFinding> {
  const to = { name: replay.view.name, version };
  if (await versions.promote(to, from, keptUntilOf(replay))) return { kind: 'moved' };
  const reason = whyNotMoved(await versions.list([to.name]), to, from);
  return { kind: 'move-refused', reason: reason ?? `version ${version} of ${to.name} has no published generation` };
}

/** Killed after the removal began: a builder cleans up, and the round after that finds it done. */
async function letGo(
  { versions, clock }: CarryOnPorts,
  replay: Replay,
  version: string,
  serving: string,
): Promise<ReplayFinding | null> {
  const { name } = replay.view;
  const kept = (await versions.list([name])).find(({ view }) => view.version === version);
  switch (kept?.state) {
    case 'retired':
      if ((kept.keptUntilMs ?? 0) <= clock.now()) await versions.remove(kept.view);
      return null;
    case 'removing':
      return null;
    case 'serving':
      // somebody was slow, and moved what had been moved back since: whoever is on the journal's side moves it again
      await versions.promote({ name, version: serving }, version, keptUntilOf(replay));
      return null;
    case 'candidate':
    case 'founded':
    case undefined:
      return { kind: 'removed' };
  }
}

const keptUntilOf = ({ id, keptUntilMs }: Replay): number =>
  keptUntilMs ?? impossible(`replay ${id} is moved, and nobody said until when the other version is kept`);
