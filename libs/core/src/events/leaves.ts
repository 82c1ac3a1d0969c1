import type { DataTypeName, Field, Fields, ValueField } from './data-type.js';

/** A field with a value of its own, at the end of a path through records. */
export type Leaf = {
  /** Names of fields joined by dots, which no name has: `address.city`. */
  readonly path: string;
  readonly type: DataTypeName;
  /** It, or a record that it is in, is optional. */
  readonly nullable: boolean;
  readonly field: ValueField;
};

/** The leaves of an event's data in declared order: the columns of the archive, and the order of an event's values. */
export const leavesOf = ({ fields }: { readonly fields: Fields }): readonly Leaf[] => leavesBelow(fields, '', false);

const leavesBelow = (fields: Fields, prefix: string, isBelowOptional: boolean): readonly Leaf[] =>
  Object.entries(fields).flatMap(([name, field]) => leavesOfField(field, `${prefix}${name}`, isBelowOptional));

function leavesOfField(field: Field, path: string, isBelowOptional: boolean): readonly Leaf[] {
  const nullable = field.optional || isBelowOptional;
  return field.kind === 'record'
    ? leavesBelow(field.fields, `${path}.`, nullable)
    : [{ path, type: field.type, nullable, field }];
}
