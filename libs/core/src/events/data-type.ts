/** The kinds of value a field of an event's data can have. */
export type DataTypeKind = 'string' | 'int' | 'double' | 'boolean' | 'timestamp';

/**
 * One field of an event's data, as plain data. On the wire and in JavaScript a value is
 * string: well-formed Unicode text without U+0000, at most `maxLength` UTF-16 units; int: a safe integer;
 * double: a finite number; boolean: boolean; timestamp: RFC 3339 text, milliseconds since 1970-01-01T00:00Z as a value.
 * A field that is not `optional` must be there and not be null.
 */
export type Field<K extends DataTypeKind = DataTypeKind, O extends boolean = boolean> = {
  readonly kind: K;
  readonly optional: O;
  /** Of a string: its greatest length in UTF-16 units. */
  readonly maxLength?: number;
};

export type Fields = Readonly<Record<string, Field>>;

/** Long enough for names and codes, short enough that four of them fit the key of a Postgres index (2,704 bytes). */
const DEFAULT_MAX_LENGTH = 200;

export const string = (options: { readonly maxLength?: number } = {}): Field<'string', false> => ({
  kind: 'string',
  optional: false,
  maxLength: options.maxLength ?? DEFAULT_MAX_LENGTH,
});
export const int = (): Field<'int', false> => ({ kind: 'int', optional: false });
export const double = (): Field<'double', false> => ({ kind: 'double', optional: false });
export const boolean = (): Field<'boolean', false> => ({ kind: 'boolean', optional: false });
export const timestamp = (): Field<'timestamp', false> => ({ kind: 'timestamp', optional: false });

/** The field may be absent or null; its value then is null. */
export const optional = <K extends DataTypeKind>(field: Field<K, false>): Field<K, true> => ({
  ...field,
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
