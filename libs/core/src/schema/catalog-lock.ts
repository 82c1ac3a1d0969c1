import { TwofoldError } from '../errors/twofold-error.js';
import { canonicalJson } from '../events/canonical-json.js';
import type { EventType } from '../events/event-type.js';
import { schemaHashOf } from '../events/schema-hash.js';
import type { StreamDefinition } from '../events/stream.js';
import type { Catalog } from '../views/catalog.js';
import { hashOfMeaning, meaningOf, type ViewMeaning } from '../views/fingerprint.js';
import type { ProjectionDefinition, ViewDefinition } from '../views/view-definition.js';
import type { Source } from '../views/view-plan.js';

/** Changed when what follows can no longer be read as before. */
const FORMAT = 1;

/** An event with the hash that pins it. */
export type LockedEvent = EventType & { readonly schemaHash: string };

/** A view with its version, and what of it is neither in its definition nor in its events. */
export type LockedView = {
  readonly version: string;
  readonly semantics: number;
  readonly clocks: ViewMeaning['clocks'];
  readonly definition: ViewDefinition;
};

/** A projection with its version, as the tool that wrote the lock compiles its functions: what runs may be printed otherwise. */
export type LockedProjection = { readonly version: string; readonly definition: ProjectionDefinition };

const SKIPPING: Pick<StreamDefinition, 'deadLetters'> = { deadLetters: 'skip' };

/** A catalog as plain data, to be kept beside the sources: what a later one is compared with. */
export type CatalogLock = {
  readonly format: typeof FORMAT;
  readonly streams: readonly StreamDefinition[];
  readonly events: readonly LockedEvent[];
  readonly views: readonly LockedView[];
  /** Those that are declared. */
  readonly projections: readonly LockedProjection[];
};

export function lockOf({ events, views, streams }: Catalog): CatalogLock {
  const inOrder = [...views].sort((a, b) => (a.id.name < b.id.name ? -1 : 1));
  return {
    format: FORMAT,
    streams,
    events: [...events].sort(byTypeAndVersion).map((event) => ({ ...event, schemaHash: schemaHashOf(event) })),
    views: inOrder.flatMap(({ id, definition, sources }) => {
      if (definition.kind === 'projection') return [];
      const { semantics, clocks } = meaningOf(definition, sources);
      return [{ version: id.version, semantics, clocks, definition }];
    }),
    projections: inOrder.flatMap(({ id, definition }) =>
      definition.kind === 'projection' ? [{ version: id.version, definition }] : [],
    ),
  };
}

const byTypeAndVersion = (a: EventType, b: EventType): number =>
  a.type === b.type ? a.version - b.version : a.type < b.type ? -1 : 1;

/** The text of the file: one line for each member that is short, so that a change of it is a change of few lines. */
export const textOfLock = (lock: CatalogLock): string => `${JSON.stringify(lock, null, 1)}\n`;

/** What the version of a locked view is the hash of. */
export function meaningOfLocked(view: LockedView, events: readonly EventType[]): ViewMeaning {
  const meaning = meaningOf(view.definition, sourcesOf(view.definition, events), (zone) => view.clocks[zone] ?? '');
  return { ...meaning, semantics: view.semantics };
}

function sourcesOf({ from }: ViewDefinition, events: readonly EventType[]): readonly Source[] {
  return from.map(({ type, version }) => {
    const versions = events.filter((event) => event.type === type).sort((a, b) => a.version - b.version);
    const event = versions.at(-1);
    return event?.version === version ? { event, versions } : refuse(`has no ${type} version ${version}`);
  });
}

/**
 * Reads the text of a lock.
 *
 * @throws TwofoldError `invalid-configuration`: it is no lock of this format, or not as {@link lockOf} made it
 */
export function readLock(text: string): CatalogLock {
  const lock = parse(text);
  for (const event of lock.events)
    if (schemaHashOf(event) !== event.schemaHash)
      refuse(`was changed by hand: ${event.type} version ${event.version} has another hash`);
  for (const view of lock.views) {
    const sources = sourcesOf(view.definition, lock.events);
    const meaning = meaningOf(view.definition, sources, (zone) => view.clocks[zone] ?? '');
    // what a build of other semantics hashed is not known here
    if (meaning.semantics === view.semantics && hashOfMeaning(meaning) !== view.version)
      refuse(`was changed by hand: ${view.definition.name} has another version`);
  }
  return lock;
}

function parse(text: string): CatalogLock {
  try {
    // the first locks had no streams, and later ones streams without dead letters; and there were no projections
    const first: CatalogLock = {
      ...{ streams: [], projections: [] },
      ...(JSON.parse(text) as Omit<CatalogLock, 'streams' | 'projections'>),
    };
    const streams = first.streams.map((stream): StreamDefinition => ({ ...SKIPPING, ...stream }));
    const lock: CatalogLock = { ...first, streams };
    if (lock.format !== FORMAT) refuse(`has the format ${JSON.stringify(lock.format)}, this build reads ${FORMAT}`);
    // throws where it is not made of events and views
    canonicalJson([
      lock.streams.map(({ duplicates }) => duplicates.withinMs),
      lock.events.map(({ fields }) => Object.keys(fields)),
      [...lock.views, ...lock.projections].map(({ definition }) => definition.from.length),
    ]);
    return lock;
  } catch (error) {
    if (error instanceof TwofoldError) throw error;
    return refuse('is not what it is generated as', error);
  }
}

function refuse(what: string, cause?: unknown): never {
  throw new TwofoldError('invalid-configuration', `the catalog lock ${what}`, undefined, { cause });
}
