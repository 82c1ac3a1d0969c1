import { TwofoldError, impossible } from '../errors/twofold-error.js';
import { canonicalJson } from '../events/canonical-json.js';
import { compareEvents, type EventChange } from '../events/compatibility.js';
import type { DuplicatesWindow } from '../events/duplicates.js';
import type { EventType } from '../events/event-type.js';
import type { StreamDefinition } from '../events/stream.js';
import type { DeadLetterPolicy } from '../events/waiting-records.js';
import { planProjection } from '../projections/plan-projection.js';
import type { Projection } from '../projections/projection.js';
import { checkView } from '../views/check-view.js';
import { meaningOf } from '../views/fingerprint.js';
import { planView } from '../views/plan-view.js';
import type { ViewDefinition } from '../views/view-definition.js';
import type { ViewPlan } from '../views/view-plan.js';
import { meaningOfLocked, type CatalogLock, type LockedProjection, type LockedView } from './catalog-lock.js';
import { meaningChanges, type ViewCause } from './compare-view.js';
import { fieldProblems } from './field-problems.js';

/** A module of the catalog that throws when it is loaded. */
export type LoadFailure = { readonly file: string; readonly reason: string };

/** What the teams declare now, put together or not. */
export type DeclaredCatalog = {
  readonly events: readonly EventType[];
  readonly views: readonly ViewDefinition[];
  /** Those that are declared, one of each name. */
  readonly projections: readonly Projection[];
  /** null: the catalog cannot be put together, and nobody knows. */
  readonly streams: readonly StreamDefinition[] | null;
  /** A view that is not among `views` may be one of them. */
  readonly failures: readonly LoadFailure[];
};

export type ViewChange = {
  readonly view: string;
  readonly outcome: 'unchanged' | 'added' | 'changed' | 'broken' | 'removed';
  /** Its versions; null: there is none. */
  readonly before: string | null;
  readonly after: string | null;
  /** None of what is unchanged, added or removed. */
  readonly causes: readonly ViewCause[];
};

/** A stream that no longer is what it has to be for its whole life. */
export type StreamChange = { readonly stream: string; readonly reason: string };

export type CatalogComparison = {
  readonly streams: readonly StreamChange[];
  readonly events: readonly EventChange[];
  readonly views: readonly ViewChange[];
};

/**
 * Compares what is declared now with an earlier catalog: what happened to each event and each view, in order of name. A view
 * is broken when it can no longer be defined, and changed when its version is another one (it then is built anew, beside the
 * old one).
 */
export function compareCatalogs(before: CatalogLock, after: DeclaredCatalog): CatalogComparison {
  const locked = new Map(before.views.map((view) => [view.definition.name, view]));
  const declared = new Map(after.views.map((view) => [view.name, view]));
  const views = [...new Set([...locked.keys(), ...declared.keys()])]
    .sort()
    .map((name) => compareView(name, locked.get(name), declared.get(name), before, after))
    .concat(compareProjections(before.projections, after));
  const stay = new Set(views.filter(({ outcome }) => outcome !== 'removed').map(({ view }) => view));
  const readersOf = (type: string): readonly string[] =>
    [...before.views, ...before.projections]
      .filter(({ definition }) => stay.has(definition.name) && definition.from.some((from) => from.type === type))
      .map(({ definition }) => definition.name);
  return {
    streams: compareStreams(before.streams, after.streams ?? []),
    events: compareEvents(
      before.events,
      after.events,
      readersOf,
      streamsThatHold([...before.streams, ...(after.streams ?? [])]),
    ),
    views,
  };
}

/** Whether the comparison must not pass. */
export const isBreak = ({ streams, events, views }: CatalogComparison): boolean =>
  streams.length > 0 ||
  events.some(({ effect }) => effect === 'break') ||
  views.some(({ outcome }) => outcome === 'broken');

const streamsThatHold = (streams: readonly StreamDefinition[]): ReadonlySet<string> =>
  new Set(streams.filter(({ deadLetters }) => deadLetters === 'hold').map(({ name }) => name));

const compareStreams = (
  before: readonly StreamDefinition[],
  after: readonly StreamDefinition[],
): readonly StreamChange[] =>
  before.flatMap((was) => {
    const is = after.find(({ name }) => name === was.name);
    if (is === undefined) return [];
    const reasons = [windowChange(was.duplicates, is.duplicates), policyChange(was.deadLetters, is.deadLetters)];
    return reasons.flatMap((reason) => (reason === null ? [] : [{ stream: was.name, reason }]));
  });

const policyChange = (was: DeadLetterPolicy, is: DeadLetterPolicy): string | null =>
  is === was
    ? null
    : `had deadLetters: '${was}', and would have '${is}': a stream keeps what it is declared with for life`;

function windowChange(was: DuplicatesWindow, is: DuplicatesWindow): string | null {
  if (canonicalJson(is) === canonicalJson(was)) return null;
  const told = ({ withinMs, withinRecords }: DuplicatesWindow): string => `${withinMs} ms and ${withinRecords} records`;
  return `found duplicates within ${told(was)}, and would within ${told(is)}: a stream keeps its window for life`;
}

function compareView(
  view: string,
  locked: LockedView | undefined,
  declared: ViewDefinition | undefined,
  before: CatalogLock,
  after: DeclaredCatalog,
): ViewChange {
  const change = (outcome: ViewChange['outcome'], now: string | null, causes: readonly ViewCause[]): ViewChange => ({
    ...{ view, outcome, before: locked?.version ?? null, after: now, causes },
  });
  if (declared === undefined) {
    if (locked === undefined) return impossible(`a view ${view} of no catalog`);
    if (after.failures.length === 0) return change('removed', null, []);
    return change('broken', null, causesOfLoss(locked.definition, after));
  }
  const plan = planOrCauses(() => checkedPlan(declared, after.events));
  if (!('id' in plan)) return change('broken', null, [...plan, ...fieldProblems(declared, after.events)]);
  if (locked === undefined) return change('added', plan.id.version, []);
  if (plan.id.version === locked.version) return change('unchanged', plan.id.version, []);
  const [was, is] = [meaningOfLocked(locked, before.events), meaningOf(declared, plan.sources)];
  return change('changed', plan.id.version, meaningChanges(was, is));
}

/** What changed of a projection is not told: it is in the text of its functions. */
function compareProjections(
  before: readonly LockedProjection[],
  { projections, events, failures }: DeclaredCatalog,
): readonly ViewChange[] {
  const names = [...before, ...projections].map(({ definition }) => definition.name);
  return [...new Set(names)].sort().map((view): ViewChange => {
    const locked = before.find(({ definition }) => definition.name === view)?.version ?? null;
    const declared = projections.find(({ definition }) => definition.name === view);
    const plan = declared === undefined ? null : planOrCauses(() => planProjection(declared, events));
    if (plan === null) {
      const causes = failures.map(({ file, reason }) => notDefinable(`${file} cannot be loaded: ${reason}`, null));
      return { view, outcome: causes.length === 0 ? 'removed' : 'broken', before: locked, after: null, causes };
    }
    if (!('id' in plan)) return { view, outcome: 'broken', before: locked, after: null, causes: plan };
    const after = plan.id.version;
    if (locked === null || locked === after)
      return { view, outcome: locked === null ? 'added' : 'unchanged', before: locked, after, causes: [] };
    return { view, outcome: 'changed', before: locked, after, causes: [CHANGED_PROJECTION] };
  });
}

const CHANGED_PROJECTION: ViewCause = {
  ...{ what: 'definition', pointer: null, field: null },
  reason: 'its functions, its declared version, its measures or its events are not as they were',
};

/** Of a view whose module probably is one of those that throw: why, as far as its old definition shows it. */
function causesOfLoss(definition: ViewDefinition, { events, failures }: DeclaredCatalog): readonly ViewCause[] {
  const causes = fieldProblems(definition, events);
  if (causes.length > 0) return causes;
  return failures.map(({ file, reason }) => notDefinable(`${file} cannot be loaded: ${reason}`, null));
}

function checkedPlan(view: ViewDefinition, events: readonly EventType[]): ViewPlan {
  const plan = planView(view, events);
  checkView(
    view,
    plan.sources.map(({ event }) => event),
  );
  return plan;
}

function planOrCauses(plan: () => ViewPlan): ViewPlan | readonly ViewCause[] {
  try {
    return plan();
  } catch (error) {
    if (!(error instanceof TwofoldError)) throw error;
    return [notDefinable(error.message, error.pointer ?? null)];
  }
}

const notDefinable = (reason: string, pointer: string | null): ViewCause => ({
  what: 'not-definable',
  pointer,
  field: null,
  reason,
});
