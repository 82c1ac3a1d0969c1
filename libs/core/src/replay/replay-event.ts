import type { OffsetVector } from '../answer/offset-vector.js';
import type { WindowSpan } from '../answer/window-span.js';
import { TwofoldError, type ErrorCode } from '../errors/twofold-error.js';
import type { Difference, DifferenceBounds } from './difference.js';

/** What happened to a replay, by type. What people decide comes first, what was found or done after it. */
export type ReplayEventData = {
  'replay.requested': {
    readonly replayId: string;
    readonly view: string;
    readonly version: string;
    readonly before: string;
    readonly windows: WindowSpan | null;
    readonly engine: string;
    readonly eventsPerSecond: number | null;
    readonly promoteWithin: DifferenceBounds | null;
  };
  'replay.paused': Nothing;
  'replay.resumed': Nothing;
  'replay.throttled': { readonly eventsPerSecond: number | null };
  'replay.cancelled': Nothing;
  'replay.promotion-decided': { readonly keptUntilMs: number };
  'replay.rollback-decided': { readonly keptUntilMs: number };

  'replay.founded': { readonly cut: OffsetVector; readonly generationBefore: number };
  'replay.built': { readonly rowCount: number; readonly events: number; readonly busyMs: number };
  'replay.compared': { readonly difference: Difference };
  'replay.promoted': Nothing;
  'replay.rolled-back': Nothing;
  /** What was decided could not be done; the phase before stands again. */
  'replay.move-refused': { readonly reason: string };
  'replay.failed': { readonly code: ErrorCode; readonly message: string };
  'replay.cleaned': Nothing;
  'replay.settled': Nothing;
};

type Nothing = Readonly<Record<string, never>>;

export type ReplayEventType = keyof ReplayEventData;

/** One event of a replay, as the journal keeps it. */
export type ReplayEvent<T extends ReplayEventType = ReplayEventType> = {
  [K in T]: {
    readonly type: K;
    readonly version: number;
    readonly atMs: number;
    /** Who decided, or `twofold`: an app found or did it. */
    readonly by: string;
    /** Why, in the words of who decided. */
    readonly note: string | null;
    readonly data: ReplayEventData[K];
  };
}[T];

/** The newest version of each type; a type that is not here is not known. To change what a type says, add a version and bring older ones up in {@link readReplayEvent}. */
const VERSIONS: Readonly<Record<ReplayEventType, number>> = {
  'replay.requested': 1,
  'replay.paused': 1,
  'replay.resumed': 1,
  'replay.throttled': 1,
  'replay.cancelled': 1,
  'replay.promotion-decided': 1,
  'replay.rollback-decided': 1,
  'replay.founded': 1,
  'replay.built': 1,
  'replay.compared': 1,
  'replay.promoted': 1,
  'replay.rolled-back': 1,
  'replay.move-refused': 1,
  'replay.failed': 1,
  'replay.cleaned': 1,
  'replay.settled': 1,
};

/** Who finds and does what nobody in person decided. */
export const PLATFORM = 'twofold';

export const replayEvent = <T extends ReplayEventType>(
  type: T,
  data: ReplayEventData[T],
  about: { readonly atMs: number; readonly by: string; readonly note: string | null },
): ReplayEvent =>
  ({
    type,
    version: VERSIONS[type],
    ...{ atMs: about.atMs, by: about.by, note: about.note },
    data,
  }) as ReplayEvent;

/**
 * An event as a journal kept it.
 * @throws TwofoldError `unknown-event-type`, `unknown-event-version`: a newer build wrote it
 */
export function readReplayEvent(
  kept: Omit<ReplayEvent, 'type' | 'data'> & { readonly type: string; readonly data: unknown },
): ReplayEvent {
  if (!Object.hasOwn(VERSIONS, kept.type))
    throw new TwofoldError('unknown-event-type', `there is no replay event ${JSON.stringify(kept.type)} in this build`);
  const newest = VERSIONS[kept.type as ReplayEventType];
  if (kept.version !== newest)
    throw new TwofoldError(
      'unknown-event-version',
      `${kept.type} version ${kept.version} is not known here, only version ${newest}`,
    );
  return kept as ReplayEvent;
}
