import { createHash } from 'node:crypto';
import type { EventType } from '../events/event-type.js';
import type { ViewDefinition } from './view-definition.js';

/** Changed when the same definition comes to mean something else (a mended fold, say): all views are then new versions. */
const SEMANTICS = 1;
/** Hex digits: 64 bits, for at most thousands of versions. */
const LENGTH = 16;

/** The version of a view: a hash of all that its rows follow from. Descriptions are not among it. */
export function fingerprintOf(view: ViewDefinition, event: EventType): string {
  const meaning = {
    semantics: SEMANTICS,
    name: view.name,
    from: { type: event.type, version: event.version, stream: event.stream, fields: event.fields },
    where: view.where,
    by: view.by,
    window: view.window,
    measures: view.measures,
  };
  return createHash('sha256').update(canonicalJson(meaning)).digest('hex').slice(0, LENGTH);
}

/** JSON with the members of every object in order of name. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
