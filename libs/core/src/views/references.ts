import type { DataTypeName, Fields, RecordField } from '../events/data-type.js';
import { leavesOf, type Leaf } from '../events/leaves.js';
import type { Expression } from './expression.js';
import { field } from './nodes.js';
import type { Or } from './operand.js';

/** A typed reference to a field: to the fields of a record by their names. N: whether what it is in may be missing. */
export type FieldReference<F, N extends boolean> = [F] extends [RecordField<infer G, infer O>]
  ? { readonly [K in keyof G]: FieldReference<G[K], Or<O, N>> }
  : [F] extends [{ readonly type: infer T extends DataTypeName; readonly optional: infer O extends boolean }]
    ? Expression<T, Or<O, N>>
    : never;

/** Typed references to the fields of an event. */
export type FieldReferences<F extends Fields> = { readonly [K in keyof F]: FieldReference<F[K], false> };

/** An event type, as far as references go: so that the declaration of one can use them. */
type WithFields = { readonly fields: Fields };
type FieldsOf<E> = E extends { readonly fields: infer F } ? F : never;
type AnyKey<U> = U extends unknown ? keyof U : never;
type FieldAt<U, K> = U extends unknown ? (K extends keyof U ? U[K] : never) : never;

/** References to the fields of several events: those that not all have may be null. */
export type ReferencesOf<E extends WithFields> = [FieldsOf<E>] extends [infer U]
  ? { readonly [K in AnyKey<U>]: FieldReference<FieldAt<U, K>, K extends keyof U ? false : true> }
  : never;

/** The leaves that a view over these events can use; `conflict` is called where two of them differ in the type of one. */
export function leavesOfAll(
  events: readonly WithFields[],
  conflict: (path: string, types: readonly string[]) => never,
): readonly Leaf[] {
  const byPath = Map.groupBy(
    events.flatMap((event) => leavesOf(event)),
    ({ path }) => path,
  );
  return [...byPath].map(([path, leaves]) => {
    const types = [...new Set(leaves.map(({ type }) => type))];
    const [first] = leaves;
    if (first === undefined || types.length > 1) return conflict(path, types);
    return { ...first, nullable: leaves.length < events.length || leaves.some(({ nullable }) => nullable) };
  });
}

/** An object of references, nested as the records are. */
export function referencesTo(leaves: readonly Leaf[]): Readonly<Record<string, unknown>> {
  const root: Record<string, unknown> = {};
  for (const { path, type, nullable } of leaves) {
    const names = path.split('.');
    let at = root;
    for (const name of names.slice(0, -1)) at = (at[name] ??= {}) as Record<string, unknown>;
    at[names.at(-1) ?? ''] = field(path, type, nullable);
  }
  return root;
}
