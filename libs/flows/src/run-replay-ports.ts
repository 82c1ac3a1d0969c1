import {
  TwofoldError,
  impossible,
  liveViewOf,
  type Catalog,
  type OffsetVector,
  type Replay,
  type ViewId,
  type ViewPlan,
} from '@twofold/core';
import type {
  BatchEngine,
  BatchViewStore,
  BuildStage,
  Clock,
  CombinedRows,
  Generation,
  MasterDataset,
  ReplayJournal,
  StoredVersion,
  ViewVersions,
} from '@twofold/ports';
import type { FoundPorts } from './found-version.js';
import type { RemovePorts } from './remove-version.js';
import type { Repair } from './rows-of-generation.js';

/** What a replay is carried on with. */
export type RunReplayPorts = FoundPorts &
  RemovePorts & {
    readonly catalog: Pick<Catalog, 'views' | 'events' | 'projections'>;
    readonly journal: Pick<ReplayJournal, 'get' | 'append'>;
    readonly versions: ViewVersions;
    readonly batchViews: BatchViewStore;
    readonly masterDataset: Pick<MasterDataset, 'archivedTo' | 'summaryBelow'>;
    readonly stage: BuildStage;
    /** @throws TwofoldError `invalid-configuration`: there is no such engine here */
    readonly engineNamed: (name: string, plan: ViewPlan) => BatchEngine;
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

/** @throws TwofoldError `conflict`: there is no such version */
export async function replayedVersion(
  { versions, catalog }: Pick<RunReplayPorts, 'versions' | 'catalog'>,
  view: ViewId,
): Promise<{ readonly stored: StoredVersion; readonly plan: ViewPlan }> {
  const stored = (await versions.list([view.name])).find((some) => some.view.version === view.version);
  if (stored === undefined) throw new TwofoldError('conflict', `version ${view.version} of ${view.name} is not known`);
  return { stored, plan: liveViewOf(stored, catalog).plan };
}

export const cutOf = ({ id, cut }: Replay): OffsetVector => cut ?? impossible(`replay ${id} runs without a cut`);

/** The rows that a replay has staged. */
export const stagedBy = ({ id }: Replay): CombinedRows => ({ generation: null, except: null, builds: [id] });
