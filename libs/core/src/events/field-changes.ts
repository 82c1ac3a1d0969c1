import { canonicalJson } from './canonical-json.js';
import type { Field, Fields } from './data-type.js';
import { describeField } from './describe-field.js';

/** A field that is not as it was. `path` as leaves have it; null: it was not there, or is not there. */
export type FieldChange = { readonly path: string; readonly before: Field | null; readonly after: Field | null };

/** What differs between two declarations of data, in order of the first. Of a record that is there in both, its fields are told. */
export function fieldChanges(before: Fields, after: Fields, prefix = ''): readonly FieldChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name): readonly FieldChange[] => {
    const path = `${prefix}${name}`;
    const [was, is] = [before[name] ?? null, after[name] ?? null];
    if (was?.kind !== 'record' || is?.kind !== 'record')
      return canonicalJson(was) === canonicalJson(is) ? [] : [{ path, before: was, after: is }];
    return [
      ...(was.optional === is.optional ? [] : [{ path, before: was, after: is }]),
      ...fieldChanges(was.fields, is.fields, `${path}.`),
    ];
  });
}

/** `was int(), is optional(int())` */
export function describeFieldChange({ before, after }: FieldChange): string {
  if (before === null) return after === null ? 'is as it was' : `is new: ${describeField(after)}`;
  return after === null
    ? `is gone; it was ${describeField(before)}`
    : `was ${describeField(before)}, is ${describeField(after)}`;
}
