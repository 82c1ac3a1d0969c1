import {
  boolean,
  defineEvent,
  double,
  int,
  optional,
  string,
  timestamp,
  type DataTypeKind,
  type EventType,
  type Field,
} from '@twofold/core';
import fc from 'fast-check';
import { MAX_TEXT_LENGTH } from './scalar-values.js';

/** Of a field, a dimension or a measure: among them words of SQL and names that the archive or a query's result has too. */
const HARD_NAMES = ['select', 'order', 'group', 'offset', 'partition', 'type', 'version', 'verdict', 'p0', 'p1', 'x'];

/** Words of the query, as far as they are short enough to come up. */
const RESERVED = ['from', 'to', 'limit', 'window', 'cursor', 'waitMs'];

export const columnNames: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HARD_NAMES),
  fc.stringMatching(/^[a-z][A-Za-z0-9]{0,5}$/).filter((name) => !(name in {}) && !RESERVED.includes(name)),
);

/** So many different names. Names that differ in case only are not different: no engine with columns could tell them apart. */
export const distinctNames = (count: number): fc.Arbitrary<readonly string[]> =>
  fc.uniqueArray(columnNames, { minLength: count, maxLength: count, selector: (name) => name.toLowerCase() });

const FIELD_OF: { readonly [K in DataTypeKind]: Field<K, false> } = {
  string: string({ maxLength: MAX_TEXT_LENGTH }),
  int: int(),
  double: double(),
  boolean: boolean(),
  timestamp: timestamp(),
};
const KINDS = Object.keys(FIELD_OF) as readonly DataTypeKind[];
/** Beyond one field of each kind. */
const MAX_MORE_FIELDS = 3;

const kinds: fc.Arbitrary<readonly DataTypeKind[]> = fc
  .array(fc.constantFrom(...KINDS), { maxLength: MAX_MORE_FIELDS })
  .map((more) => [...KINDS, ...more]);
const MAX_FIELDS = KINDS.length + MAX_MORE_FIELDS;

/** Event types with at least one field of every kind, each of them optional or not. */
export const eventTypes: fc.Arbitrary<EventType> = fc
  .record({
    kinds,
    names: distinctNames(MAX_FIELDS),
    areOptional: fc.array(fc.boolean(), { minLength: MAX_FIELDS, maxLength: MAX_FIELDS }),
    version: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ kinds, names, areOptional, version }) =>
    defineEvent({
      type: 'thing.seen',
      version,
      stream: 'things',
      data: Object.fromEntries(
        kinds.map((kind, index): [string, Field] => [
          names[index] ?? '',
          areOptional[index] === true ? optional(FIELD_OF[kind]) : FIELD_OF[kind],
        ]),
      ),
    }),
  );
