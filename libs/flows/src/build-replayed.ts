import { isAtLeast, isRepair, type Replay, type ReplayFinding, type ViewPlan } from '@twofold/core';
import { archivedTo } from './archived-to.js';
import { cutOf, replayedVersion, stagedBy, type RunReplayPorts } from './run-replay-ports.js';
import { stageHistory } from './stage-history.js';

/** How often a running step looks whether it is still wanted. */
const LOOK_EVERY_MS = 500;
const POLL_MS = 200;
/** The number of the generation of a version's founding cut. */
export const FIRST = 1;

/**
 * Computes the rows of all history of a replay, step by step; of a version that is founded, they come to be its first generation.
 * null: it is to be paused, was cancelled, or this is told to stop. Killed anywhere: what was staged stands, and the next call goes on.
 */
export async function buildReplayed(
  ports: RunReplayPorts,
  replay: Replay,
  stop: AbortSignal,
): Promise<ReplayFinding | null> {
  const { batchViews, stage, clock } = ports;
  const { plan } = await replayedVersion(ports, replay.view);
  const watched = watch(ports, replay, stop);
  try {
    const engine = ports.engineNamed(replay.engine, plan);
    const { partitionsAtOnce } = ports;
    const eventsPerSecond = (): number | null => watched.replay.eventsPerSecond;
    const staging = { stage, engine, clock, partitionsAtOnce, eventsPerSecond };
    const range = { from: {}, to: cutOf(replay), windows: replay.windows };
    if (!(await stageHistory(staging, plan, replay.id, range, watched.signal))) return null;
    const rowCount = isRepair(replay)
      ? await countRows(batchViews.combined(plan, stagedBy(replay)))
      : await publishFirst(ports, replay, plan, engine.name, watched.signal);
    if (rowCount === null) return null;
    const progress = (await stage.progress(replay.id)) ?? [];
    return {
      ...{ kind: 'built', rowCount },
      events: progress.reduce((sum, { from, done }) => sum + done - from, 0),
      busyMs: progress.reduce((sum, { busyMs }) => sum + busyMs, 0),
    };
  } catch (error) {
    if (watched.signal.aborted) return null;
    throw error;
  } finally {
    await watched.end();
  }
}

/** The generation of the founding cut, of what is staged. Resolves with its rows; null: it is to be paused, or was cancelled. */
async function publishFirst(
  { batchViews, masterDataset, clock, want }: RunReplayPorts,
  replay: Replay,
  plan: ViewPlan,
  madeBy: string,
  stop: AbortSignal,
): Promise<number | null> {
  const cut = cutOf(replay);
  // so that what is published can be computed again
  want(cut);
  while (!isAtLeast(await archivedTo(masterDataset, cut), cut)) {
    if (stop.aborted) return null;
    await clock.wait(POLL_MS, stop);
  }
  const summary = { ...(await masterDataset.summaryBelow(cut)), madeBy };
  const rows = batchViews.combined(plan, stagedBy(replay));
  const { rowCount } = await batchViews.load(plan, FIRST, cut, rows, summary);
  await batchViews.publish(plan.id, FIRST);
  return rowCount;
}

async function countRows(chunks: AsyncIterable<readonly unknown[]>): Promise<number> {
  let count = 0;
  for await (const rows of chunks) count += rows.length;
  return count;
}

/** Looks at the journal while a replay is built: its pace may change; aborted when it is to be paused, or was cancelled. */
function watch(
  { journal, clock }: RunReplayPorts,
  replay: Replay,
  stop: AbortSignal,
): { readonly replay: Replay; readonly signal: AbortSignal; end(): Promise<void> } {
  const ending = new AbortController();
  const unwanted = new AbortController();
  const watched = { replay, signal: AbortSignal.any([stop, unwanted.signal]) };
  const looking = (async () => {
    while (!ending.signal.aborted && !watched.signal.aborted) {
      await clock.wait(LOOK_EVERY_MS, AbortSignal.any([ending.signal, watched.signal]));
      // a store that is away is met by who computes, too
      const now = await journal.get(replay.id).catch(() => null);
      if (now === null) continue;
      watched.replay = now.replay;
      if (now.replay.isPaused || now.replay.phase !== 'running') unwanted.abort();
    }
  })();
  const end = async (): Promise<void> => {
    ending.abort();
    await looking;
  };
  return Object.assign(watched, { end });
}
