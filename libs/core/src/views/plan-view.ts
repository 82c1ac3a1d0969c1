import { compositionOf } from '../algebra/composition.js';
import type { Part } from '../algebra/part.js';
import { TwofoldError } from '../errors/twofold-error.js';
import type { EventType } from '../events/event-type.js';
import { fingerprintOf } from './fingerprint.js';
import type { EventReference, ProjectionDefinition, ViewDefinition } from './view-definition.js';
import type { PlannedMeasure, Source, ViewPlan } from './view-plan.js';

/**
 * Derives the plan of a checked view. `events` are the catalog's, all versions of each type. Equal parts of different
 * measures become one.
 *
 * @throws TwofoldError `invalid-view-definition`: the view reads an event that is not among them, or not at its newest version
 */
export function planView(definition: ViewDefinition, events: readonly EventType[]): ViewPlan {
  const parts: Part[] = [];
  const indexByMeaning = new Map<string, number>();
  const indexOf = (part: Part): number => {
    const meaning = JSON.stringify(part);
    const known = indexByMeaning.get(meaning);
    if (known !== undefined) return known;
    indexByMeaning.set(meaning, parts.length);
    return parts.push(part) - 1;
  };
  const measures = definition.measures.map(({ name, aggregate }): PlannedMeasure => {
    const composition = compositionOf(aggregate);
    return { name, present: composition.present, parts: composition.parts.map(indexOf), column: composition.column };
  });
  const sources = sourcesOf(definition, events);
  return {
    id: { name: definition.name, version: fingerprintOf(definition, sources) },
    definition,
    projection: null,
    sources,
    streams: streamsOfSources(sources),
    dimensions: definition.by.map(({ name, of }) => ({ name, column: { type: of.type, nullable: of.nullable } })),
    parts,
    measures,
  };
}

/** @throws TwofoldError `invalid-view-definition`, as {@link planView} does */
export const sourcesOf = (
  definition: Pick<ViewDefinition | ProjectionDefinition, 'name' | 'from'>,
  events: readonly EventType[],
): readonly Source[] => definition.from.map((reference, index) => sourceOf(definition, reference, index, events));

export const streamsOfSources = (sources: readonly Source[]): readonly string[] =>
  [...new Set(sources.map(({ event }) => event.stream))].sort();

function sourceOf(
  { name }: Pick<ViewDefinition, 'name'>,
  { type, version }: EventReference,
  index: number,
  events: readonly EventType[],
): Source {
  const refuse = (message: string): never => {
    throw new TwofoldError('invalid-view-definition', `view ${name} reads ${message}`, `/from/${index}`);
  };
  const versions = events.filter((event) => event.type === type).sort((a, b) => a.version - b.version);
  if (!versions.some((event) => event.version === version))
    refuse(`${type} version ${version}, which is not in the catalog`);
  const newest = versions.at(-1) ?? refuse(`${type}, which is not in the catalog`);
  if (newest.version !== version)
    refuse(`${type} version ${version}; views read the newest, which is ${newest.version}`);
  return { event: newest, versions };
}
