import {
  differentRows,
  type Difference,
  type OffsetVector,
  type Replay,
  type ReplayEvent,
  type WindowSpan,
} from '@twofold/core';
import type { ReplayPlan } from '@twofold/flows';
import type { StoredVersion } from '@twofold/ports';

/** From the start of one to before the start of another; null: all. */
type PresentedWindows = { readonly from: string; readonly to: string } | null;

const presentWindows = (windows: WindowSpan | null): PresentedWindows =>
  windows === null ? null : { from: instant(windows.fromMs), to: instant(windows.toMs) };

export type PresentedPlan = Omit<ReplayPlan, 'windows'> & { readonly windows: PresentedWindows };

export const presentPlan = (plan: ReplayPlan): PresentedPlan => ({ ...plan, windows: presentWindows(plan.windows) });

export type PresentedDifference = Difference & {
  /** Rows that are not the same. */
  readonly differentRows: number;
};

/** A replay as it stands; {@link Replay} says what each means. Times are ISO 8601. */
export type PresentedReplay = Pick<
  Replay,
  | 'id'
  | 'before'
  | 'engine'
  | 'phase'
  | 'isPaused'
  | 'eventsPerSecond'
  | 'promoteWithin'
  | 'rowCount'
  | 'failure'
  | 'refusal'
> & {
  readonly view: string;
  readonly version: string;
  /** Those that are computed, by their starts; null: all. */
  readonly windows: PresentedWindows;
  readonly cut: OffsetVector | null;
  readonly difference: PresentedDifference | null;
  readonly keptUntil: string | null;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly updatedAt: string;
};

export const presentReplay = (replay: Replay): PresentedReplay => ({
  ...{ id: replay.id, view: replay.view.name, version: replay.view.version, before: replay.before },
  ...{ engine: replay.engine, phase: replay.phase, isPaused: replay.isPaused },
  ...{ eventsPerSecond: replay.eventsPerSecond, promoteWithin: replay.promoteWithin },
  windows: presentWindows(replay.windows),
  ...{ cut: replay.cut, rowCount: replay.rowCount },
  difference:
    replay.difference === null ? null : { differentRows: differentRows(replay.difference), ...replay.difference },
  ...{ failure: replay.failure, refusal: replay.refusal },
  keptUntil: replay.keptUntilMs === null ? null : instant(replay.keptUntilMs),
  requestedBy: replay.requestedBy,
  requestedAt: instant(replay.requestedAtMs),
  updatedAt: instant(replay.updatedAtMs),
});

/** What happened to a replay: `by` whom, `twofold` where nobody decided it; why, as a `note`. */
export type PresentedReplayEvent = Pick<ReplayEvent, 'type' | 'by' | 'note' | 'data'> & {
  /** From 1 on. */
  readonly sequence: number;
  readonly at: string;
};

/** Those that follow the `after`th. */
export const presentEvents = (events: readonly ReplayEvent[], after: number): readonly PresentedReplayEvent[] =>
  events.map(({ type, by, note, data, atMs }, index) => ({
    ...{ sequence: after + index + 1, at: instant(atMs), type, by, note, data },
  }));

export type PresentedVersion = Pick<StoredVersion, 'state'> & {
  readonly version: string;
  /** Whether it is the one that the catalog of this build declares: what a replay builds if nothing is said. */
  readonly isDeclared: boolean;
  readonly keptUntil: string | null;
  /** The id of the last replay that built it. */
  readonly replay: string | null;
};

export const presentVersion = (
  { view, state, keptUntilMs }: StoredVersion,
  declared: string,
  replays: readonly Replay[],
): PresentedVersion => ({
  ...{ version: view.version, state, isDeclared: view.version === declared },
  keptUntil: keptUntilMs === null ? null : instant(keptUntilMs),
  replay: replays.find((replay) => replay.view.version === view.version)?.id ?? null,
});

const instant = (ms: number): string => new Date(ms).toISOString();
