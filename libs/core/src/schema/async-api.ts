import {
  MAX_ATTRIBUTE_NAME_LENGTH,
  MAX_EXTENSION_LENGTH,
  MAX_ID_LENGTH,
  MAX_SOURCE_LENGTH,
  MAX_SUBJECT_LENGTH,
  MAX_TIME_LENGTH,
} from '../events/envelope.js';
import { dataSchemaOf, type EventType } from '../events/event-type.js';
import { headerOf } from '../events/log-record.js';
import { streamsOf, type Catalog } from '../views/catalog.js';
import { schemaOfData, type JsonSchema } from './json-schema.js';

/** A document of AsyncAPI 3.0, as plain data. */
export type AsyncApiDocument = { readonly asyncapi: '3.0.0' } & JsonSchema;

/** Of the topics of an installation that is not told otherwise. */
const NAMESPACE = 'twofold';

/**
 * The log as AsyncAPI 3.0: a channel for each stream, a message for each version of each event, in CloudEvents' Kafka
 * binding (binary mode). Whoever follows it can read the topics without Twofold; ingest is who writes them.
 */
export const asyncApiOf = (
  { events }: Pick<Catalog, 'events'>,
  { version }: { readonly version: string },
): AsyncApiDocument => ({
  asyncapi: '3.0.0',
  info: {
    title: 'Twofold: the log',
    version,
    description:
      'The events of the catalog as they stand on the log: CloudEvents 1.0, Kafka binary mode. The prefix of the topics is the namespace of the installation.',
  },
  defaultContentType: 'application/json',
  channels: Object.fromEntries(streamsOf({ events }).map((stream) => [stream, channelOf(stream, on(stream, events))])),
  operations: Object.fromEntries(streamsOf({ events }).flatMap(operationsOf)),
  components: { messages: Object.fromEntries(events.map((event) => [nameOf(event), messageOf(event)])) },
});

const on = (stream: string, events: readonly EventType[]): readonly EventType[] =>
  events.filter((event) => event.stream === stream);

const nameOf = ({ type, version }: EventType): string => `${type}.${version}`;

const channelOf = (stream: string, events: readonly EventType[]): JsonSchema => ({
  address: `${NAMESPACE}.events.${stream}`,
  description: `The stream ${stream}. Events of one subject are in one partition, in order.`,
  messages: Object.fromEntries(
    events.map((event) => [nameOf(event), { $ref: `#/components/messages/${nameOf(event)}` }]),
  ),
  bindings: { kafka: { topic: `${NAMESPACE}.events.${stream}` } },
});

/** Of an app that follows this document: what it does with the channel. */
const operationsOf = (stream: string): readonly (readonly [string, JsonSchema])[] => [
  [`append-${stream}`, { action: 'send', channel: { $ref: `#/channels/${stream}` }, summary: 'What ingest does' }],
  [`read-${stream}`, { action: 'receive', channel: { $ref: `#/channels/${stream}` }, summary: 'What readers do' }],
];

const messageOf = (event: EventType): JsonSchema => ({
  name: nameOf(event),
  title: `${event.type} version ${event.version}`,
  ...(event.description === '' ? {} : { summary: event.description }),
  contentType: 'application/json',
  headers: headersOf(event),
  payload: schemaOfData(event),
  bindings: { kafka: { key: { type: 'string', description: 'The subject', maxLength: MAX_SUBJECT_LENGTH } } },
});

function headersOf(event: EventType): JsonSchema {
  const text = (maxLength: number): JsonSchema => ({ type: 'string', minLength: 1, maxLength });
  const headers: Readonly<Record<string, JsonSchema>> = {
    [headerOf('specversion')]: { type: 'string', const: '1.0' },
    [headerOf('id')]: text(MAX_ID_LENGTH),
    [headerOf('source')]: { ...text(MAX_SOURCE_LENGTH), format: 'uri-reference' },
    [headerOf('type')]: { type: 'string', const: event.type },
    [headerOf('subject')]: text(MAX_SUBJECT_LENGTH),
    [headerOf('time')]: { ...text(MAX_TIME_LENGTH), format: 'date-time' },
    [headerOf('dataschema')]: { type: 'string', const: dataSchemaOf(event) },
    'content-type': { type: 'string', const: 'application/json' },
  };
  return {
    type: 'object',
    properties: headers,
    required: Object.keys(headers),
    patternProperties: {
      [`^${headerOf('')}[a-z0-9]{1,${MAX_ATTRIBUTE_NAME_LENGTH}}$`]: {
        type: 'string',
        maxLength: MAX_EXTENSION_LENGTH,
      },
    },
  };
}
