import type { Field, Fields, RecordField, ScalarField, ValueOf, DataTypeName } from '../events/data-type.js';
import type { EventType } from '../events/event-type.js';
import type { Or } from '../views/operand.js';
import type { ProjectionDefinition } from '../views/view-definition.js';

/** Plain JSON: what the state of a projection is. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** The value of a field, as views have it: see {@link ScalarField}. N: whether what it is in may be missing. */
type DataOfField<F extends Field, N extends boolean> = [F] extends [RecordField<infer G, infer O>]
  ? { readonly [K in keyof G]: DataOfField<G[K], Or<O, N>> }
  : [F] extends [{ readonly type: infer T extends DataTypeName; readonly optional: infer O extends boolean }]
    ? ValueOf<T> | (Or<O, N> extends false ? never : null)
    : never;

/** An event's data as values: times are milliseconds, dates days, decimals integers of their units; what is missing is null. */
export type DataOf<F extends Fields> = { readonly [K in keyof F]: DataOfField<F[K], false> };

/** All that a projection sees of an event: at the newest version of its type, and frozen. */
export type ProjectedEvent<E extends EventType = EventType> =
  E extends EventType<infer F, infer T>
    ? { readonly type: T; readonly subject: string; readonly timeMs: number; readonly data: DataOf<F> }
    : never;

/** The columns of a projection's measures: single values. */
export type MeasureFields = { readonly [name: string]: ScalarField };

/** What `present` gives: a value of each measure, null where it is optional and there is none. */
export type MeasureValues<M extends MeasureFields> = {
  readonly [K in keyof M]: DataOfField<M[K], false>;
};

/** The functions of a projection. They look at nothing but what they are given, and change none of it. */
export type Reducer = {
  /** The state of a subject before its first event. */
  readonly init: () => unknown;
  readonly evolve: (state: never, event: never) => unknown;
  readonly present: (state: never) => Readonly<Record<string, unknown>>;
};

/** A reducer per subject in plain TypeScript, with its definition. */
export type Projection = {
  readonly kind: 'projection';
  readonly definition: ProjectionDefinition;
  readonly reducer: Reducer;
  /** Versions (fingerprints) whose functions were the same, printed otherwise by another compiler. */
  readonly sameAs: readonly string[];
};
