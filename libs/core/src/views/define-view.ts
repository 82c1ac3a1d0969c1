import type { DataTypeKind, Field, Fields, ValueOf } from '../events/data-type.js';
import type { EventType } from '../events/event-type.js';
import type { Expression, ValueOfExpression } from './expression.js';
import type { Aggregate, ViewDefinition, Window } from './view-definition.js';
import { checkView } from './check-view.js';

/** Typed references to the fields of an event. */
export type FieldReferences<F extends Fields> = {
  readonly [N in keyof F]: F[N] extends Field<infer K, infer O> ? Expression<K, O> : never;
};

declare const measured: unique symbol;
/** An aggregate whose presented value has type V. */
export type Measured<V> = Aggregate & { readonly [measured]?: V };

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
 * once, here, with references to the event's fields; what comes out is plain data.
 *
 * @throws TwofoldError `invalid-view-definition` with a pointer to the node that is wrong
 */
export function defineView<
  F extends Fields,
  const M extends Readonly<Record<string, Measured<unknown>>>,
  const D extends Readonly<Record<string, Expression>> = Readonly<Record<never, never>>,
>(declaration: {
  readonly name: string;
  readonly description?: string;
  readonly from: EventType<F>;
  readonly where?: (event: FieldReferences<F>) => Expression<'boolean'>;
  readonly by?: (event: FieldReferences<F>) => D;
  readonly window: Window;
  readonly measures: (event: FieldReferences<F>) => M;
}): View<RowOf<D, M>> {
  const { from } = declaration;
  const references = referencesTo(from);
  const named = <T>(record: Readonly<Record<string, T>>): readonly (readonly [string, T])[] => Object.entries(record);
  const view: ViewDefinition = {
    kind: 'view',
    name: declaration.name,
    description: declaration.description ?? '',
    from: { type: from.type, version: from.version, stream: from.stream },
    where: declaration.where?.(references) ?? null,
    by: named<Expression>(declaration.by?.(references) ?? {}).map(([name, of]) => ({ name, of })),
    window: declaration.window,
    measures: named<Measured<unknown>>(declaration.measures(references)).map(([name, aggregate]) => ({
      name,
      aggregate,
    })),
  };
  checkView(view, from);
  return view;
}

function referencesTo<F extends Fields>(event: EventType<F>): FieldReferences<F> {
  const references = Object.entries(event.fields).map(([name, field]) => [
    name,
    { kind: 'field', name, type: field.kind, nullable: field.optional },
  ]);
  return Object.fromEntries(references) as FieldReferences<F>;
}

export const hourly = (_zone: { readonly timeZone: 'UTC' } = { timeZone: 'UTC' }): Window => ({
  kind: 'tumbling',
  unit: 'hour',
  timeZone: 'UTC',
});
export const daily = (_zone: { readonly timeZone: 'UTC' } = { timeZone: 'UTC' }): Window => ({
  kind: 'tumbling',
  unit: 'day',
  timeZone: 'UTC',
});

/** How many events. */
export const count = (): Measured<number | bigint> => ({ kind: 'count' });
/** The exact sum of an integer; nulls count nothing; of no values: 0. */
export const sum = (of: Expression<'int'>): Measured<number | bigint> => ({ kind: 'sum', of });
/** The least value; null of no values. Text compares by code point. */
export const min = <K extends DataTypeKind, N extends boolean>(
  of: Expression<K, N>,
): Measured<ValueOf<K> | NullIf<N>> => ({ kind: 'min', of });
/** The greatest value; null of no values. */
export const max = <K extends DataTypeKind, N extends boolean>(
  of: Expression<K, N>,
): Measured<ValueOf<K> | NullIf<N>> => ({ kind: 'max', of });
/** sum ÷ number of values, as a double; null of no values. */
export const average = <N extends boolean>(of: Expression<'int', N>): Measured<number | NullIf<N>> => ({
  kind: 'average',
  of,
});

/** A row stands for at least one event; so a measure of a value that is never null is never null. */
type NullIf<N extends boolean> = true extends N ? null : never;
