import type { ErrorCode } from '../errors/twofold-error.js';

/**
 * Bounds of an envelope, in UTF-16 units where nothing else is said. An envelope travels as headers with every record,
 * so they are generous for names and far from what would crowd out the data.
 */
export const MAX_ID_LENGTH = 256;
/** As long as an address that browsers and proxies pass on. */
export const MAX_SOURCE_LENGTH = 1024;
/** The key of the record; views group by it, so it has to fit the key of an index. */
export const MAX_SUBJECT_LENGTH = 512;
/** A type name is a few words. */
export const MAX_TYPE_LENGTH = 200;
/** RFC 3339 with any sensible number of digits. */
export const MAX_TIME_LENGTH = 64;
/** CloudEvents 1.0, section 3.1: attribute names should not exceed 20 characters. */
export const MAX_ATTRIBUTE_NAME_LENGTH = 20;
export const MAX_EXTENSION_LENGTH = 1024;
/** Tracing, a schema or two, a tenant: more is data. */
export const MAX_EXTENSIONS = 20;
/** Kafka's default largest record batch is 1 MiB: one event with its headers always fits. */
export const MAX_DATA_LENGTH_BYTES = 768 * 1024;

/** Why an event was refused; `pointer` is an RFC 6901 pointer into the event as it came. */
export type EventProblem = { readonly code: ErrorCode; readonly message: string; readonly pointer: string };

/** An event that may be appended: the record of CloudEvents' Kafka binding, binary mode, and the stream it belongs to. */
export type ValidEvent = {
  readonly kind: 'valid';
  readonly id: string;
  readonly stream: string;
  readonly record: {
    /** The subject: decides the partition. */
    readonly key: string;
    readonly headers: Readonly<Record<string, string>>;
    /** The data as JSON text. */
    readonly value: string;
  };
};

export type RefusedEvent = {
  readonly kind: 'refused';
  /** The event's id, where it has a readable one. */
  readonly id: string | null;
  readonly problem: EventProblem;
};

/** The name as a step of a JSON pointer (RFC 6901, section 3). */
export const pointerTo = (name: string | number): string =>
  `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;

export const problemOf = (code: ErrorCode, pointer: string, message: string): EventProblem => ({
  code,
  message,
  pointer,
});
export const invalidEnvelope = (pointer: string, message: string): EventProblem =>
  problemOf('invalid-envelope', pointer, message);
export const missingAttribute = (name: string): EventProblem => invalidEnvelope(`/${name}`, `${name} is missing`);

/** How much of a name from outside is told back, characters. */
const MAX_TOLD_LENGTH = 100;
export const quoted = (text: string): string =>
  JSON.stringify(text.length <= MAX_TOLD_LENGTH ? text : `${text.slice(0, MAX_TOLD_LENGTH)}…`);
