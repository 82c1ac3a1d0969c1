import type { Scalar } from './data-type.js';
import {
  MAX_DATA_LENGTH_BYTES,
  MAX_ID_LENGTH,
  MAX_SOURCE_LENGTH,
  MAX_SUBJECT_LENGTH,
  MAX_TIME_LENGTH,
  MAX_TYPE_LENGTH,
  invalidEnvelope,
  missingAttribute,
  problemOf,
  quoted,
  type EventProblem,
  type RefusedEvent,
  type ValidEvent,
} from './envelope.js';
import { addExtensions, isUriReference, textProblem } from './envelope-attributes.js';
import { dataSchemaOf, type EventType } from './event-type.js';
import { parseTimestamp } from './parse-timestamp.js';
import { dataReaderOf, type DataReader } from './read-data.js';

/** Reads one event of CloudEvents' JSON format (structured mode) as `JSON.parse` gives it. Never throws. */
export type EnvelopeReader = (input: unknown) => ValidEvent | RefusedEvent;

type Version = { readonly schema: string; readonly stream: string; readonly read: DataReader };
type KnownType = { readonly versions: readonly Version[]; readonly schemas: string };
type Attributes = Readonly<Record<string, unknown>>;

/**
 * The check of every event that comes in: CloudEvents 1.0 with a subject (the ordering key) and a time, of a type and
 * version that the catalog has, its data as that version declares. Nothing is repaired and nothing is guessed:
 * `dataschema` may be left out only where the type has a single version. The first problem is told.
 */
export function envelopeReaderOf(events: readonly EventType[]): EnvelopeReader {
  const types = knownTypes(events);
  return (input) => {
    if (input === null || typeof input !== 'object' || Array.isArray(input)) {
      return { kind: 'refused', id: null, problem: invalidEnvelope('', 'an event is a JSON object') };
    }
    const event = input as Attributes;
    const outcome = readEvent(types, event);
    if (!('code' in outcome)) return outcome;
    return { kind: 'refused', id: readableId(event['id']), problem: outcome };
  };
}

function knownTypes(events: readonly EventType[]): ReadonlyMap<string, KnownType> {
  const types = new Map<string, KnownType>();
  for (const event of [...events].sort((a, b) => a.version - b.version)) {
    const version = { schema: dataSchemaOf(event), stream: event.stream, read: dataReaderOf(event) };
    const versions = [...(types.get(event.type)?.versions ?? []), version];
    types.set(event.type, { versions, schemas: versions.map(({ schema }) => schema).join(', ') });
  }
  return types;
}

function readEvent(types: ReadonlyMap<string, KnownType>, event: Attributes): ValidEvent | EventProblem {
  const problem = attributeProblem(event);
  if (problem !== null) return problem;
  const { id, source, type, subject, time } = event as RequiredAttributes;
  const version = versionOf(types, type, event['dataschema']);
  if ('code' in version) return version;
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: id,
    ce_source: source,
    ce_type: type,
    ce_subject: subject,
    ce_time: time,
    ce_dataschema: version.schema,
    'content-type': 'application/json',
  };
  const extensionProblem = addExtensions(event, headers);
  if (extensionProblem !== null) return extensionProblem;
  const value = readData(version, event['data']);
  if (typeof value !== 'string') return value;
  return { kind: 'valid', id, stream: version.stream, record: { key: subject, headers, value } };
}

type RequiredAttributes = { id: string; source: string; type: string; subject: string; time: string };

/** The first thing wrong with the attributes that CloudEvents defines; null: they are as they must be. */
function attributeProblem(event: Attributes): EventProblem | null {
  const { specversion, id, source, type, subject, time, datacontenttype } = event;
  if (specversion === undefined) return missingAttribute('specversion');
  if (specversion !== '1.0') return invalidEnvelope('/specversion', 'specversion must be "1.0"');
  const problem =
    textProblem('id', id, MAX_ID_LENGTH) ??
    textProblem('source', source, MAX_SOURCE_LENGTH) ??
    textProblem('type', type, MAX_TYPE_LENGTH) ??
    textProblem('subject', subject, MAX_SUBJECT_LENGTH) ??
    textProblem('time', time, MAX_TIME_LENGTH);
  if (problem !== null) return problem;
  if (!isUriReference(source as string)) return invalidEnvelope('/source', 'source must be a URI-reference (RFC 3986)');
  if (parseTimestamp(time as string) === null) {
    return invalidEnvelope('/time', 'time must be an RFC 3339 date and time, such as 2001-03-01T12:30:00Z');
  }
  if (datacontenttype === undefined || datacontenttype === null || isJson(datacontenttype)) return null;
  return invalidEnvelope('/datacontenttype', 'datacontenttype must be application/json or left out');
}

/** What a reader fills while it checks; nobody looks at it. */
const scratch: Scalar[] = [];

/** The data as text for the log, once it is what its version declares. */
function readData(version: Version, data: unknown): string | EventProblem {
  if (data === undefined) return missingAttribute('data');
  const problem = version.read(data, scratch);
  if (problem !== null) return { ...problem, pointer: `/data${problem.pointer}` };
  const text = JSON.stringify(data);
  return fitsBytes(text, MAX_DATA_LENGTH_BYTES)
    ? text
    : invalidEnvelope('/data', `data must have at most ${MAX_DATA_LENGTH_BYTES} bytes as JSON`);
}

/** The version that `dataschema` names; without one, the only version there is. */
function versionOf(types: ReadonlyMap<string, KnownType>, type: string, schema: unknown): Version | EventProblem {
  const known = types.get(type);
  if (known === undefined) {
    const names = [...types.keys()].sort().join(', ');
    return problemOf('unknown-event-type', '/type', `there is no event type ${quoted(type)}; there are: ${names}`);
  }
  if (schema === undefined || schema === null) {
    const [only, another] = known.versions;
    if (only !== undefined && another === undefined) return only;
    return invalidEnvelope('/dataschema', `dataschema must name the version of ${type}: one of ${known.schemas}`);
  }
  if (typeof schema !== 'string') return invalidEnvelope('/dataschema', 'dataschema must be a string');
  const version = known.versions.find((candidate) => candidate.schema === schema);
  if (version !== undefined) return version;
  const message = `${quoted(schema)} is no version of ${type}; there are: ${known.schemas}`;
  return problemOf('unknown-event-version', '/dataschema', message);
}

const JSON_TYPE = /^application\/json *(?:; *charset="?utf-8"?)?$/i;

const isJson = (contentType: unknown): boolean => typeof contentType === 'string' && JSON_TYPE.test(contentType);

/** UTF-8 takes at most three bytes for a UTF-16 unit, so only a long text is counted. */
const fitsBytes = (text: string, maxBytes: number): boolean =>
  text.length * 3 <= maxBytes || new TextEncoder().encode(text).length <= maxBytes;

const readableId = (id: unknown): string | null =>
  typeof id === 'string' && id !== '' && id.length <= MAX_ID_LENGTH ? id : null;
