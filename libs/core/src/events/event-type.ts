import { TwofoldError } from '../errors/twofold-error.js';
import type { Field, Fields } from './data-type.js';

/**
 * One version of one type of event: what its data looks like and on which stream it stands.
 * `type` and `version` together name the schema; both travel with every event.
 */
export type EventType<F extends Fields = Fields> = {
  readonly kind: 'event-type';
  /** Dotted lower-case name of a fact, e.g. `flight.landed`. */
  readonly type: string;
  /** 1, 2, …; a published version never changes. */
  readonly version: number;
  /** The stream whose topic, order and partitions the event shares. */
  readonly stream: string;
  readonly description: string;
  readonly fields: F;
};

const TYPE_NAME = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/;
const STREAM_NAME = /^[a-z][a-z0-9-]*$/;
const FIELD_NAME = /^[a-z][A-Za-z0-9]*$/;

/** @throws TwofoldError `invalid-event-definition` with a pointer to the part that is wrong */
export function defineEvent<const F extends Readonly<Record<string, Field>>>(definition: {
  readonly type: string;
  readonly version?: number;
  readonly stream: string;
  readonly description?: string;
  readonly data: F;
}): EventType<F> {
  const { type, version = 1, stream, description = '', data } = definition;
  const refuse = (message: string, pointer: string): never => {
    throw new TwofoldError('invalid-event-definition', `event ${JSON.stringify(type)}: ${message}`, pointer);
  };
  if (!TYPE_NAME.test(type)) refuse('a type is dotted lower-case words, such as "flight.landed"', '/type');
  if (!Number.isSafeInteger(version) || version < 1) refuse('a version is a whole number from 1', '/version');
  if (!STREAM_NAME.test(stream)) refuse('a stream is one lower-case word', '/stream');
  const taken = new Map<string, string>();
  for (const name of Object.keys(data)) {
    if (!FIELD_NAME.test(name)) refuse(`a field is a camelCase word, ${JSON.stringify(name)} is not`, `/data/${name}`);
    // every object has one already, so data without the field would not be seen to lack it
    if (name in Object.prototype) refuse(`${name} is a word of JavaScript`, `/data/${name}`);
    const other = taken.get(name.toLowerCase());
    if (other !== undefined)
      refuse(`${other} and ${name} differ in case only, which columns of the archive do not`, `/data/${name}`);
    taken.set(name.toLowerCase(), name);
  }
  return { kind: 'event-type', type, version, stream, description, fields: data };
}

/** What `dataschema` (and the header of the same name) says for a version of a type. */
export const dataSchemaOf = (event: { readonly type: string; readonly version: number }): string =>
  `urn:twofold:schema:${event.type}:${event.version}`;
