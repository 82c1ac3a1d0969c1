import type { Value } from '../events/data-type.js';
import type { EventType } from '../events/event-type.js';
import { fingerprintOfProjection } from '../views/fingerprint.js';
import { sourcesOf, streamsOfSources } from '../views/plan-view.js';
import type { ViewPlan } from '../views/view-plan.js';
import { SUBJECT } from './check-projection.js';
import type { Projection } from './projection.js';
import { measuresOf } from './reduce.js';
import { decodeStanding, projectionFailed } from './standing.js';
import { withoutClock } from './without-clock.js';

/**
 * Derives the plan of a projection: a row per subject, over all time, whose one part is the state. `events` are the catalog's, all
 * versions of each type.
 *
 * @throws TwofoldError `invalid-view-definition`: it reads an event that is not among them, or not at its newest version
 */
export function planProjection(projection: Projection, events: readonly EventType[]): ViewPlan {
  const { definition } = projection;
  const sources = sourcesOf(definition, events);
  const valuesOf = presentedOnce(projection);
  return {
    id: { name: definition.name, version: fingerprintOfProjection(definition, sources) },
    ...{ definition, projection, sources },
    streams: streamsOfSources(sources),
    dimensions: [{ name: SUBJECT, column: { type: 'string', nullable: false } }],
    parts: [{ kind: 'reduced', of: null }],
    measures: definition.measures.map(({ name, field }, index) => ({
      name,
      present: { kind: 'presented', index, valuesOf },
      parts: [0],
      column: { type: field.type, nullable: field.optional },
    })),
  };
}

/** The measures of a state; those of the last one are kept, as the measures of a row are asked for one after the other. */
function presentedOnce(projection: Projection): (state: string) => readonly Value[] {
  let last = '';
  let values: readonly Value[] = [];
  return (state) => {
    if (state === last) return values;
    try {
      values = withoutClock(() => measuresOf(projection, decodeStanding(state)));
    } catch (error) {
      throw projectionFailed(projection.definition.name, null, 'present', error);
    }
    last = state;
    return values;
  };
}
