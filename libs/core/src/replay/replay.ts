import type { OffsetVector } from '../answer/offset-vector.js';
import type { WindowSpan } from '../answer/window-span.js';
import type { ErrorCode } from '../errors/twofold-error.js';
import type { ViewId } from '../views/view-definition.js';
import type { Difference, DifferenceBounds } from './difference.js';

/**
 * How far a replay is.
 * `queued`: it waits for its turn. `running`: its generation is built. `built`: the generation stands, and is compared.
 * `compared`: somebody decides. `promoting`, `rolling-back`: it is decided, and being done. `promoted`: the version serves;
 * the one before is kept. `rolled-back`: the one before serves again; the version is kept. `settled`: what was kept is removed.
 * `cancelled`, `failed`: the version is being removed; `cleaned`: nothing of it is left.
 */
export type ReplayPhase =
  | 'queued'
  | 'running'
  | 'built'
  | 'compared'
  | 'promoting'
  | 'promoted'
  | 'rolling-back'
  | 'rolled-back'
  | 'settled'
  | 'cancelled'
  | 'failed'
  | 'cleaned';

/**
 * The building of a version of a view over all history, beside the one that serves. Or a repair: the rows of the version that serves,
 * all or those of some windows, are computed anew, compared with those that it has, and put in their place.
 */
export type Replay = {
  readonly id: string;
  /** The version that is built. */
  readonly view: ViewId;
  /** The version that it is compared with, and comes after. Of a repair: the same. */
  readonly before: string;
  /** The windows that are computed; null: all. */
  readonly windows: WindowSpan | null;
  readonly engine: string;
  readonly phase: ReplayPhase;
  readonly isPaused: boolean;
  /** Events computed in a second, at most; null: as fast as it goes. */
  readonly eventsPerSecond: number | null;
  /** null: somebody promotes it. */
  readonly promoteWithin: DifferenceBounds | null;
  /** The cut that it is built below: of `generationBefore`, so both versions have a generation of the same events. */
  readonly cut: OffsetVector | null;
  /** The generation of the version before at that cut; it is kept as long as it is needed. */
  readonly generationBefore: number | null;
  readonly rowCount: number | null;
  /** Events that were computed, and the time that it took, milliseconds: what estimates are made of. */
  readonly speed: { readonly events: number; readonly busyMs: number } | null;
  readonly difference: Difference | null;
  readonly failure: { readonly code: ErrorCode; readonly message: string } | null;
  /** While it is promoted or rolled back: the phase that it goes back to where that cannot be done. */
  readonly movesFrom: ReplayPhase | null;
  /** Why the last promotion or rollback was not done. */
  readonly refusal: string | null;
  /** Until when the version that does not serve is kept. */
  readonly keptUntilMs: number | null;
  readonly requestedBy: string;
  readonly requestedAtMs: number;
  readonly updatedAtMs: number;
};

/** Phases in which nothing is left to be done. */
const FINAL: readonly ReplayPhase[] = ['settled', 'cleaned'];
/** Phases in which another replay of the same version may be asked for: this one no longer builds or moves it. */
const DONE: readonly ReplayPhase[] = [...FINAL, 'promoted', 'rolled-back'];
/** Phases in which the generation of the version before is still needed. */
const COMPARING: readonly ReplayPhase[] = ['queued', 'running', 'built'];

export const isRepair = ({ view, before }: Pick<Replay, 'view' | 'before'>): boolean => view.version === before;

export const isFinal = ({ phase }: Pick<Replay, 'phase'>): boolean => FINAL.includes(phase);

/** Whether no other replay of its version may be asked for. */
export const isUnderWay = ({ phase }: Pick<Replay, 'phase'>): boolean => !DONE.includes(phase);

/** Whether the generation that it is to be compared with must be kept. */
export const needsGenerationBefore = ({ phase }: Pick<Replay, 'phase'>): boolean => COMPARING.includes(phase);
