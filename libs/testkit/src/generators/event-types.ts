import {
  add,
  boolean,
  coalesce,
  concat,
  constant,
  date,
  decimal,
  defineEvent,
  double,
  enumOf,
  int,
  leavesOf,
  list,
  optional,
  record,
  referencesTo,
  string,
  substring,
  timestamp,
  toDecimal,
  toText,
  type EventType,
  type Expression,
  type Field,
  type Fields,
  type RecordField,
} from '@twofold/core';
import fc from 'fast-check';
import { MAX_TEXT_LENGTH } from './scalar-values.js';

/** Of a field, a dimension or a measure: among them words of SQL and names that the archive or a query's result has too. */
const HARD_NAMES = ['select', 'order', 'group', 'offset', 'partition', 'type', 'version', 'verdict', 'p0', 'k0', 'x'];

/** Words of the query, as far as they are short enough to come up. */
const RESERVED = ['from', 'to', 'limit', 'window', 'cursor', 'waitMs', 'having'];

export const columnNames: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HARD_NAMES),
  fc.stringMatching(/^[a-z][A-Za-z0-9]{0,5}$/).filter((name) => !(name in {}) && !RESERVED.includes(name)),
);

/** So many different names. Names that differ in case only are not different: no engine with columns could tell them apart. */
export const distinctNames = (count: number): fc.Arbitrary<readonly string[]> =>
  fc.uniqueArray(columnNames, { minLength: count, maxLength: count, selector: (name) => name.toLowerCase() });

const text = string({ maxLength: MAX_TEXT_LENGTH });
/** One of every kind; a record has some of them again. */
const PLAIN_FIELDS: readonly Field[] = [
  text,
  int(),
  decimal(2),
  double(),
  boolean(),
  timestamp(),
  date(),
  enumOf('new', 'old', 'gone'),
  list(text),
  list(int()),
];
const MAX_FIELDS = PLAIN_FIELDS.length + 3;

const maybeOptional = (field: Field): fc.Arbitrary<Field> =>
  fc.boolean().map((isOptional) => (isOptional ? optional(field) : field));

const records: fc.Arbitrary<Field> = fc
  .tuple(maybeOptional(text), maybeOptional(int()), maybeOptional(boolean()))
  .chain(([town, floor, isHome]) => maybeOptional(record({ town, inner: record({ floor, isHome }) })));

const firstFields = (names: readonly string[]): fc.Arbitrary<Fields> =>
  fc
    .tuple(...PLAIN_FIELDS.map(maybeOptional), records)
    .map((fields) => Object.fromEntries(fields.map((field, index) => [names[index] ?? '', field])));

/** All versions of one type, oldest first. */
export function versionsOf(type: string, stream: string): fc.Arbitrary<readonly EventType[]> {
  return fc
    .tuple(
      distinctNames(MAX_FIELDS),
      fc.array(fc.array(fc.nat({ max: 99 }), { minLength: MAX_FIELDS, maxLength: MAX_FIELDS }), { maxLength: 2 }),
    )
    .chain(([names, changes]) =>
      firstFields(names).map((data) => {
        const versions: EventType[] = [defineEvent({ type, stream, data })];
        for (const [index, draws] of changes.entries()) {
          const before = versions.at(-1);
          // longer than any name that is drawn, so that no new name is one of those
          if (before !== undefined) versions.push(nextVersion(before, draws, `renamed${index}`));
        }
        return versions;
      }),
    );
}

/** `upcast` of a record is nested as it is. */
type Changed = { readonly name: string; readonly field: Field; readonly upcast?: Expression | object };

/** The version after, in which each field is as before, renamed, of another type, split, or may be null no more; and there are new ones. */
function nextVersion(before: EventType, draws: readonly number[], mark: string): EventType {
  const changed = Object.entries(before.fields).flatMap(([name, field], index): readonly Changed[] =>
    changedField(before, name, field, draws[index] ?? 0, mark),
  );
  const all: readonly Changed[] = [
    ...changed,
    { name: `${mark}0Added`, field: optional(int()) },
    { name: `${mark}0Given`, field: text, upcast: constant('string', 'given') },
  ];
  return defineEvent({
    type: before.type,
    stream: before.stream,
    from: before,
    data: Object.fromEntries(all.map(({ name, field }) => [name, field])) as Fields,
    upcast: () =>
      Object.fromEntries(all.flatMap(({ name, upcast }) => (upcast === undefined ? [] : [[name, upcast]]))) as never,
  });
}

function changedField(before: EventType, name: string, field: Field, draw: number, mark: string): readonly Changed[] {
  if (draw < 50) return [{ name, field }];
  if (field.kind === 'record') return changedRecord(before, name, field, draw, mark);
  const leaf = leavesOf(before).find(({ path }) => path === name);
  if (leaf === undefined) return [{ name, field }];
  const reference: Expression = { kind: 'field', name, type: leaf.type, nullable: leaf.nullable };
  const like = <F extends Field>(next: F): Field => (leaf.nullable ? optional(next) : next);
  if (draw < 60) return [{ name: `${mark}${name}`, field, upcast: reference }];
  switch (field.kind) {
    case 'int': {
      const of = reference as Expression<'int'>;
      if (draw < 70) return [{ name, field: like(decimal(2)), upcast: toDecimal(of, 2) }];
      if (draw < 80) return [{ name, field: like(text), upcast: toText(of) }];
      if (draw < 90) return [{ name, field: int(), upcast: coalesce(of, 0) }];
      return [{ name, field: like(int()), upcast: add(of, 1) }];
    }
    case 'string': {
      const of = reference as Expression<'string'>;
      if (draw < 80)
        return [
          { name: `${mark}0LeftPart`, field: like(text), upcast: substring(of, 1, 2) },
          { name: `${mark}0RightPart`, field: like(field), upcast: substring(of, 3) },
        ];
      return [{ name, field: like(string({ maxLength: field.maxLength + 1 })), upcast: concat(of, '!') }];
    }
    case 'boolean':
      return [{ name, field: boolean(), upcast: coalesce(reference as Expression<'boolean'>, false) }];
    default:
      // one field of each kind stays, so that views have what they need
      return [{ name, field }];
  }
}

/** A record that is renamed as a whole, one of whose fields stands on its own from now on, or that has more fields. */
function changedRecord(
  before: EventType,
  name: string,
  field: RecordField,
  draw: number,
  mark: string,
): readonly Changed[] {
  const leaves = leavesOf(before).filter(({ path }) => path.startsWith(`${name}.`));
  if (draw < 70) {
    const references = referencesTo(leaves)[name];
    return [{ name: `${mark}${name}`, field, upcast: references as object }];
  }
  const [first] = leaves;
  if (draw < 85 && first !== undefined) {
    const { path, type, nullable } = first;
    const out = nullable ? optional(first.field) : first.field;
    return [
      { name, field },
      { name: `${mark}0Out`, field: out, upcast: { kind: 'field', name: path, type, nullable } },
    ];
  }
  const more = record({ given: text, added: optional(int()) });
  const fields: Fields = { ...field.fields, [`${mark}0More`]: more };
  return [
    {
      name,
      field: { ...field, fields },
      upcast: { [`${mark}0More`]: { given: constant('string', 'given within') } },
    },
  ];
}
