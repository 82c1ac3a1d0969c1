import {
  TwofoldError,
  isAtLeast,
  type OffsetVector,
  type Replay,
  type ReplayFinding,
  type ViewPlan,
} from '@twofold/core';
import type { BatchViewStore, EventLogReader, Generation, StoredVersion, ViewVersions } from '@twofold/ports';

export type FoundPorts = {
  readonly versions: Pick<ViewVersions, 'found'>;
  readonly batchViews: Pick<BatchViewStore, 'published' | 'history'>;
  readonly log: Pick<EventLogReader, 'bounds'>;
  /** Builds and publishes the next generation of a version that serves, if the log has news for it. */
  readonly build: (plan: ViewPlan) => Promise<void>;
};

/** Generations among which the one is that a version was founded beside: a builder that was killed since comes back sooner than so many are built. */
const RECENT = 50;

/**
 * Founds a version at the cut of a generation of the version that serves, which is built first: so little is left for the speed layer
 * to fold, and both come to have a generation of the very same events. Killed in between: it is founded, or not; the next call finds out.
 *
 * @throws TwofoldError `conflict` where the version cannot be founded; what a build does
 */
export async function foundVersion(
  ports: FoundPorts,
  { view }: Pick<Replay, 'view'>,
  stored: StoredVersion,
  plan: ViewPlan,
  before: ViewPlan,
): Promise<Extract<ReplayFinding, { kind: 'founded' }>> {
  if (stored.state === 'founded' && stored.founding !== null) {
    const generations = await ports.batchViews.history(before.id, RECENT);
    const generation = generations.find(({ cut }) => isSameWhereBoth(cut, stored.founding ?? {}));
    if (generation !== undefined) return { kind: 'founded', cut: stored.founding, generationBefore: generation.number };
    throw new TwofoldError(
      'conflict',
      `the generation that ${view.version} of ${view.name} was founded beside is gone`,
    );
  }
  await ports.build(before);
  const generation = await ports.batchViews.published(before.id);
  if (generation === null)
    throw new TwofoldError('conflict', `version ${before.id.version} of ${view.name} serves no more`);
  const cut = await foundingCut(ports, plan, generation);
  if (!(await ports.versions.found(view, cut)))
    throw new TwofoldError('conflict', `version ${view.version} of ${view.name} cannot be founded now`);
  return { kind: 'founded', cut, generationBefore: generation.number };
}

/** Of streams that the version before does not read: all that is on the log now. */
async function foundingCut({ log }: FoundPorts, { streams }: ViewPlan, { cut }: Generation): Promise<OffsetVector> {
  const ofStreams = streams.map(async (stream) => [stream, cut[stream] ?? (await log.bounds(stream)).end] as const);
  return Object.fromEntries(await Promise.all(ofStreams));
}

function isSameWhereBoth(a: OffsetVector, b: OffsetVector): boolean {
  const shared = (of: OffsetVector, other: OffsetVector): OffsetVector =>
    Object.fromEntries(Object.entries(of).filter(([stream]) => other[stream] !== undefined));
  const [one, two] = [shared(a, b), shared(b, a)];
  return isAtLeast(one, two) && isAtLeast(two, one);
}
