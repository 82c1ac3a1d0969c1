import {
  TwofoldError,
  isWithin,
  type Replay,
  type ReplayFinding,
  type ViewId,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import { FIRST } from './build-replayed.js';
import { compareVersions } from './compare-versions.js';
import { replayedVersion, stagedBy, type RunReplayPorts } from './run-replay-ports.js';

/** Generations among which the one is that a replay is compared with. It is kept; meanwhile others are built. */
const RECENT = 1_000;

/** Both versions' generations of the same cut. null: told to stop. */
export async function compareReplayed(
  ports: RunReplayPorts,
  replay: Replay,
  stop: AbortSignal,
): Promise<ReplayFinding | null> {
  const { batchViews, stage, keepMs } = ports;
  await stage.drop(replay.id);
  const before = await generationOf(ports, { name: replay.view.name, version: replay.before }, replay.generationBefore);
  const after = await generationOf(ports, replay.view, FIRST);
  const difference = await compareVersions(
    { ...before, rows: batchViews.scan(before.plan, before.number) },
    { ...after, rows: batchViews.scan(after.plan, after.number) },
    stop,
  );
  return difference === null ? null : { kind: 'compared', difference, keepMs };
}

/** What is staged, with what the generation of the same cut has of those windows. null: told to stop. */
export async function compareRepair(
  ports: RunReplayPorts,
  replay: Replay,
  stop: AbortSignal,
): Promise<ReplayFinding | null> {
  const { batchViews, keepMs } = ports;
  const { windows, rowCount } = replay;
  const before = await generationOf(ports, replay.view, replay.generationBefore);
  async function* ofWindows(chunks: AsyncIterable<readonly ViewRow[]>): AsyncGenerator<readonly ViewRow[]> {
    for await (const rows of chunks) yield rows.filter(({ window }) => isWithin(windows, window));
  }
  const difference = await compareVersions(
    { ...before, rows: ofWindows(batchViews.scan(before.plan, before.number)) },
    { plan: before.plan, rows: batchViews.combined(before.plan, stagedBy(replay)), rowCount: rowCount ?? 0 },
    stop,
  );
  return difference === null ? null : { kind: 'compared', difference, keepMs };
}

/** A generation with its version's plan. */
type PlannedGeneration = { readonly plan: ViewPlan; readonly number: number; readonly rowCount: number };

async function generationOf(ports: RunReplayPorts, view: ViewId, number: number | null): Promise<PlannedGeneration> {
  const { plan } = await replayedVersion(ports, view);
  if (number === 0) return { plan, number, rowCount: 0 };
  const generation = (await ports.batchViews.history(view, RECENT)).find((some) => some.number === number);
  if (generation === undefined) throw new TwofoldError('conflict', `generation ${number} of ${view.name} is gone`);
  return { plan, number: generation.number, rowCount: generation.rowCount };
}
