import type { EventType } from '../events/event-type.js';
import type { ProjectionDefinition } from '../views/view-definition.js';
import { checkProjection } from './check-projection.js';
import type { MeasureFields, MeasureValues, ProjectedEvent, Projection } from './projection.js';

/**
 * Declares a projection: what the view language cannot say, as a reducer in plain TypeScript. Of each subject there is one state, of
 * all time: `init` gives the first, `evolve` the next after each event of the subject in the order of the log, `present` the measures of
 * a state. The state is plain JSON. The functions look at nothing but what they are given, for events are folded again.
 *
 * Its version is a hash of all that is declared, the text of the functions included; what they call is not seen: raise `version`
 * (default 1) where only that changes.
 *
 * @throws TwofoldError `invalid-view-definition` with a pointer to the part that is wrong
 */
export function defineProjection<const E extends EventType, S, const M extends MeasureFields>(declaration: {
  readonly name: string;
  readonly description?: string;
  readonly version?: number;
  readonly from: E | readonly E[];
  readonly init: () => S;
  readonly evolve: (state: S, event: ProjectedEvent<E>) => NoInfer<S>;
  readonly present: (state: S) => MeasureValues<NoInfer<M>>;
  readonly measures: M;
  /** Versions (fingerprints) of the same functions whose text another compiler printed otherwise: this one folds them, too. */
  readonly sameAs?: readonly string[];
}): Projection {
  const { name, description = '', version = 1, from, init, evolve, present, measures, sameAs = [] } = declaration;
  const events: readonly EventType[] = Array.isArray(from) ? (from as readonly E[]) : [from as E];
  const definition: ProjectionDefinition = {
    kind: 'projection',
    ...{ name, description, version },
    from: events.map(({ type, version: newest, stream }) => ({ type, version: newest, stream })),
    window: { kind: 'tumbling', unit: 'all', timeZone: 'UTC' },
    measures: Object.entries(measures).map(([measure, field]) => ({ name: measure, field })),
    source: { init: String(init), evolve: String(evolve), present: String(present) },
  };
  checkProjection(definition, events);
  return { kind: 'projection', definition, reducer: { init, evolve, present }, sameAs };
}
