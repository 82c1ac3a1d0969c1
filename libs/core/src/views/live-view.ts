import type { EventType } from '../events/event-type.js';
import { TwofoldError } from '../errors/twofold-error.js';
import { planProjection } from '../projections/plan-projection.js';
import type { Projection } from '../projections/projection.js';
import type { Catalog } from './catalog.js';
import { planView } from './plan-view.js';
import type { ProjectionDefinition, ViewDefinition, ViewId } from './view-definition.js';
import type { ViewPlan } from './view-plan.js';

/** A version of a view that is folded, be it the catalog's or another. */
export type LiveView = {
  readonly plan: ViewPlan;
  /** What its events are decoded by: the catalog's, or those of the catalog that declared it, where they were others. */
  readonly events: readonly EventType[];
};

/** A version as it was registered. */
type Registered = {
  readonly view: ViewId;
  readonly definition: ViewDefinition | ProjectionDefinition;
  readonly events: readonly EventType[];
};

/**
 * Plans a version of a view as it was registered. Where its events have not changed since, it is planned over the catalog's. Of a
 * projection the functions are the catalog's.
 *
 * @throws TwofoldError `invalid-view-definition`: this build makes another version of it, since one of other semantics or with
 *   other time zone rules declared it; or it does not have its functions
 */
export function liveViewOf(
  { view, definition, events }: Registered,
  catalog: Pick<Catalog, 'views' | 'events' | 'projections'>,
): LiveView {
  const declared = catalog.views.find(({ id }) => id.name === view.name && id.version === view.version);
  if (declared !== undefined) return { plan: declared, events: catalog.events };
  for (const some of [catalog.events, events]) {
    const plan =
      definition.kind === 'projection' ? null : planOver(() => planView({ ...definition, kind: 'view' }, some));
    if (plan?.id.version === view.version) return { plan, events: some };
  }
  const ofName = catalog.projections.filter((projection) => projection.definition.name === view.name);
  for (const projection of ofName)
    for (const some of [catalog.events, events]) {
      const plan = planOver(() => planProjection(projection, some));
      if (plan !== null && isVersion(view.version, plan, projection))
        return { plan: { ...plan, id: view }, events: some };
    }
  throw new TwofoldError(
    'invalid-view-definition',
    definition.kind !== 'projection'
      ? `this build does not fold version ${view.version} of ${view.name} as the one that declared it did: it makes another version of it`
      : `this build does not have the functions of version ${view.version} of the projection ${view.name}: keep it among the catalog's projections until it is not needed any more`,
  );
}

const isVersion = (version: string, plan: ViewPlan, { sameAs }: Projection): boolean =>
  plan.id.version === version || sameAs.includes(version);

/** null: it does not read these events. */
function planOver(plan: () => ViewPlan): ViewPlan | null {
  try {
    return plan();
  } catch (error) {
    if (error instanceof TwofoldError) return null;
    throw error;
  }
}
