import { TwofoldError } from '../errors/twofold-error.js';
import { canonicalJson } from './canonical-json.js';
import type { EventType } from './event-type.js';
import { describeFieldChange, fieldChanges } from './field-changes.js';
import { leavesOf } from './leaves.js';
import { upcastOf } from './upcast.js';

/** What a change does to events that are on the log, to those who send them, and to views. */
export type Effect = 'compatible' | 'warning' | 'break';

/** A difference between the events of two catalogs. */
export type EventChange = {
  readonly effect: Effect;
  readonly change:
    | 'type-added'
    | 'type-removed'
    | 'version-added'
    | 'version-removed'
    | 'version-retired'
    | 'stream-changed'
    | 'field-changed'
    | 'upcast-changed'
    | 'description-changed'
    | 'not-connected';
  readonly type: string;
  /** null: it is about all versions. */
  readonly version: number | null;
  /** Path of a field, as leaves have it. */
  readonly field: string | null;
  readonly reason: string;
};

type Told = Pick<EventChange, 'effect' | 'change' | 'reason'> & Partial<Pick<EventChange, 'version' | 'field'>>;

/** What makes a change of a version that stands on the log a break, and what to do instead. */
const PUBLISHED = 'a published version never changes: add a version';

/**
 * Compares the events of a catalog with those of an earlier one. `readersOf` are the views that read a type, then and still.
 *
 * - a version that is in both has the same stream, fields and upcast
 * - versions are added at the end, each connected to the one before it, so that every old version reaches the newest
 * - only the oldest versions go, while a later one that was there before stays (a warning: nothing reads their events any more)
 * - a type goes when no view reads it (a warning)
 * - where later events wait behind dead ones (`holding`), which types there are decides over events of others: none goes, and
 *   one comes only where nobody has written it yet (a warning)
 */
export function compareEvents(
  before: readonly EventType[],
  after: readonly EventType[],
  readersOf: (type: string) => readonly string[],
  holding: ReadonlySet<string> = new Set(),
): readonly EventChange[] {
  const [was, is] = [byType(before), byType(after)];
  const types = [...new Set([...was.keys(), ...is.keys()])].sort();
  return types.flatMap((type) =>
    compareType(was.get(type) ?? [], is.get(type) ?? [], readersOf(type), holding).map((told): EventChange => ({
      type,
      version: null,
      field: null,
      ...told,
    })),
  );
}

/** Versions of each type, oldest first. */
const byType = (events: readonly EventType[]): ReadonlyMap<string, readonly EventType[]> =>
  Map.groupBy(
    [...events].sort((a, b) => a.version - b.version),
    ({ type }) => type,
  );

function compareType(
  before: readonly EventType[],
  after: readonly EventType[],
  readers: readonly string[],
  holding: ReadonlySet<string>,
): readonly Told[] {
  if (after.length === 0) return [removedType(before, readers, holding)];
  const added = after.filter((event) => versionIn(before, event.version) === undefined);
  return [
    ...before.flatMap((event) => {
      const now = versionIn(after, event.version);
      return now === undefined ? [removedVersion(event, before, after)] : compareVersion(event, now, before, after);
    }),
    ...(before.length === 0 ? [typeAdded(after, holding)] : added.map(versionAdded)),
    ...connectionProblems(after),
  ];
}

const versionIn = (events: readonly EventType[], version: number): EventType | undefined =>
  events.find((event) => event.version === version);

const isHeld = ([event]: readonly EventType[], holding: ReadonlySet<string>): boolean =>
  event !== undefined && holding.has(event.stream);

function removedType(before: readonly EventType[], readers: readonly string[], holding: ReadonlySet<string>): Told {
  const change = 'type-removed';
  if (readers.length > 0) return { effect: 'break', change, reason: `is gone, and ${readers.join(', ')} reads it` };
  if (isHeld(before, holding))
    return {
      effect: 'break',
      change,
      reason: `is gone from ${before[0]?.stream}, where other events wait behind its dead ones`,
    };
  return { effect: 'warning', change, reason: 'is gone: ingest refuses it, and nothing reads it' };
}

function typeAdded(versions: readonly EventType[], holding: ReadonlySet<string>): Told {
  const reason = `is new, on the stream ${versions[0]?.stream}`;
  return isHeld(versions, holding)
    ? {
        ...{ effect: 'warning', change: 'type-added' },
        reason: `${reason}, where events wait behind dead ones: see that nobody has written any of it yet`,
      }
    : { effect: 'compatible', change: 'type-added', reason };
}

const versionAdded = ({ version }: EventType): Told => ({
  effect: 'compatible',
  change: 'version-added',
  version,
  reason: 'is new',
});

function removedVersion({ version }: EventType, before: readonly EventType[], after: readonly EventType[]): Told {
  const isOldest = after.every((event) => event.version > version);
  const stays = before.some((event) => versionIn(after, event.version) !== undefined);
  if (isOldest && stays)
    return {
      effect: 'warning',
      change: 'version-retired',
      version,
      reason: 'is retired: see that no event of it is on the log any more, or readers wait at it for ever',
    };
  const reason = isOldest
    ? 'is gone, with all versions that were published'
    : 'is gone: only the oldest version can be retired';
  return { effect: 'break', change: 'version-removed', version, reason };
}

function compareVersion(
  before: EventType,
  after: EventType,
  allBefore: readonly EventType[],
  allAfter: readonly EventType[],
): readonly Told[] {
  const { version } = before;
  const told: Told[] = [];
  if (before.stream !== after.stream)
    told.push({
      ...{ effect: 'break', change: 'stream-changed', version },
      reason: `was on the stream ${before.stream}, is on ${after.stream}: a type stays on its stream`,
    });
  for (const change of fieldChanges(before.fields, after.fields))
    told.push({
      ...{ effect: 'break', change: 'field-changed', version, field: change.path },
      reason: `${describeFieldChange(change)}; ${PUBLISHED}`,
    });
  // how it is made of the version before matters while there is one
  const isBroughtUp = [allBefore, allAfter].every((all) => versionIn(all, version - 1) !== undefined);
  if (isBroughtUp)
    for (const path of upcastChanges(before, after))
      told.push({
        ...{ effect: 'break', change: 'upcast-changed', version, field: path },
        reason: `is made of version ${version - 1} in another way; ${PUBLISHED}`,
      });
  if (before.description !== after.description)
    told.push({ effect: 'compatible', change: 'description-changed', version, reason: 'is described in other words' });
  return told;
}

/** Of leaves that both have: a field that only one has is told already. */
const upcastChanges = (before: EventType, after: EventType): readonly string[] =>
  Object.entries(before.upcast ?? {}).flatMap(([path, node]) => {
    const now = after.upcast?.[path];
    return now !== undefined && canonicalJson(now) !== canonicalJson(node) ? [path] : [];
  });

/** Whether each version is made of what the one before it really has: the first problem of each. */
function connectionProblems(versions: readonly EventType[]): readonly Told[] {
  return versions.slice(1).flatMap((event, index): readonly Told[] => {
    const before = versions[index];
    const reason = before === undefined ? null : connectionProblem(before, event);
    return reason === null
      ? []
      : [{ effect: 'break', change: 'not-connected', version: event.version, field: null, reason }];
  });
}

function connectionProblem(before: EventType, event: EventType): string | null {
  if (before.version !== event.version - 1) return `version ${event.version - 1} is missing before it`;
  if (before.stream !== event.stream)
    return `is on the stream ${event.stream}, and version ${before.version} on ${before.stream}: a type stays on its stream`;
  if (event.upcast === null) return `does not say how it is made of version ${before.version}: give it \`from\``;
  try {
    upcastOf(leavesOf(before), leavesOf(event), event.upcast, (message, pointer) => {
      throw new TwofoldError('invalid-event-definition', message, pointer);
    });
    return null;
  } catch (error) {
    if (!(error instanceof TwofoldError)) throw error;
    return `is not made of version ${before.version} as that is: ${error.message} (${error.pointer ?? ''})`;
  }
}
