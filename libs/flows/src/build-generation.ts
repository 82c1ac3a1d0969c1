import { TwofoldError, isAtLeast, type OffsetVector, type ViewId, type ViewPlan } from '@twofold/core';
import type { BatchViewStore, Boundaries, BuildStage, Generation, MasterDataset } from '@twofold/ports';
import { archivedTo } from './archived-to.js';
import { buildsOf, rowsOfGeneration, type RowsPorts, type Way } from './rows-of-generation.js';

export type BuildPorts = RowsPorts & {
  readonly boundaries: Boundaries;
  readonly batchViews: BatchViewStore;
  readonly masterDataset: MasterDataset;
  readonly stage: BuildStage;
  /** Tells the other apps; they would find out by themselves, only later. Must not reject. */
  readonly announce: {
    cutRequested(view: ViewId, cut: number): Promise<void>;
    published(generation: Generation): Promise<void>;
  };
  /** What the archive should hurry to reach. */
  readonly want: (cut: OffsetVector) => void;
  /** Generations that a replay is to be compared with: they are not dropped. */
  readonly keep: (view: ViewId) => Promise<readonly number[]>;
};

/** Longest wait for the speed layer's boundaries, and for the archive: beyond it the build is given up, and the cut stays asked for. */
const WAIT_MS = 120_000;
const POLL_MS = 50;
/** How long a superseded generation's rows stay for answers that are under way. */
const GRACE_MS = 60_000;

/**
 * Builds and publishes the next generation of a view: all events below one cut (docs/architecture.md, rule 6).
 *
 * Everything that it knows stands in Postgres. Killed anywhere, the published generation serves on, and the next call
 * takes the same cut up again: a boundary never changes, a half-loaded table is replaced, a loaded one is published, and what was
 * staged is not computed again.
 * Two builders at once come to the same rows, and one of them publishes.
 *
 * Whichever way it is made, the archive has reached its cut before: so every published generation can be computed again. Where
 * there is nothing to roll forward, or the epochs are not to be had, it is computed.
 *
 * @throws TwofoldError `conflict` when boundaries or archive did not come within the wait; `overflow` from the engine
 */
export async function buildGeneration(
  ports: BuildPorts,
  plan: ViewPlan,
  way: Way,
  tell: (step: string) => void,
  stop: AbortSignal,
): Promise<Generation> {
  const { boundaries, batchViews, masterDataset, announce } = ports;
  const number = await boundaries.requestCut(plan.id);
  tell(`cut ${number} asked for`);
  await announce.cutRequested(plan.id, number);

  const cut = await until(
    ports.clock,
    stop,
    `every partition's boundary of cut ${number} of ${plan.id.name} (does a speed-view-builder run?)`,
    () => boundaries.vectorOf(plan.id, number),
  );
  tell(`cut ${number} stands at ${JSON.stringify(cut)}`);

  ports.want(cut);
  await until(
    ports.clock,
    stop,
    `the archive to reach ${JSON.stringify(cut)}`,
    async () => isAtLeast(await archivedTo(masterDataset, cut), cut) || null,
  );
  tell('the archive has reached the cut');

  const { rows, madeBy } = await rowsOfGeneration(ports, plan, way, number, cut, tell, stop);
  tell(`made by ${madeBy}`);
  const summary = { ...(await masterDataset.summaryBelow(cut)), madeBy };
  const generation = await batchViews.load(plan, number, cut, rows, summary);
  tell(`${generation.rowCount} rows loaded`);

  const wasMine = await batchViews.publish(plan.id, number);
  const published = await batchViews.published(plan.id);
  if (published === null || published.number < number) {
    throw new TwofoldError(
      'conflict',
      `generation ${number} of ${plan.id.name} is loaded, but generation ${published?.number ?? 0} is published`,
    );
  }
  if (wasMine) await announce.published(published);
  tell(`generation ${number} is published`);
  await batchViews.dropSuperseded(plan.id, GRACE_MS, await ports.keep(plan.id));
  await dropBuilds(ports.stage, plan, published.number);
  return published;
}

/** What was staged for generations that are published: that of a builder that was killed, too. */
async function dropBuilds(stage: BuildStage, plan: ViewPlan, published: number): Promise<void> {
  const prefix = buildsOf(plan);
  const isDone = (build: string): boolean =>
    build.startsWith(prefix) && Number(build.slice(prefix.length)) <= published;
  for (const build of (await stage.builds()).filter(isDone)) await stage.drop(build);
}

/** The way of the next generation where every n-th is computed from history; 1: each is. */
export const nextWay = (published: Generation, recomputeEvery: number): Way =>
  (published.number + 1) % recomputeEvery === 0 ? 'recompute' : 'roll-forward';

/** Whether the log has anything that the published generation has not. */
export const hasNews = (published: Generation, head: OffsetVector): boolean => !isAtLeast(published.cut, head);

async function until<T>(
  clock: BuildPorts['clock'],
  stop: AbortSignal,
  what: string,
  look: () => Promise<T | null>,
): Promise<T> {
  const givenUpAtMs = clock.elapsed() + WAIT_MS;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (stop.aborted) throw new TwofoldError('conflict', `stopped while waiting for ${what}`);
    if (clock.elapsed() >= givenUpAtMs)
      throw new TwofoldError('conflict', `waited ${WAIT_MS / 1000} s in vain for ${what}`);
    await clock.wait(POLL_MS, stop);
  }
}
