import {
  TwofoldError,
  liveViewOf,
  partitionName,
  readWindowSpan,
  viewNamed,
  type Catalog,
  type Offset,
  type OffsetVector,
  type Partition,
  type ViewPlan,
  type WindowSpan,
} from '@twofold/core';
import { FOLD, type EventLogReader, type MasterDataset, type ReplayJournal, type ViewVersions } from '@twofold/ports';
import { freeVersion, servingVersion } from './replayable-version.js';

export type PlanReplayPorts = {
  readonly catalog: Pick<Catalog, 'views' | 'events' | 'projections'>;
  readonly versions: Pick<ViewVersions, 'list'>;
  readonly journal: Pick<ReplayJournal, 'list' | 'unfinished'>;
  readonly log: Pick<EventLogReader, 'bounds'>;
  readonly archive: Pick<MasterDataset, 'archivedTo' | 'filesBelow'>;
  /** What computes a view where nothing is said. */
  readonly defaultEngine: string;
};

/**
 * What is built. `version` null: the one that the catalog declares; of a repair, the one that serves. `engine` null: the default, where
 * it computes such a view.
 */
export type WantedReplay = {
  readonly view: string;
  readonly version: string | null;
  readonly engine: string | null;
  /** Windows of the version that serves, to be computed anew, from one start to before another, ISO 8601; null: all of a version. */
  readonly windows: { readonly from: string; readonly to: string } | null;
  /** Some partitions only; null: all. */
  readonly partitions: readonly number[] | null;
};

/** One partition of the history that a replay goes through. */
export type PlannedPartition = Partition & {
  readonly from: Offset;
  /** Where the log ends now; the replay's cut comes to lie near it. */
  readonly to: Offset;
  /** Every offset below this is in the archive. */
  readonly archivedTo: Offset;
  /** Every offset from this on is on the log. */
  readonly logStart: Offset;
};

/** What a replay would do, found without writing anything. */
export type ReplayPlan = {
  readonly view: string;
  readonly version: string;
  /** The version that serves: what it is compared with. Of a repair, the same. */
  readonly before: string;
  readonly engine: string;
  readonly windows: WindowSpan | null;
  readonly partitions: readonly PlannedPartition[];
  /** Offsets to go through. */
  readonly events: number;
  /** What of the archive is read. Bytes are null where the size of one of the files is not known. */
  readonly files: number;
  readonly bytes: number | null;
  /** By the measured speed of earlier replays; null: none was measured. */
  readonly estimatedMs: number | null;
};

/** Replays that are looked through for measured speeds, and how many of them count: the newest are most like the next. */
const LOOKED_THROUGH_REPLAYS = 100;
const COUNTED_REPLAYS = 5;

/**
 * What a replay of a view would do: the dry run. Writes nothing.
 *
 * Rejects with `invalid-value` for an engine that does not compute it; `invalid-view-definition` where this build does not have it;
 * `unknown-view`; `not-found` for a version that is not registered; `conflict` where the version serves, or is not
 * free to be built; `history-truncated`, naming every range that neither archive nor log has; `log-unavailable`, `store-unavailable`.
 */
export async function planReplay(ports: PlanReplayPorts, wanted: WantedReplay): Promise<ReplayPlan> {
  const { view } = wanted;
  if (wanted.partitions !== null) throw ofSomePartitions(view);
  const declared = viewNamed(ports.catalog, view).id;
  const { stored, serving } =
    wanted.windows === null
      ? await freeVersion(ports, view, wanted.version ?? declared.version)
      : await servingVersion(ports, view, wanted.version);
  const { plan } = liveViewOf(stored, ports.catalog);
  const engine = engineOf(plan, wanted.engine, ports.defaultEngine);
  const windows =
    wanted.windows === null ? null : readWindowSpan(plan.definition.window, wanted.windows.from, wanted.windows.to);
  const partitions = await historyOf(ports, plan);
  mustBeWhole(plan, partitions);

  const events = partitions.reduce((sum, { from, to }) => sum + to - from, 0);
  return {
    ...{ view, version: stored.view.version, before: serving, engine, windows, partitions, events },
    ...(await archiveRead(ports, plan, partitions)),
    estimatedMs: await estimateMs(ports, { view, engine }, events),
  };
}

/** What the rows of a generation have of some partitions cannot be taken out of them again: a sum is not told apart. */
const ofSomePartitions = (view: string): TwofoldError =>
  new TwofoldError(
    'conflict',
    `${view} cannot be computed for some partitions alone: its rows hold the events of all of them together, so what the ` +
      `others have could not be kept exactly. Repair windows instead, or all of it`,
    '/partitions',
  );

/** @throws TwofoldError `invalid-value`: it does not compute projections */
function engineOf({ id, projection }: ViewPlan, wanted: string | null, byDefault: string): string {
  if (projection === null) return wanted ?? byDefault;
  if (wanted === null || wanted === FOLD) return FOLD;
  throw new TwofoldError(
    'invalid-value',
    `${id.name} is a projection: the engine ${FOLD} computes it, ${wanted} does not`,
    '/engine',
  );
}

async function historyOf(
  { log, archive }: Pick<PlanReplayPorts, 'log' | 'archive'>,
  { streams }: ViewPlan,
): Promise<readonly PlannedPartition[]> {
  const ofStreams = streams.map(async (stream) => {
    const { start, end } = await log.bounds(stream);
    return Promise.all(
      end.map(async (to, partition): Promise<PlannedPartition> => {
        const archivedTo = await archive.archivedTo({ stream, partition });
        return { ...{ stream, partition, from: 0, to }, archivedTo, logStart: start[partition] ?? 0 };
      }),
    );
  });
  return (await Promise.all(ofStreams)).flat();
}

/** @throws TwofoldError `history-truncated` */
function mustBeWhole({ id }: ViewPlan, partitions: readonly PlannedPartition[]): void {
  const missing = partitions.filter(({ archivedTo, logStart }) => archivedTo < logStart);
  if (missing.length === 0) return;
  const ranges = missing.map((range) => `${partitionName(range)} [${range.archivedTo}, ${range.logStart})`);
  throw new TwofoldError(
    'history-truncated',
    `${id.name} cannot be replayed: the log no longer has these offsets, and the archive never had them: ${ranges.join(', ')}`,
  );
}

async function archiveRead(
  { archive }: Pick<PlanReplayPorts, 'archive'>,
  { sources }: ViewPlan,
  partitions: readonly PlannedPartition[],
): Promise<Pick<ReplayPlan, 'files' | 'bytes'>> {
  const cut: OffsetVector = Object.fromEntries(
    [...Map.groupBy(partitions, ({ stream }) => stream)].map(([stream, of]) => [stream, of.map(({ to }) => to)]),
  );
  const files = (await Promise.all(sources.map(({ event }) => archive.filesBelow(cut, event.type)))).flat();
  const bytes = files.reduce<number | null>(
    (sum, { sizeBytes }) => (sum === null || sizeBytes === null ? null : sum + sizeBytes),
    0,
  );
  return { files: files.length, bytes };
}

/** By replays of the same engine: of this view, if one was measured, else of any. */
async function estimateMs(
  { journal }: Pick<PlanReplayPorts, 'journal'>,
  { view, engine }: Pick<WantedReplay, 'view' | 'engine'>,
  events: number,
): Promise<number | null> {
  for (const name of [view, null]) {
    const earlier = await journal.list(LOOKED_THROUGH_REPLAYS, name);
    const speeds = earlier.flatMap((replay) => (replay.engine === engine ? (replay.speed ?? []) : []));
    const counted = speeds.slice(0, COUNTED_REPLAYS);
    const measured = counted.reduce((sum, speed) => sum + speed.events, 0);
    const busyMs = counted.reduce((sum, speed) => sum + speed.busyMs, 0);
    if (measured > 0) return Math.round((events * busyMs) / measured);
  }
  return null;
}
