import { compositionOf } from '../algebra/composition.js';
import type { Part } from '../algebra/part.js';
import type { EventType } from '../events/event-type.js';
import { fingerprintOf } from './fingerprint.js';
import type { ViewDefinition } from './view-definition.js';
import type { PlannedMeasure, ViewPlan } from './view-plan.js';

/** Derives the plan of a checked view. Equal parts of different measures become one. */
export function planView(definition: ViewDefinition, event: EventType): ViewPlan {
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
  return {
    id: { name: definition.name, version: fingerprintOf(definition, event) },
    definition,
    event,
    dimensions: definition.by.map(({ name, of }) => ({ name, column: { kind: of.type, nullable: of.nullable } })),
    parts,
    measures,
  };
}
