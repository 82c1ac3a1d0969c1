/**
 * The types a field of an event's data can have, as plain data. In JavaScript a value is
 * string: string; int: a safe integer (JSON number without fraction); double: a finite number;
 * boolean: boolean; timestamp: RFC 3339 text on the wire, milliseconds since 1970-01-01T00:00Z as a value.
 */
export type DataType =
  | { readonly kind: 'string' }
  | { readonly kind: 'int' }
  | { readonly kind: 'double' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'timestamp' };

export type DataTypeKind = DataType['kind'];

/** One field of an event's data. A field that is not `optional` must be there and not null. */
export type Field<K extends DataTypeKind = DataTypeKind, O extends boolean = boolean> = {
  readonly type: { readonly kind: K };
  readonly optional: O;
};

export type Fields = Readonly<Record<string, Field>>;

export const string = (): Field<'string', false> => ({ type: { kind: 'string' }, optional: false });
export const int = (): Field<'int', false> => ({ type: { kind: 'int' }, optional: false });
export const double = (): Field<'double', false> => ({ type: { kind: 'double' }, optional: false });
export const boolean = (): Field<'boolean', false> => ({ type: { kind: 'boolean' }, optional: false });
export const timestamp = (): Field<'timestamp', false> => ({ type: { kind: 'timestamp' }, optional: false });

/** The field may be absent or null; its value then is null. */
export const optional = <K extends DataTypeKind>(field: Field<K, false>): Field<K, true> => ({
  type: field.type,
  optional: true,
});

/** A value of a view: of a dimension, a part or a measure. bigint only beyond ±(2^53 − 1). */
export type Scalar = string | number | bigint | boolean | null;

/** The TypeScript type of a value of kind K. */
export type ValueOf<K extends DataTypeKind> = {
  string: string;
  int: number | bigint;
  double: number;
  boolean: boolean;
  timestamp: number;
}[K];
