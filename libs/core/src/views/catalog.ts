import { TwofoldError } from '../errors/twofold-error.js';
import type { EventType } from '../events/event-type.js';
import { leavesOf } from '../events/leaves.js';
import { streamNamed, type StreamDefinition } from '../events/stream.js';
import { planProjection } from '../projections/plan-projection.js';
import type { Projection } from '../projections/projection.js';
import { checkExpression } from './check-expression.js';
import { planView } from './plan-view.js';
import type { ViewDefinition } from './view-definition.js';
import type { ViewPlan } from './view-plan.js';

/** Everything that the teams declared: the one thing all apps share. */
export type Catalog = {
  readonly events: readonly EventType[];
  /** Views, then projections: of those with one name the one of the highest version. */
  readonly views: readonly ViewPlan[];
  /** All of them, for their functions. */
  readonly projections: readonly Projection[];
  /** Those of the events, each once, in order of name. */
  readonly streams: readonly StreamDefinition[];
};

/**
 * @throws TwofoldError `invalid-event-definition` or `invalid-view-definition` where two have one name, or a view reads an event that is
 *   not there
 */
export function defineCatalog(parts: {
  readonly events: readonly EventType[];
  readonly views: readonly ViewDefinition[];
  /** The highest version of a name is the one that is declared; earlier ones are kept for as long as they live. */
  readonly projections?: readonly Projection[];
  /** Those that have something other than the defaults. */
  readonly streams?: readonly StreamDefinition[];
}): Catalog {
  const versions = parts.events.map((event) => `${event.type} version ${event.version}`);
  const twiceDeclared = versions.find((version, index) => versions.indexOf(version) !== index);
  if (twiceDeclared !== undefined)
    throw new TwofoldError('invalid-event-definition', `${twiceDeclared} is declared twice`);
  const { projections = [] } = parts;
  const declared = newestOf(projections);
  const names = [...parts.views, ...declared.map(({ definition }) => definition)].map((view) => view.name);
  const takenTwice = names.find((name, index) => names.indexOf(name) !== index);
  if (takenTwice !== undefined) throw new TwofoldError('invalid-view-definition', `two views are named ${takenTwice}`);
  for (const [type, versions] of Map.groupBy(parts.events, (event) => event.type)) checkVersions(type, versions);
  const streams = streamsOf(parts).map((name) => streamNamed(parts.streams ?? [], name));
  checkStreams(parts.streams ?? [], streams);
  const views = parts.views.map((view) => planView(view, parts.events));
  const projected = declared.map((projection) => planProjection(projection, parts.events));
  return { events: parts.events, views: [...views, ...projected], projections, streams };
}

function newestOf(projections: readonly Projection[]): readonly Projection[] {
  return [...Map.groupBy(projections, ({ definition }) => definition.name)].map(([name, versions]) => {
    const numbers = versions.map(({ definition }) => definition.version);
    const twice = numbers.find((version, index) => numbers.indexOf(version) !== index);
    if (twice !== undefined)
      throw new TwofoldError('invalid-view-definition', `two projections are version ${twice} of ${name}`);
    return versions.reduce((a, b) => (a.definition.version > b.definition.version ? a : b));
  });
}

function checkStreams(declared: readonly StreamDefinition[], streams: readonly StreamDefinition[]): void {
  for (const stream of declared) {
    const refuse = (what: string): never => {
      throw new TwofoldError('invalid-event-definition', `stream ${JSON.stringify(stream.name)} ${what}`);
    };
    if (!streams.some(({ name }) => name === stream.name)) refuse('has no event');
    if (!streams.includes(stream)) refuse('is declared twice');
  }
}

/** Each version but the oldest says how it is made of the one before, and all stand on one stream. */
function checkVersions(type: string, unordered: readonly EventType[]): void {
  const refuse = (message: string): never => {
    throw new TwofoldError('invalid-event-definition', `event ${JSON.stringify(type)}: ${message}`);
  };
  const versions = [...unordered].sort((a, b) => a.version - b.version);
  for (const [index, { version, stream, upcast }] of versions.entries()) {
    const before = versions[index - 1];
    if (before === undefined) continue;
    if (before.version !== version - 1)
      refuse(`version ${version - 1} is missing between ${before.version} and ${version}`);
    if (before.stream !== stream) refuse(`versions ${before.version} and ${version} stand on different streams`);
    if (upcast === null)
      return refuse(`version ${version} does not say how it is made of version ${before.version}: give it \`from\``);
    const old = leavesOf(before);
    for (const [path, node] of Object.entries(upcast))
      checkExpression(
        node,
        old,
        (message) => refuse(`version ${version} is not made of this version ${before.version}: ${path}: ${message}`),
        '',
      );
  }
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
