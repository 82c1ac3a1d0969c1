import type { Fields, Value } from '../events/data-type.js';
import type { EventType } from '../events/event-type.js';
import { leavesOf } from '../events/leaves.js';

type Data = { readonly [name: string]: Value | Data };
type Build = (values: readonly Value[]) => Data;

/** Makes an event's data of the values of its leaves: nested as its records are, and frozen. */
export function dataBuilderOf(event: EventType): Build {
  const indexes = new Map(leavesOf(event).map(({ path }, index) => [path, index]));
  return builderOf(event.fields, '', indexes);
}

function builderOf(fields: Fields, prefix: string, indexes: ReadonlyMap<string, number>): Build {
  const members = Object.entries(fields).map(([name, field]): readonly [string, number | Build] => {
    const path = `${prefix}${name}`;
    return [name, field.kind === 'record' ? builderOf(field.fields, `${path}.`, indexes) : (indexes.get(path) ?? -1)];
  });
  return (values) => {
    const data: Record<string, Value | Data> = {};
    for (const [name, member] of members)
      data[name] = typeof member === 'number' ? Object.freeze(values[member] ?? null) : member(values);
    return Object.freeze(data);
  };
}
