/** Digits after the decimal point. */
export type Scale = number;

/** The types of a single value. */
export type ScalarTypeName = 'string' | 'int' | 'double' | 'boolean' | 'timestamp' | 'date' | `decimal(${Scale})`;

/** The types that an expression can have. Two types are the same when their names are. */
export type DataTypeName = ScalarTypeName | `list(${ScalarTypeName})`;

/** The types that an exact sum can be made of. */
export type ExactTypeName = 'int' | `decimal(${Scale})`;

type FieldOf<K extends string, T extends DataTypeName, O extends boolean> = {
  readonly kind: K;
  /** Absent or null: then its value is null. A field that is not optional must be there and not be null. */
  readonly optional: O;
  /** Of which type it is in expressions. */
  readonly type: T;
};

/**
 * One field of an event's data, as plain data. On the wire, and as a value in JavaScript, it is
 *
 * - string: well-formed Unicode text without U+0000, at most `maxLength` UTF-16 units
 * - int: a 64-bit integer; a JSON number within ±(2^53 − 1), else (or also) a string of its decimal digits.
 *   As a value a number within ±(2^53 − 1), a bigint beyond
 * - decimal: a string such as "-12.30" with at most `scale` digits after the point and at most 18 digits in all (a JSON number
 *   would be a double on the way). As a value the integer of its units: -1230 of scale 2, as an int has it
 * - double: a finite number
 * - boolean
 * - timestamp: RFC 3339 text; as a value milliseconds since 1970-01-01T00:00Z
 * - date: `YYYY-MM-DD`, year 0000 to 9999, proleptic Gregorian; as a value days since 1970-01-01
 * - enum: one of `values`; in expressions a string
 * - list: an array of at most `maxItems` values of one scalar type, none of them null; as a value an array
 * - record: an object of fields. It is no value itself: expressions, the archive and the values of an event have its leaves
 *   (`address.city`). Of an absent optional record every leaf is null
 */
export type ScalarField<T extends ScalarTypeName = ScalarTypeName, O extends boolean = boolean> =
  | (FieldOf<'string', T & 'string', O> & { readonly maxLength: number })
  | (FieldOf<'enum', T & 'string', O> & { readonly values: readonly string[] })
  | (FieldOf<'decimal', T & `decimal(${Scale})`, O> & { readonly scale: Scale })
  | FieldOf<'int', T & 'int', O>
  | FieldOf<'double', T & 'double', O>
  | FieldOf<'boolean', T & 'boolean', O>
  | FieldOf<'timestamp', T & 'timestamp', O>
  | FieldOf<'date', T & 'date', O>;

export type ListField<T extends ScalarTypeName = ScalarTypeName, O extends boolean = boolean> = FieldOf<
  'list',
  `list(${T})`,
  O
> & { readonly of: ScalarField<T, false>; readonly maxItems: number };

export type RecordField<F extends Fields = Fields, O extends boolean = boolean> = {
  readonly kind: 'record';
  readonly optional: O;
  readonly fields: F;
};

/** A field that has a value of its own. */
export type ValueField = ScalarField | ListField;
export type Field = ValueField | RecordField;
export type Fields = { readonly [name: string]: Field };

/** Long enough for names and codes, short enough that four of them fit the key of a Postgres index (2,704 bytes). */
const DEFAULT_MAX_LENGTH = 200;
/** A list is folded item by item, in one event. */
const DEFAULT_MAX_ITEMS = 1_000;
/** Digits of a decimal: its units then fit 64 bits. */
export const MAX_DECIMAL_DIGITS = 18;

export const string = (options: { readonly maxLength?: number } = {}): ScalarField<'string', false> => ({
  kind: 'string',
  type: 'string',
  optional: false,
  maxLength: options.maxLength ?? DEFAULT_MAX_LENGTH,
});
export const enumOf = (...values: readonly string[]): ScalarField<'string', false> => ({
  kind: 'enum',
  type: 'string',
  optional: false,
  values,
});
export const int = (): ScalarField<'int', false> => ({ kind: 'int', type: 'int', optional: false });
export const decimal = <const S extends Scale>(scale: S): ScalarField<`decimal(${S})`, false> => ({
  kind: 'decimal',
  type: `decimal(${scale})` as never,
  optional: false,
  scale,
});
export const double = (): ScalarField<'double', false> => ({ kind: 'double', type: 'double', optional: false });
export const boolean = (): ScalarField<'boolean', false> => ({ kind: 'boolean', type: 'boolean', optional: false });
export const timestamp = (): ScalarField<'timestamp', false> => ({
  kind: 'timestamp',
  type: 'timestamp',
  optional: false,
});
export const date = (): ScalarField<'date', false> => ({ kind: 'date', type: 'date', optional: false });
export const list = <T extends ScalarTypeName>(
  of: ScalarField<T, false>,
  options: { readonly maxItems?: number } = {},
): ListField<T, false> => ({
  kind: 'list',
  type: `list(${of.type as T})`,
  optional: false,
  of,
  maxItems: options.maxItems ?? DEFAULT_MAX_ITEMS,
});
export const record = <const F extends Fields>(fields: F): RecordField<F, false> => ({
  kind: 'record',
  optional: false,
  fields,
});

/** The field may be absent or null; its value then is null. */
export const optional = <const F extends Field>(field: F): Optional<F> =>
  ({ ...field, optional: true }) as unknown as Optional<F>;

export type Optional<F extends Field> =
  F extends RecordField<infer G>
    ? RecordField<G, true>
    : F extends { readonly type: infer T }
      ? [T] extends [never]
        ? never // a member of the union of fields that no value of this type has
        : Omit<F, 'optional'> & { readonly optional: true }
      : never;

/** A value of a view: of a dimension, a part or a measure. bigint only beyond ±(2^53 − 1). */
export type Scalar = string | number | bigint | boolean | null;

/** A value of an event's field. */
export type Value = Scalar | readonly Scalar[];

/** The TypeScript type of a value of a type. */
export type ValueOf<T extends DataTypeName> = T extends `list(${infer I extends ScalarTypeName})`
  ? readonly ValueOf<I>[]
  : T extends 'string'
    ? string
    : T extends 'boolean'
      ? boolean
      : T extends 'double' | 'timestamp' | 'date'
        ? number
        : number | bigint;

/** What an engine and a store must tell apart: a decimal is stored as the int of its units, times as their numbers. */
export type StorageKind = 'text' | 'integer' | 'double' | 'boolean';

export function storageOf(type: ScalarTypeName): StorageKind {
  switch (type) {
    case 'string':
      return 'text';
    case 'double':
    case 'boolean':
      return type;
    case 'int':
    case 'timestamp':
    case 'date':
      return 'integer';
    default:
      return 'integer' satisfies StorageKind;
  }
}

/** The scale of a type that an exact sum can be made of: 0 of an int. null: it is none. */
export function scaleOf(type: DataTypeName): Scale | null {
  if (type === 'int') return 0;
  return type.startsWith('decimal(') ? Number(type.slice('decimal('.length, -1)) : null;
}

/** The type of a list's items; null: it is no list. */
export const itemTypeOf = (type: DataTypeName): ScalarTypeName | null =>
  type.startsWith('list(') ? (type.slice('list('.length, -1) as ScalarTypeName) : null;
