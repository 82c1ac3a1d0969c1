import type { EventType } from '../events/event-type.js';
import { TwofoldError } from '../errors/twofold-error.js';
import type { Catalog } from './catalog.js';
import { planView } from './plan-view.js';
import type { ViewDefinition, ViewId } from './view-definition.js';
import type { ViewPlan } from './view-plan.js';

/** A version of a view that is folded, be it the catalog's or another. */
export type LiveView = {
  readonly plan: ViewPlan;
  /** What its events are decoded by: the catalog's, or those of the catalog that declared it, where they were others. */
  readonly events: readonly EventType[];
};

/**
 * Plans a version of a view as it was registered. Where its events have not changed since, it is planned over the catalog's.
 *
 * @throws TwofoldError `invalid-view-definition`: this build makes another version of it, since one of other semantics or with
 *   other time zone rules declared it
 */
export function liveViewOf(
  registered: { readonly view: ViewId; readonly definition: ViewDefinition; readonly events: readonly EventType[] },
  catalog: Pick<Catalog, 'views' | 'events'>,
): LiveView {
  const { view, definition, events } = registered;
  const declared = catalog.views.find(({ id }) => id.name === view.name && id.version === view.version);
  if (declared !== undefined) return { plan: declared, events: catalog.events };
  for (const some of [catalog.events, events]) {
    const plan = planOver(definition, some);
    if (plan?.id.version === view.version) return { plan, events: some };
  }
  throw new TwofoldError(
    'invalid-view-definition',
    `this build does not fold version ${view.version} of ${view.name} as the one that declared it did: it makes another version of it`,
  );
}

/** null: the view does not read these events. */
function planOver(definition: ViewDefinition, events: readonly EventType[]): ViewPlan | null {
  try {
    return planView(definition, events);
  } catch (error) {
    if (error instanceof TwofoldError) return null;
    throw error;
  }
}
