import { TwofoldError } from '../errors/twofold-error.js';
import type { Expression, ExpressionNode } from '../views/expression.js';
import { referencesTo, type FieldReferences } from '../views/references.js';
import { checkFields } from './check-fields.js';
import type { DataTypeName, Fields, RecordField } from './data-type.js';
import { leavesOf } from './leaves.js';
import { upcastOf } from './upcast.js';

/**
 * One version of one type of event: what its data looks like and on which stream it stands.
 * `type` and `version` together name the schema; both travel with every event.
 */
export type EventType<F extends Fields = Fields, T extends string = string> = {
  readonly kind: 'event-type';
  /** Dotted lower-case name of a fact, e.g. `flight.landed`. */
  readonly type: T;
  /** 1, 2, …; a published version never changes. */
  readonly version: number;
  /** The stream whose topic, order and partitions the event shares. */
  readonly stream: string;
  readonly description: string;
  readonly fields: F;
  /** From the version before, by path of leaf: how each leaf of this version is made of its leaves. null: no version before is known. */
  readonly upcast: Readonly<Record<string, ExpressionNode>> | null;
};

/** What a version's fields are made of, nested as they are. What is left out is carried over, or null. */
export type Upcast<F extends Fields> = {
  readonly [K in keyof F]?: F[K] extends RecordField<infer G>
    ? Upcast<G>
    : F[K] extends { readonly type: infer T extends DataTypeName }
      ? Expression<T>
      : never;
};

const TYPE_NAME = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/;
const STREAM_NAME = /^[a-z][a-z0-9-]*$/;
/** Longest name of a type or stream: a stream's is part of a topic's name, which has at most 249 characters. */
const MAX_NAME_LENGTH = 100;

/**
 * Declares a version of a type of event. One after the first names the version before (`from`) and how its data is brought up:
 * a field with the same name and type is carried over, a new optional one is null, any other is given by `upcast`.
 *
 * @throws TwofoldError `invalid-event-definition` with a pointer to the part that is wrong
 */
export function defineEvent<
  const F extends Fields,
  const P extends Fields = Fields,
  const T extends string = string,
>(definition: {
  readonly type: T;
  readonly version?: number;
  readonly stream: string;
  readonly description?: string;
  readonly data: F;
  readonly from?: EventType<P>;
  readonly upcast?: (old: FieldReferences<P>) => Upcast<F>;
}): EventType<F, T> {
  const { type, stream, description = '', data, from, upcast } = definition;
  const version = definition.version ?? (from === undefined ? 1 : from.version + 1);
  const refuse = (message: string, pointer: string): never => {
    throw new TwofoldError('invalid-event-definition', `event ${JSON.stringify(type)}: ${message}`, pointer);
  };
  if (!TYPE_NAME.test(type) || type.length > MAX_NAME_LENGTH)
    refuse('a type is dotted lower-case words, such as "flight.landed"', '/type');
  if (!Number.isSafeInteger(version) || version < 1) refuse('a version is a whole number from 1', '/version');
  if (!STREAM_NAME.test(stream) || stream.length > MAX_NAME_LENGTH)
    refuse('a stream is one lower-case word', '/stream');
  checkFields(data, refuse);
  const event: EventType<F, T> = { kind: 'event-type', type, version, stream, description, fields: data, upcast: null };
  if (from === undefined) {
    if (upcast !== undefined) refuse('an upcast is from the version before: name it', '/from');
    return event;
  }
  if (from.type !== type) refuse(`the version before is of ${from.type}`, '/from');
  if (from.version !== version - 1) refuse(`the version before is ${version - 1}, not ${from.version}`, '/from');
  if (from.stream !== stream) refuse(`a type stays on its stream, ${from.stream}`, '/stream');
  const old = leavesOf(from);
  const given = upcast?.(referencesTo(old) as FieldReferences<P>) ?? {};
  return { ...event, upcast: upcastOf(old, leavesOf(event), given, refuse) };
}

/** What `dataschema` (and the header of the same name) says for a version of a type. */
export const dataSchemaOf = (event: { readonly type: string; readonly version: number }): string =>
  `urn:twofold:schema:${event.type}:${event.version}`;
