import { impossible } from '../errors/twofold-error.js';
import { MAX_DECIMAL_DIGITS, type Field, type Fields, type ScalarField } from '../events/data-type.js';
import { dataSchemaOf, type EventType } from '../events/event-type.js';

/** A JSON Schema, as plain data. */
export type JsonSchema = { readonly [keyword: string]: unknown };

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/**
 * The JSON Schema (2020-12) of the data of one version of an event, by the name that `dataschema` has. It takes all that
 * readers of the log take. It also takes, since it cannot say more:
 *
 * - text of more than `maxLength` UTF-16 units, where that many code points are not more
 * - the digits of integers beyond 64 bits
 * - days that a month does not have, where `format` is not asserted
 */
export const jsonSchemaOf = (event: EventType): JsonSchema => ({
  $schema: DIALECT,
  $id: dataSchemaOf(event),
  title: `${event.type} version ${event.version}`,
  ...(event.description === '' ? {} : { description: event.description }),
  ...schemaOfData(event),
});

/** The same as a part of another document. */
export const schemaOfData = ({ fields }: EventType): JsonSchema => ({ type: 'object', ...membersOf(fields) });

const membersOf = (fields: Fields): JsonSchema => ({
  properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, schemaOfField(field)])),
  required: Object.entries(fields).flatMap(([name, { optional }]) => (optional ? [] : [name])),
  additionalProperties: false,
});

function schemaOfField(field: Field): JsonSchema {
  switch (field.kind) {
    case 'record':
      return { ...typed('object', field.optional), ...membersOf(field.fields) };
    case 'list':
      return { ...typed('array', field.optional), items: schemaOfField(field.of), maxItems: field.maxItems };
    default:
      return schemaOfScalar(field);
  }
}

function schemaOfScalar(field: ScalarField): JsonSchema {
  const text = typed('string', field.optional);
  switch (field.kind) {
    case 'string':
      return { ...text, maxLength: field.maxLength, pattern: TEXT };
    case 'enum':
      return { ...text, enum: field.optional ? [...field.values, null] : field.values };
    case 'int':
      return {
        description: 'A 64-bit integer: a number within ±(2^53 − 1), or a string of its digits',
        anyOf: [
          { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
          { type: 'string', pattern: '^-?[0-9]{1,19}$' },
          ...(field.optional ? [{ type: 'null' }] : []),
        ],
      };
    case 'decimal':
      return {
        description: `A decimal of at most ${MAX_DECIMAL_DIGITS} digits, ${field.scale} of them after the point`,
        ...text,
        pattern: decimalPattern(field.scale),
      };
    case 'double':
      return typed('number', field.optional);
    case 'boolean':
      return typed('boolean', field.optional);
    case 'timestamp':
      return { ...text, format: 'date-time', pattern: `^${DAY}[Tt]${TIME}([Zz]|[+-]${HOUR_AND_MINUTE})$` };
    case 'date':
      return { ...text, format: 'date', pattern: `^${DAY}$` };
    default:
      return impossible(`a field of kind ${String((field satisfies never as ScalarField).kind)}`);
  }
}

/** An optional field may be absent, and may be null. */
const typed = (type: string, optional: boolean): JsonSchema => ({ type: optional ? [type, 'null'] : type });

/** Without U+0000, and without halves of surrogate pairs. */
const TEXT = '^[^\\u0000\\uD800-\\uDFFF]*$';
const DAY = '[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])';
const HOUR_AND_MINUTE = '([01][0-9]|2[0-3]):[0-5][0-9]';
/** RFC 3339 without leap seconds, which no engine could place. */
const TIME = `${HOUR_AND_MINUTE}:[0-5][0-9](\\.[0-9]+)?`;

/** At most 18 digits before the point; of these only `18 − scale` after leading zeros, which do not count. */
function decimalPattern(scale: number): string {
  const counted = MAX_DECIMAL_DIGITS - scale;
  const whole = [
    ...(counted > 0 ? [`[0-9]{1,${counted}}`] : []),
    ...(scale > 0 ? [`0{1,${scale}}${counted > 0 ? `[0-9]{${counted}}` : ''}`] : []),
  ];
  return `^-?(${whole.join('|')})${scale > 0 ? `(\\.[0-9]{1,${scale}})?` : ''}$`;
}
