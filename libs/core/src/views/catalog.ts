import type { EventType } from '../events/event-type.js';
import { TwofoldError } from '../errors/twofold-error.js';
import { planView } from './plan-view.js';
import type { ViewDefinition } from './view-definition.js';
import type { ViewPlan } from './view-plan.js';

/** Everything that the teams declared: the one thing all apps share. */
export type Catalog = {
  readonly events: readonly EventType[];
  readonly views: readonly ViewPlan[];
};

/** @throws TwofoldError `invalid-event-definition` or `invalid-view-definition` where two have one name, or a view reads an event that is not there */
export function defineCatalog(parts: {
  readonly events: readonly EventType[];
  readonly views: readonly ViewDefinition[];
}): Catalog {
  const versions = parts.events.map((event) => `${event.type} version ${event.version}`);
  const twiceDeclared = versions.find((version, index) => versions.indexOf(version) !== index);
  if (twiceDeclared !== undefined)
    throw new TwofoldError('invalid-event-definition', `${twiceDeclared} is declared twice`);
  const names = parts.views.map((view) => view.name);
  const takenTwice = names.find((name, index) => names.indexOf(name) !== index);
  if (takenTwice !== undefined) throw new TwofoldError('invalid-view-definition', `two views are named ${takenTwice}`);
  return { events: parts.events, views: parts.views.map((view) => planView(view, eventOf(parts.events, view))) };
}

/** The event type a view reads. */
export function eventOf(events: readonly EventType[], view: ViewDefinition): EventType {
  const { type, version } = view.from;
  const event = events.find((candidate) => candidate.type === type && candidate.version === version);
  if (event === undefined) {
    throw new TwofoldError(
      'invalid-view-definition',
      `view ${view.name} reads ${type} version ${version}, which is not in the catalog`,
      '/from',
    );
  }
  return event;
}

/** The streams of the catalog, each once, in order of name. */
export const streamsOf = (catalog: Pick<Catalog, 'events'>): readonly string[] =>
  [...new Set(catalog.events.map((event) => event.stream))].sort();

/** @throws TwofoldError `unknown-view` that names the views there are */
export function viewNamed(catalog: Pick<Catalog, 'views'>, name: string): ViewPlan {
  const plan = catalog.views.find((view) => view.id.name === name);
  if (plan !== undefined) return plan;
  const known = catalog.views.map((view) => view.id.name).join(', ');
  throw new TwofoldError('unknown-view', `there is no view ${JSON.stringify(name)}; there are: ${known}`);
}
