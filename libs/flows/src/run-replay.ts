import {
  TwofoldError,
  impossible,
  isAtLeast,
  liveViewOf,
  noteFinding,
  type Catalog,
  type OffsetVector,
  type Replay,
  type ReplayFinding,
  type ViewId,
  type ViewPlan,
} from '@twofold/core';
import type {
  BatchEngine,
  BatchViewStore,
  BuildStage,
  Clock,
  MasterDataset,
  ReplayJournal,
  StoredVersion,
  ViewVersions,
} from '@twofold/ports';
import { archivedTo } from './archived-to.js';
import { compareVersions } from './compare-versions.js';
import { foundVersion, type FoundPorts } from './found-version.js';
import { removeVersion, type RemovePorts } from './remove-version.js';
import { stageHistory } from './stage-history.js';

export type RunReplayPorts = FoundPorts &
  RemovePorts & {
    readonly catalog: Pick<Catalog, 'views' | 'events' | 'projections'>;
    readonly journal: Pick<ReplayJournal, 'get' | 'append'>;
    readonly versions: ViewVersions;
    readonly batchViews: BatchViewStore;
    readonly masterDataset: Pick<MasterDataset, 'archivedTo' | 'summaryBelow'>;
    readonly stage: BuildStage;
    /** @throws TwofoldError `invalid-configuration`: there is no such engine here */
    readonly engineNamed: (name: string) => BatchEngine;
    readonly partitionsAtOnce: number;
    readonly clock: Clock;
    /** What the archive should hurry to reach. */
    readonly want: (cut: OffsetVector) => void;
    /** Tells the other apps that a replay is further. Must not reject. */
    readonly announce: (replayId: string) => Promise<void>;
    /** How long the version before is kept where a replay promotes itself, milliseconds. */
    readonly keepMs: number;
    readonly tell: (step: string) => void;
  };

/** How often a running step looks whether it is still wanted. */
const LOOK_EVERY_MS = 500;
const POLL_MS = 200;
/** The only generation of a version that is founded. */
const FIRST = 1;
/** Generations among which the one is that a replay is compared with. It is kept; meanwhile others are built. */
const RECENT = 1_000;

/**
 * Carries a replay on from wherever it is, until it is somebody else's turn: it is paused, compared, or ended.
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
        return await compare(ports, replay, stop);
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
  const { plan: before } = await versionOf(ports, { name: replay.view.name, version: replay.before });
  ports.tell(`replay ${replay.id} founds ${replay.view.version} of ${replay.view.name}`);
  return foundVersion(ports, replay, stored, plan, before);
}

/** null: it is to be paused, or was cancelled. */
async function build(ports: RunReplayPorts, replay: Replay, stop: AbortSignal): Promise<ReplayFinding | null> {
  const { batchViews, stage, clock, masterDataset } = ports;
  const { plan } = await versionOf(ports, replay.view);
  const cut = cutOf(replay);
  const watched = watch(ports, replay, stop);
  try {
    const engine = ports.engineNamed(replay.engine);
    const { partitionsAtOnce } = ports;
    const eventsPerSecond = (): number | null => watched.replay.eventsPerSecond;
    const staging = { stage, engine, clock, partitionsAtOnce, eventsPerSecond };
    if (!(await stageHistory(staging, plan, replay.id, cut, watched.signal))) return null;
    // so that what is published can be computed again
    ports.want(cut);
    while (!isAtLeast(await archivedTo(masterDataset, cut), cut)) {
      if (watched.signal.aborted) return null;
      await clock.wait(POLL_MS, watched.signal);
    }
    const summary = { ...(await masterDataset.summaryBelow(cut)), madeBy: engine.name };
    const from = { generation: null, except: null, builds: [replay.id] };
    const { rowCount } = await batchViews.merge(plan, FIRST, cut, from, summary);
    const progress = (await stage.progress(replay.id)) ?? [];
    await batchViews.publish(plan.id, FIRST);
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
  const difference = await compareVersions(batchViews, before, after, stop);
  return difference === null ? null : { kind: 'compared', difference, keepMs };
}

async function generationOf(
  ports: RunReplayPorts,
  view: ViewId,
  number: number | null,
): Promise<{ readonly plan: ViewPlan; readonly number: number; readonly rowCount: number }> {
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
