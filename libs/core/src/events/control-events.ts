import { TwofoldError } from '../errors/twofold-error.js';
import type { Offset, OffsetVector } from '../answer/offset-vector.js';

/** How far a rebuild is. It ends in `published` or `failed`. */
export const REBUILD_STATES = ['requested', 'building', 'published', 'failed'] as const;
export type RebuildProgress = (typeof REBUILD_STATES)[number];

/**
 * What the apps tell each other on the stream `control`, by type; `version` is a view's fingerprint. None of it is
 * truth: Postgres holds what is so, and these only hasten who would otherwise find it by polling. Handlers are idempotent.
 */
export type ControlEventData = {
  /** A cut is asked for: who folds the view seals at it. */
  'view.cut-requested': { readonly view: string; readonly version: string; readonly cut: number };
  /** Somebody wants the view's generation rebuilt now. Told again until the rebuild has ended. */
  'view.rebuild-requested': { readonly rebuildId: string; readonly view: string; readonly version: string };
  'view.rebuild-progressed': {
    readonly rebuildId: string;
    readonly state: RebuildProgress;
    /** What is being done, for a person. */
    readonly detail: string;
    /** The generation that comes of it, once that is known. */
    readonly generation: number | null;
  };
  'generation.published': {
    readonly view: string;
    readonly version: string;
    readonly generation: number;
    readonly cut: OffsetVector;
  };
  /** Something was decided or found about a replay: whoever has a part in it looks. */
  'replay.changed': { readonly replayId: string };
};

export type ControlEventType = keyof ControlEventData;

/** One control event, as the control channel carries it. */
export type ControlMessage<T extends ControlEventType = ControlEventType> = {
  [K in T]: {
    readonly id: string;
    readonly type: K;
    readonly version: number;
    readonly timeMs: number;
    readonly subject: string;
    readonly data: ControlEventData[K];
  };
}[T];

/** The only version there is of each type. */
const VERSION = 1;

/** Bounds of what is heard: names of views and ids, characters. */
const MAX_NAME_LENGTH = 200;
const MAX_DETAIL_LENGTH = 2000;

/** A control event about to be published. Events of one view (or one rebuild, or replay) keep their order; a long detail is cut. */
export const controlEvent = <T extends ControlEventType>(
  type: T,
  data: ControlEventData[T],
  about: { readonly id: string; readonly timeMs: number },
): ControlMessage<T> =>
  ({
    id: about.id,
    type,
    version: VERSION,
    timeMs: about.timeMs,
    subject: subjectOf(data),
    data: 'detail' in data ? { ...data, detail: data.detail.slice(0, MAX_DETAIL_LENGTH) } : data,
  }) as ControlMessage<T>;

function subjectOf(data: ControlEventData[ControlEventType]): string {
  if ('rebuildId' in data) return data.rebuildId;
  return 'replayId' in data ? data.replayId : data.view;
}

/**
 * The control event that was heard, if it is what its type declares.
 * @throws TwofoldError `unknown-event-type`, `unknown-event-version` or `invalid-data`, with a pointer
 */
export function readControlEvent(heard: {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly timeMs: number;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}): ControlMessage {
  if (!isControlEventType(heard.type)) {
    throw new TwofoldError('unknown-event-type', `there is no control event ${JSON.stringify(heard.type)}`, '/type');
  }
  if (heard.version !== VERSION) {
    const message = `${heard.type} version ${heard.version} is not known here, only version ${VERSION}`;
    throw new TwofoldError('unknown-event-version', message, '/version');
  }
  for (const [field, check] of Object.entries(CHECKS[heard.type])) {
    if (check(heard.data[field])) continue;
    const message = `${heard.type} ${heard.id}: ${field} is missing or not what it must be`;
    throw new TwofoldError('invalid-data', message, `/data/${field}`);
  }
  return heard as unknown as ControlMessage;
}

export const isControlEventType = (type: string): type is ControlEventType => Object.hasOwn(CHECKS, type);

type Check = (value: unknown) => boolean;

const isName: Check = (value) => typeof value === 'string' && value !== '' && value.length <= MAX_NAME_LENGTH;
const isDetail: Check = (value) => typeof value === 'string' && value.length <= MAX_DETAIL_LENGTH;
const isNumber = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isNumberOrNull: Check = (value) => value === null || isNumber(value);
const isState: Check = (value) => REBUILD_STATES.some((state) => state === value);
const isOffset = (value: unknown): value is Offset => isNumber(value);
const isVector: Check = (value) =>
  value !== null &&
  typeof value === 'object' &&
  !Array.isArray(value) &&
  Object.values(value).every((offsets) => Array.isArray(offsets) && offsets.every(isOffset));

const CHECKS: { readonly [T in ControlEventType]: Readonly<Record<keyof ControlEventData[T], Check>> } = {
  'view.cut-requested': { view: isName, version: isName, cut: isNumber },
  'view.rebuild-requested': { rebuildId: isName, view: isName, version: isName },
  'view.rebuild-progressed': { rebuildId: isName, state: isState, detail: isDetail, generation: isNumberOrNull },
  'generation.published': { view: isName, version: isName, generation: isNumber, cut: isVector },
  'replay.changed': { replayId: isName },
};
