import { describe, expect, it } from '@jest/globals';
import {
  boolean,
  date,
  decimal,
  double,
  enumOf,
  int,
  list,
  optional,
  record,
  string,
  timestamp,
} from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { jsonSchemaOf } from './json-schema.js';

describe('the JSON Schema of an event', () => {
  it('has every kind of field', () => {
    const event = defineEvent({
      type: 'thing.seen',
      stream: 'things',
      description: 'A thing has been seen',
      data: {
        name: string({ maxLength: 16 }),
        state: optional(enumOf('new', 'old')),
        size: int(),
        weight: optional(int()),
        price: decimal(2),
        heat: double(),
        isRed: optional(boolean()),
        at: timestamp(),
        day: date(),
        tags: list(string({ maxLength: 8 }), { maxItems: 5 }),
        place: optional(record({ town: string({ maxLength: 9 }), floor: optional(double()) })),
      },
    });
    expect(jsonSchemaOf(event)).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'urn:twofold:schema:thing.seen:1',
      title: 'thing.seen version 1',
      description: 'A thing has been seen',
      type: 'object',
      required: ['name', 'size', 'price', 'heat', 'at', 'day', 'tags'],
      additionalProperties: false,
      properties: {
        name: { type: 'string', maxLength: 16 },
        state: { type: ['string', 'null'], enum: ['new', 'old', null] },
        size: {
          anyOf: [
            { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 },
            { type: 'string', pattern: '^-?[0-9]{1,19}$' },
          ],
        },
        weight: { anyOf: [{ type: 'integer' }, { type: 'string' }, { type: 'null' }] },
        price: { type: 'string', pattern: '^-?([0-9]{1,16}|0{1,2}[0-9]{16})(\\.[0-9]{1,2})?$' },
        heat: { type: 'number' },
        isRed: { type: ['boolean', 'null'] },
        at: { type: 'string', format: 'date-time' },
        day: { type: 'string', format: 'date' },
        tags: { type: 'array', items: { type: 'string', maxLength: 8 }, maxItems: 5 },
        place: {
          type: ['object', 'null'],
          properties: { town: { type: 'string' }, floor: { type: ['number', 'null'] } },
          required: ['town'],
          additionalProperties: false,
        },
      },
    });
  });

  it.each([
    [0, '^-?([0-9]{1,18})$'],
    [18, '^-?(0{1,18})(\\.[0-9]{1,18})?$'],
  ])('has all digits of a decimal of scale %i', (scale, pattern) => {
    const event = defineEvent({ type: 'thing.seen', stream: 'things', data: { price: decimal(scale) } });
    expect(jsonSchemaOf(event)).toMatchObject({ properties: { price: { pattern } } });
  });
});
