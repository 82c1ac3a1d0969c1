import { describe, expect, it } from '@jest/globals';
import {
  dataReaderOf,
  defineEvent,
  jsonSchemaOf,
  parseIntegerText,
  type EventType,
  type Field,
  type Fields,
} from '@twofold/core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { richCatalog } from './rich-catalog.ts';
import { HARD_VALUES, wireData, type Json } from './wire-data.ts';

const RUNS = 3_000;

/** The verdicts of the reader, and of an official validator with the schema; `format` is asserted. */
function verdictsOf(event: EventType): (data: Json) => { readonly reader: boolean; readonly schema: boolean } {
  const ajv = formats.default(new Ajv2020({ allowUnionTypes: true, strict: true }));
  const validate = ajv.compile(jsonSchemaOf(event));
  const read = dataReaderOf(event);
  return (data) => ({ reader: read(data, []) === null, schema: validate(data) });
}

/** Whether data has what JSON Schema cannot refuse: too many UTF-16 units that are few code points, digits beyond 64 bits. */
const isBeyondSchemas = (fields: Fields, data: Json): boolean =>
  typeof data === 'object' &&
  data !== null &&
  Object.entries(fields).some(([name, field]) => {
    const value = (data as Readonly<Record<string, Json>>)[name];
    return value !== undefined && isBeyond(field, value);
  });

function isBeyond(field: Field, value: Json): boolean {
  switch (field.kind) {
    case 'record':
      return isBeyondSchemas(field.fields, value);
    case 'list':
      return Array.isArray(value) && value.some((item: Json) => isBeyond(field.of, item));
    case 'string':
      return typeof value === 'string' && value.length > field.maxLength && [...value].length <= field.maxLength;
    case 'int':
      return typeof value === 'string' && /^-?[0-9]{1,19}$/.test(value) && parseIntegerText(value) === null;
    default:
      return false;
  }
}

describe('the JSON Schema of an event', () => {
  const [event] = richCatalog.events;
  if (event === undefined) throw new Error('a catalog without events');

  it('has the verdict of the readers of the log, but for what it cannot say', () => {
    const verdicts = verdictsOf(event);
    const seen = { both: 0, neither: 0 };
    fc.assert(
      fc.property(wireData(event.fields), (data) => {
        const { reader, schema } = verdicts(data);
        if (reader === schema) seen[reader ? 'both' : 'neither'] += 1;
        else {
          const isBeyond = isBeyondSchemas(event.fields, data);
          expect({ reader, schema, isBeyond }).toEqual({ reader: false, schema: true, isBeyond: true });
        }
      }),
      { numRuns: RUNS },
    );
    expect(seen.both).toBeGreaterThan(RUNS / 10);
    expect(seen.neither).toBeGreaterThan(RUNS / 10);
  });

  it.each([
    ['digits beyond 64 bits', { size: '9223372036854775808' }],
    ['few code points of many UTF-16 units', { name: '😀😀😀' }],
  ])('takes what it cannot refuse: %s', (_, data) => {
    const [name = ''] = Object.keys(data);
    const only = { [name]: event.fields[name] } as Fields;
    const verdicts = verdictsOf(defineEvent({ type: 'thing.sold', stream: 'things', data: only }));
    expect(verdicts(data)).toEqual({ reader: false, schema: true });
    expect(isBeyondSchemas(only, data)).toBe(true);
  });

  const alone = Object.entries(event.fields).filter(([, field]) => !field.optional);
  it.each(alone)('has it for every hard value of %s', (name, field) => {
    const only = defineEvent({ type: 'thing.sold', stream: 'things', data: { [name]: field } });
    const verdicts = verdictsOf(only);
    for (const value of HARD_VALUES) {
      const data = { [name]: value };
      const { reader, schema } = verdicts(data);
      expect({ value, reader: reader || isBeyondSchemas(only.fields, data) }).toEqual({ value, reader: schema });
    }
  });
});
