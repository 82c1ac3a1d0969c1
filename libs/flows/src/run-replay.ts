import {
  TwofoldError,
  impossible,
  isAtLeast,
  isRepair,
  isWithin,
  liveViewOf,
  noteFinding,
  type Catalog,
  type OffsetVector,
  type Replay,
  type ReplayFinding,
  type ViewId,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import {
  REPAIR,
  type BatchEngine,
  type BatchViewStore,
  type BuildStage,
  type Clock,
  type CombinedRows,
  type Generation,
  type MasterDataset,
  type ReplayJournal,
  type StoredVersion,
  type ViewVersions,
} from '@twofold/ports';
import { archivedTo } from './archived-to.js';
import { compareVersions } from './compare-versions.js';
import { foundVersion, type FoundPorts } from './found-version.js';
import type { Repair } from './rows-of-generation.js';
import { removeVersion, type RemovePorts } from './remove-version.js';
import { stageHistory } from './stage-history.js';

export type RunReplayPorts = FoundPorts &
  RemovePorts & {
    readonly catalog: Pick<Catalog, 'views' | 'events'>;
    readonly journal: Pick<ReplayJournal, 'get' | 'append'>;
    readonly versions: ViewVersions;
    readonly batchViews: BatchViewStore;
    readonly masterDataset: Pick<MasterDataset, 'archivedTo' | 'summaryBelow'>;
    readonly stage: BuildStage;
    /** @throws TwofoldError `invalid-configuration`: there is no such engine here */
    readonly engineNamed: (name: string) => BatchEngine;
    readonly partitionsAtOnce: number;
    readonly clock: Clock;
    /** Builds and publishes the next generation of a version that serves, with windows that were computed anew. */
    readonly repair: (plan: ViewPlan, repair: Repair) => Promise<Generation>;
    /** What the archive should hurry to reach. */
    readonly want: (cut: OffsetVector) => void;
    /** Tells the other apps that a replay is further. Must not reject. */
    readonly announce: (replayId: string) => Promise<void>;
    /** How long the version before is kept where a replay promotes itself, milliseconds. */
    readonly keepMs: number;
    readonly tell: (step: string) => void;
  };

/** Generations that another builder may publish while one is repaired. */
const MAX_TRIES = 5;
/** How often a running step looks whether it is still wanted. */
const LOOK_EVERY_MS = 500;
const POLL_MS = 200;
/** The only generation of a version that is founded. */
const FIRST = 1;
/** Generations among which the one is that a replay is compared with. It is kept; meanwhile others are built. */
const RECENT = 1_000;

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
    if (events.length > 0 && (await ports.journal.append(id, length, events))) await ports.announce(id);
  }
}

/** What is to be found out next, found out. null: nothing, for now. */
async function nextFinding(ports: RunReplayPorts, replay: Replay, stop: AbortSignal): Promise<ReplayFinding | null> {
  try {
    switch (replay.phase) {
      case 'queued':
        return replay.isPaused ? null : await found(ports, replay);
      case 'running':
        return replay.isPaused ? null : await build(ports, replay, stop);
      case 'built':
        return isRepair(replay) ? await compareRepair(ports, replay, stop) : await compare(ports, replay, stop);
      case 'promoting':
        return isRepair(replay) ? await repair(ports, replay) : null;
      case 'cancelled':
      case 'failed':
        return await cleanUp(ports, replay);
      default:
        return null;
    }
  } catch (error) {
    if (stop.aborted) return null;
    if (!(error instanceof TwofoldError) || isPassing(error)) throw error;
    return { kind: 'failed', code: error.code, message: error.message };
  }
}

const isPassing = ({ code }: TwofoldError): boolean => code === 'store-unavailable' || code === 'log-unavailable';

async function found(ports: RunReplayPorts, replay: Replay): Promise<ReplayFinding> {
  const { stored, plan } = await versionOf(ports, replay.view);
  if (isRepair(replay)) {
    await ports.build(plan);
    const generation = await ports.batchViews.published(plan.id);
    if (generation === null) throw new TwofoldError('conflict', `version ${plan.id.version} serves no more`);
    return { kind: 'founded', cut: generation.cut, generationBefore: generation.number };
  }
  const { plan: before } = await versionOf(ports, { name: replay.view.name, version: replay.before });
  ports.tell(`replay ${replay.id} founds ${replay.view.version} of ${replay.view.name}`);
  return foundVersion(ports, replay, stored, plan, before);
}

/** null: it is to be paused, or was cancelled. */
async function build(ports: RunReplayPorts, replay: Replay, stop: AbortSignal): Promise<ReplayFinding | null> {
  const { batchViews, stage, clock } = ports;
  const { plan } = await versionOf(ports, replay.view);
  const watched = watch(ports, replay, stop);
  try {
    const engine = ports.engineNamed(replay.engine);
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

const stagedBy = ({ id }: Replay): CombinedRows => ({ generation: null, except: null, builds: [id] });

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

/** null: told to stop. */
async function compare(ports: RunReplayPorts, replay: Replay, stop: AbortSignal): Promise<ReplayFinding | null> {
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
async function compareRepair(ports: RunReplayPorts, replay: Replay, stop: AbortSignal): Promise<ReplayFinding | null> {
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

/**
 * Publishes the next generation with the windows that were computed anew. Where another builder was faster with another of that
 * number, the one after it is repaired. Killed before its finding is noted: it is repaired once more, which changes nothing.
 */
async function repair(ports: RunReplayPorts, replay: Replay): Promise<ReplayFinding> {
  const { plan } = await versionOf(ports, replay.view);
  const { id: build, windows } = replay;
  const engine = ports.engineNamed(replay.engine);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const { madeBy } = await ports.repair(plan, { build, cut: cutOf(replay), windows, engine });
    if (madeBy === REPAIR) return { kind: 'moved' };
  }
  return { kind: 'move-refused', reason: `other builders published ${MAX_TRIES} generations meanwhile` };
}

/** A generation with its version's plan. */
type PlannedGeneration = { readonly plan: ViewPlan; readonly number: number; readonly rowCount: number };

async function generationOf(ports: RunReplayPorts, view: ViewId, number: number | null): Promise<PlannedGeneration> {
  const { plan } = await versionOf(ports, view);
  if (number === 0) return { plan, number, rowCount: 0 };
  const generation = (await ports.batchViews.history(view, RECENT)).find((some) => some.number === number);
  if (generation === undefined) throw new TwofoldError('conflict', `generation ${number} of ${view.name} is gone`);
  return { plan, number: generation.number, rowCount: generation.rowCount };
}

/** Nothing of it stays: stage, speed records, generations, cuts and boundaries. null: not all is gone yet. */
async function cleanUp(ports: RunReplayPorts, replay: Replay): Promise<ReplayFinding | null> {
  await ports.stage.drop(replay.id);
  const { stored } = await versionOf(ports, replay.view);
  if (stored.state === 'founded') await ports.versions.remove(replay.view);
  if (stored.state === 'founded' || stored.state === 'removing') await removeVersion(ports, stored);
  return { kind: 'removed' };
}

/** @throws TwofoldError `conflict`: there is no such version */
async function versionOf(
  { versions, catalog }: RunReplayPorts,
  view: ViewId,
): Promise<{ readonly stored: StoredVersion; readonly plan: ViewPlan }> {
  const stored = (await versions.list([view.name])).find((some) => some.view.version === view.version);
  if (stored === undefined) throw new TwofoldError('conflict', `version ${view.version} of ${view.name} is not known`);
  return { stored, plan: liveViewOf(stored, catalog).plan };
}

const cutOf = ({ id, cut }: Replay): OffsetVector => cut ?? impossible(`replay ${id} runs without a cut`);
