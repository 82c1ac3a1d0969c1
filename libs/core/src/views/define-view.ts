import type { EventType } from '../events/event-type.js';
import type { Measured } from './aggregates.js';
import { checkView } from './check-view.js';
import type { Expression, ValueOfExpression } from './expression.js';
import { leavesOfAll, referencesTo, type ReferencesOf } from './references.js';
import type { ViewDefinition, Window } from './view-definition.js';
import { conflictOf } from './view-problem.js';

declare const rowType: unique symbol;
/** A view whose rows have type R. */
export type View<R = unknown> = ViewDefinition & { readonly [rowType]?: R };

/** A row of the answer of a view, as TypeScript sees it. */
export type Answer<V> = V extends View<infer R> ? R : never;

type RowOf<D extends Readonly<Record<string, Expression>>, M extends Readonly<Record<string, Measured<unknown>>>> = {
  readonly [N in keyof D]: ValueOfExpression<D[N]>;
} & { readonly window: { readonly start: Date; readonly end: Date } } & {
  readonly [N in keyof M]: M[N] extends Measured<infer V> ? V : never;
};

/**
 * Declares a view: which events, which of them, by what, over which windows, measuring what. The callbacks are called
 * once, here, with references to the events' fields; what comes out is plain data. Of several events, a field that not
 * all have is null where it is missing.
 *
 * @throws TwofoldError `invalid-view-definition` with a pointer to the node that is wrong
 */
export function defineView<
  const E extends EventType,
  const M extends Readonly<Record<string, Measured<unknown>>>,
  const D extends Readonly<Record<string, Expression>> = Readonly<Record<never, never>>,
>(declaration: {
  readonly name: string;
  readonly description?: string;
  readonly from: E | readonly E[];
  readonly where?: (event: ReferencesOf<E>) => Expression<'boolean'>;
  readonly by?: (event: ReferencesOf<E>) => D;
  readonly window: Window;
  readonly measures: (event: ReferencesOf<E>) => M;
}): View<RowOf<D, M>> {
  const events = eventsOf<E>(declaration.from);
  const leaves = leavesOfAll(events, conflictOf(declaration.name));
  const references = referencesTo(leaves) as ReferencesOf<E>;
  const named = <T>(record: Readonly<Record<string, T>>): readonly (readonly [string, T])[] => Object.entries(record);
  const view: ViewDefinition = {
    kind: 'view',
    name: declaration.name,
    description: declaration.description ?? '',
    from: events.map(({ type, version, stream }) => ({ type, version, stream })),
    where: declaration.where?.(references) ?? null,
    by: named<Expression>(declaration.by?.(references) ?? {}).map(([name, of]) => ({ name, of })),
    window: declaration.window,
    measures: named<Measured<unknown>>(declaration.measures(references)).map(([name, aggregate]) => ({
      name,
      aggregate,
    })),
  };
  checkView(view, events);
  return view;
}

const eventsOf = <E extends EventType>(from: E | readonly E[]): readonly E[] =>
  Array.isArray(from) ? (from as readonly E[]) : [from as E];
