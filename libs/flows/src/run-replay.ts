import { TwofoldError, isRepair, noteFinding, type Replay, type ReplayFinding } from '@twofold/core';
import { buildReplayed } from './build-replayed.js';
import { compareRepair, compareReplayed } from './compare-replayed.js';
import { foundVersion } from './found-version.js';
import { publishRepair } from './publish-repair.js';
import { removeVersion } from './remove-version.js';
import { replayedVersion, type RunReplayPorts } from './run-replay-ports.js';

/**
 * Carries a replay on from wherever it is, until it is somebody else's turn: it is paused, compared, or ended. A repair is promoted here,
 * too: that is a generation to be built.
 *
 * Everything that it knows stands in the stores: journal, version, stage, generations. Killed anywhere, the next call finds what is done and
 * goes on after it. Two at once come to the same: each step, and each finding, is taken once.
 *
 * @throws TwofoldError `store-unavailable`, `log-unavailable`: try again. What else goes wrong ends the replay as failed
 */
export async function runReplay(ports: RunReplayPorts, id: string, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const journaled = await ports.journal.get(id);
    if (journaled === null) return;
    const { replay, length } = journaled;
    const finding = await nextFinding(ports, replay, stop);
    if (finding === null) return;
    const events = noteFinding(replay, finding, ports.clock.now());
    if (events.length === 0) return;
    if (await ports.journal.append(id, length, events)) await ports.announce(id);
  }
}

/** What is to be found out next, found out. null: nothing, for now. */
async function nextFinding(ports: RunReplayPorts, replay: Replay, stop: AbortSignal): Promise<ReplayFinding | null> {
  try {
    switch (replay.phase) {
      case 'queued':
        return replay.isPaused ? null : await found(ports, replay);
      case 'running':
        return replay.isPaused ? null : await buildReplayed(ports, replay, stop);
      case 'built':
        return isRepair(replay) ? await compareRepair(ports, replay, stop) : await compareReplayed(ports, replay, stop);
      case 'promoting':
        return isRepair(replay) ? await publishRepair(ports, replay) : null;
      case 'cancelled':
      case 'failed':
        return await cleanUp(ports, replay);
      default:
        return null;
    }
  } catch (error) {
    if (stop.aborted) return null;
    if (!(error instanceof TwofoldError) || isPassing(error)) throw error;
    return replay.phase === 'promoting'
      ? { kind: 'move-refused', reason: error.message }
      : { kind: 'failed', code: error.code, message: error.message };
  }
}

const isPassing = ({ code }: TwofoldError): boolean => code === 'store-unavailable' || code === 'log-unavailable';

async function found(ports: RunReplayPorts, replay: Replay): Promise<ReplayFinding> {
  const { stored, plan } = await replayedVersion(ports, replay.view);
  if (isRepair(replay)) {
    await ports.build(plan);
    const generation = await ports.batchViews.published(plan.id);
    if (generation === null) throw new TwofoldError('conflict', `version ${plan.id.version} serves no more`);
    return { kind: 'founded', cut: generation.cut, generationBefore: generation.number };
  }
  const { plan: before } = await replayedVersion(ports, { name: replay.view.name, version: replay.before });
  ports.tell(`replay ${replay.id} founds ${replay.view.version} of ${replay.view.name}`);
  return foundVersion(ports, replay, stored, plan, before);
}

/** Nothing of it stays: stage, speed records, generations, cuts and boundaries. null: not all is gone yet. */
async function cleanUp(ports: RunReplayPorts, replay: Replay): Promise<ReplayFinding | null> {
  await ports.stage.drop(replay.id);
  const { stored } = await replayedVersion(ports, replay.view);
  if (stored.state === 'founded') await ports.versions.remove(replay.view);
  if (stored.state === 'founded' || stored.state === 'removing') await removeVersion(ports, stored);
  return { kind: 'removed' };
}
