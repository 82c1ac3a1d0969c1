import { TwofoldError } from '../errors/twofold-error.js';
import type { Json } from './projection.js';

/** How a subject stands: its state, frozen, and of how many events it is. The more events, the later. */
export type Standing = { readonly events: number; readonly state: Json; readonly text: string };

/**
 * The longest state, UTF-16 units of its JSON. A batch has up to some 20,000 subjects, each with its own: 320 MB in the worst case, and
 * some MB with states as they are.
 */
export const MAX_STATE_LENGTH = 16_384;
/** Objects within objects: no state that is meant to be one comes near it. */
const MAX_DEPTH = 64;

/**
 * The standing with a state as reducers may have it: a copy that nobody can change, and that is as its JSON gives it back, the order of
 * members included. So it is the same whether it was held in memory or stored in between.
 *
 * @throws Error that names the place which is no plain JSON, or the length
 */
export function standingOf(events: number, given: unknown): Standing {
  const state = copyOf(given, '', 0);
  const json = JSON.stringify(state);
  if (json.length > MAX_STATE_LENGTH)
    throw new Error(`the state is ${json.length} characters of JSON, at most ${MAX_STATE_LENGTH} are possible`);
  return { events, state, text: `[${events},${json}]` };
}

/** Of its text, as stores keep it: `[events, state]`, JSON. */
export function decodeStanding(text: string): Standing {
  const [events, state] = JSON.parse(text) as [number, unknown];
  return { events, state: copyOf(state, '', 0), text };
}

/** How many events a text is of, without reading the state. */
export const eventsIn = (text: string): number => Number(text.slice(1, text.indexOf(',')));

function copyOf(value: unknown, pointer: string, depth: number): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      // + 0 makes −0 a plain 0, as JSON does
      return Number.isFinite(value) ? value + 0 : refuse(value, pointer);
    case 'object':
      break;
    default:
      return refuse(value, pointer);
  }
  if (value === null) return null;
  if (depth === MAX_DEPTH) throw new Error(`the state is more than ${MAX_DEPTH} levels deep`);
  if (Array.isArray(value))
    return Object.freeze(Array.from(value, (item, at) => copyOf(item, `${pointer}/${at}`, depth + 1)));
  const prototype: unknown = Object.getPrototypeOf(value);
  // of another realm it is another object, which has no prototype either
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return refuse(value, pointer);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.freeze(
    Object.fromEntries(members.map(([name, member]) => [name, copyOf(member, `${pointer}/${name}`, depth + 1)])),
  );
}

function refuse(value: unknown, pointer: string): never {
  const kind = typeof value === 'object' ? (value?.constructor.name ?? 'object') : String(value);
  throw new Error(`the state is no plain JSON: ${kind} at ${pointer === '' ? '/' : pointer}`);
}

/** What a team's function threw, told with whose it is. */
export function projectionFailed(name: string, subject: string | null, what: string, cause: unknown): TwofoldError {
  const whose = subject === null ? name : `${name} of subject ${JSON.stringify(subject)}`;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TwofoldError('projection-failed', `${what} of ${whose}: ${why}`, undefined, { cause });
}
