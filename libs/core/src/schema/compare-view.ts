import { compositionOf } from '../algebra/composition.js';
import { canonicalJson } from '../events/canonical-json.js';
import type { EventType } from '../events/event-type.js';
import { describeFieldChange, fieldChanges } from '../events/field-changes.js';
import type { ViewMeaning } from '../views/fingerprint.js';
import { tokenOf } from '../views/view-problem.js';

/** Why a view is not what it was. */
export type ViewCause = {
  readonly what:
    /** Its own definition. */
    | 'definition'
    /** What callers see in a row: a column is gone, or of another type. */
    | 'columns'
    /** Which version of an event it reads, and that one's fields. */
    | 'event'
    /** How older versions of an event are brought up. */
    | 'upcast'
    /** When the clocks of a time zone change: another tz database. */
    | 'time-zone'
    /** What this build makes of any definition. */
    | 'semantics'
    /** It can no longer be defined. */
    | 'not-definable';
  /** Into the view's definition (RFC 6901), where it is about a place in it. */
  readonly pointer: string | null;
  /** Path of a field of an event, where it is about one. */
  readonly field: string | null;
  readonly reason: string;
};

const cause = (what: ViewCause['what'], reason: string, place: Partial<ViewCause> = {}): ViewCause => ({
  pointer: null,
  field: null,
  ...place,
  what,
  reason,
});

/** What differs between two meanings of a view. None: its version is the same. */
export const meaningChanges = (before: ViewMeaning, after: ViewMeaning): readonly ViewCause[] => [
  ...(before.semantics === after.semantics
    ? []
    : [cause('semantics', 'this build gives all definitions another meaning')]),
  ...definitionChanges(before, after),
  ...columnChanges(before, after),
  ...eventChanges(before, after),
  ...clockChanges(before, after),
];

function definitionChanges(before: ViewMeaning, after: ViewMeaning): readonly ViewCause[] {
  const types = ({ from }: ViewMeaning): readonly string[] => from.map(({ type }) => type);
  const at = (pointer: string, reason: string): ViewCause => cause('definition', reason, { pointer });
  return [
    ...(same(types(before), types(after))
      ? []
      : [at('/from', `reads ${types(after).join(', ')}, not ${types(before).join(', ')}`)]),
    ...(same(before.where, after.where) ? [] : [at('/where', 'chooses other events')]),
    ...memberChanges(before.by, after.by, 'dimension', '/by'),
    ...(same(before.window, after.window)
      ? []
      : [
          at(
            '/window',
            `its windows were ${before.window.unit} in ${before.window.timeZone}, are ${after.window.unit} in ${after.window.timeZone}`,
          ),
        ]),
    ...memberChanges(before.measures, after.measures, 'measure', '/measures'),
  ];
}

type Named = { readonly name: string };

function memberChanges(
  before: readonly Named[],
  after: readonly Named[],
  what: string,
  pointer: string,
): readonly ViewCause[] {
  const names = [...new Set([...before, ...after].map(({ name }) => name))];
  const changed = names.flatMap((name): readonly ViewCause[] => {
    const [was, is] = [before, after].map((members) => members.find((member) => member.name === name));
    if (same(was, is)) return [];
    const how = was === undefined ? 'is new' : is === undefined ? 'is gone' : 'is defined in another way';
    return [cause('definition', `the ${what} ${name} ${how}`, { pointer: `${pointer}/${tokenOf(name)}` })];
  });
  if (changed.length > 0 || same(before, after)) return changed;
  return [cause('definition', `its ${what}s stand in another order`, { pointer })];
}

/** Of columns that callers may rely on. */
function columnChanges(before: ViewMeaning, after: ViewMeaning): readonly ViewCause[] {
  const is = new Map(columnsOf(after));
  return [...columnsOf(before)].flatMap(([name, was]) => {
    const now = is.get(name);
    if (now === was) return [];
    return [cause('columns', now === undefined ? `rows have no ${name} any more` : `${name} was ${was}, is ${now}`)];
  });
}

const columnsOf = ({ by, measures }: ViewMeaning): readonly (readonly [string, string])[] =>
  [
    ...by.map(({ name, of }) => ({ name, column: of })),
    ...measures.map(({ name, aggregate }) => ({ name, column: compositionOf(aggregate).column })),
  ].map(({ name, column }) => [name, `${column.type}${column.nullable ? ' or null' : ''}`] as const);

function eventChanges(before: ViewMeaning, after: ViewMeaning): readonly ViewCause[] {
  return after.from.flatMap((event): readonly ViewCause[] => {
    const was = before.from.find(({ type }) => type === event.type);
    if (was === undefined) return [];
    const changes = fieldChanges(was.fields, event.fields);
    return [
      ...(was.version === event.version
        ? []
        : [cause('event', `reads ${event.type} at version ${event.version}, not ${was.version}`)]),
      ...(was.stream === event.stream
        ? []
        : [cause('event', `${event.type} is on the stream ${event.stream}, not ${was.stream}`)]),
      ...changes.map((change) =>
        cause('event', `${event.type}: ${change.path} ${describeFieldChange(change)}`, { field: change.path }),
      ),
      ...upcastChanges(event.type, was.upcasts, event.upcasts),
    ];
  });
}

type Upcasts = readonly Pick<EventType, 'version' | 'upcast'>[];

function upcastChanges(type: string, before: Upcasts, after: Upcasts): readonly ViewCause[] {
  const versions = [...new Set([...before, ...after].map(({ version }) => version))].sort((a, b) => a - b);
  return versions.flatMap((version): readonly ViewCause[] => {
    const [was, is] = [before, after].map((upcasts) => upcasts.find((upcast) => upcast.version === version));
    if (same(was, is)) return [];
    if (was === undefined) return [cause('upcast', `events of ${type} before version ${version} are brought up to it`)];
    if (is === undefined) return [cause('upcast', `events of ${type} version ${version} are not read any more`)];
    return [cause('upcast', `version ${version} of ${type} is made of the one before in another way`)];
  });
}

const clockChanges = (before: ViewMeaning, after: ViewMeaning): readonly ViewCause[] =>
  Object.entries(after.clocks).flatMap(([zone, digest]) => {
    const was = before.clocks[zone];
    return was === undefined || was === digest
      ? []
      : [cause('time-zone', `the clocks of ${zone} change at other times`)];
  });

const same = (a: unknown, b: unknown): boolean => canonicalJson(a ?? null) === canonicalJson(b ?? null);
