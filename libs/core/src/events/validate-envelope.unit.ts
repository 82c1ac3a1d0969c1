import { describe, expect, it } from '@jest/globals';
import { defineEvent } from './event-type.js';
import { double, int, optional, string, timestamp } from './data-type.js';
import { MAX_DATA_LENGTH_BYTES, MAX_EXTENSIONS, MAX_ID_LENGTH, MAX_SUBJECT_LENGTH } from './envelope.js';
import { envelopeReaderOf } from './validate-envelope.js';

const landed = defineEvent({
  type: 'flight.landed',
  stream: 'flights',
  data: { date: timestamp(), delay: int(), origin: string(), note: optional(string({ maxLength: 1_000_000 })) },
});
const cancelled = (version: number) =>
  defineEvent({ type: 'flight.cancelled', version, stream: 'flights', data: { cost: double() } });
const read = envelopeReaderOf([landed, cancelled(2), cancelled(1)]);

const data = { date: '2001-03-01T12:30:00Z', delay: -3, origin: 'ATL' };
const event = {
  specversion: '1.0',
  id: 'f-1',
  source: '/airports/atl',
  type: 'flight.landed',
  subject: 'ATL',
  time: '2001-03-01T12:30:00Z',
  dataschema: 'urn:twofold:schema:flight.landed:1',
  datacontenttype: 'application/json',
  data,
};
const without = (name: keyof typeof event): Record<string, unknown> =>
  Object.fromEntries(Object.entries(event).filter(([key]) => key !== name));
const problemOf = (input: unknown) => {
  const outcome = read(input);
  return outcome.kind === 'refused' ? outcome.problem : null;
};

describe('an event that is as it must be', () => {
  it('becomes a record of its stream: the subject as key, attributes as headers, data as JSON text', () => {
    expect(read(event)).toEqual({
      kind: 'valid',
      id: 'f-1',
      stream: 'flights',
      record: {
        key: 'ATL',
        headers: {
          ce_specversion: '1.0',
          ce_id: 'f-1',
          ce_source: '/airports/atl',
          ce_type: 'flight.landed',
          ce_subject: 'ATL',
          ce_time: '2001-03-01T12:30:00Z',
          ce_dataschema: 'urn:twofold:schema:flight.landed:1',
          'content-type': 'application/json',
        },
        value: JSON.stringify(data),
      },
    });
  });

  it('may leave out dataschema where its type has a single version, and the header still names it', () => {
    const outcome = read(without('dataschema'));
    expect(outcome.kind === 'valid' && outcome.record.headers['ce_dataschema']).toBe(event.dataschema);
  });

  it.each([undefined, null, 'application/json', 'application/json; charset=utf-8', 'Application/JSON'])(
    'may have the datacontenttype %p',
    (datacontenttype) => expect(read({ ...event, datacontenttype }).kind).toBe('valid'),
  );

  it('keeps extension attributes as headers in their canonical text, and leaves unset ones out', () => {
    const outcome = read({ ...event, traceparent: '00-ab-cd-01', sampled: true, hops: -0, unset: null });
    expect(outcome.kind === 'valid' && outcome.record.headers).toMatchObject({
      ce_traceparent: '00-ab-cd-01',
      ce_sampled: 'true',
      ce_hops: '0',
    });
    expect(outcome.kind === 'valid' && 'ce_unset' in outcome.record.headers).toBe(false);
  });

  it('may be named in any script', () => {
    expect(read({ ...event, id: 'й-✈️', subject: '東京' }).kind).toBe('valid');
  });
});

describe('an event that is refused', () => {
  it.each([null, 7, 'text', [event], true])('%p is no event', (input) => {
    expect(problemOf(input)).toMatchObject({ code: 'invalid-envelope', pointer: '' });
  });

  it.each(['specversion', 'id', 'source', 'type', 'subject', 'time', 'data'] as const)('without %s', (name) => {
    expect(problemOf(without(name))).toEqual({
      code: 'invalid-envelope',
      message: `${name} is missing`,
      pointer: `/${name}`,
    });
  });

  it.each([
    ['specversion', '0.3'],
    ['id', ''],
    ['id', 7],
    ['id', 'x'.repeat(MAX_ID_LENGTH + 1)],
    ['id', 'line\nbreak'],
    ['id', 'half \ud83d pair'],
    ['id', 'noncharacter \uffff'],
    ['source', 'two words'],
    ['source', '/100%'],
    ['subject', null],
    ['subject', 's'.repeat(MAX_SUBJECT_LENGTH + 1)],
    ['time', 'yesterday'],
    ['time', '2001-02-29T00:00:00Z'],
    ['time', 983_449_800_000],
    ['datacontenttype', 'text/xml'],
    ['dataschema', 1],
    ['data_base64', 'e30='],
    ['Trace', 'upper case'],
    ['with/slash', 'x'],
    ['trace', { not: 'text' }],
    ['trace', 1.5],
    ['trace', 2 ** 31],
    ['trace', 'x'.repeat(2000)],
  ])('with the %s %p', (name, value) => {
    const pointer = `/${name.replaceAll('/', '~1')}`;
    expect(problemOf({ ...event, [name]: value })).toMatchObject({ code: 'invalid-envelope', pointer });
  });

  it('with more extension attributes than anybody needs', () => {
    const many = Object.fromEntries(Array.from({ length: MAX_EXTENSIONS + 1 }, (_, n) => [`x${n}`, 'y']));
    expect(problemOf({ ...event, ...many })).toMatchObject({ pointer: `/x${MAX_EXTENSIONS}` });
  });

  it('of an unknown type: the known ones are named', () => {
    expect(problemOf({ ...event, type: 'flight.lost' })).toEqual({
      code: 'unknown-event-type',
      message: 'there is no event type "flight.lost"; there are: flight.cancelled, flight.landed',
      pointer: '/type',
    });
  });

  it.each(['urn:twofold:schema:flight.landed:2', 'urn:twofold:schema:flight.cancelled:1', 'https://example.org/x'])(
    'of the unknown version %s: the known ones are named',
    (dataschema) => {
      expect(problemOf({ ...event, dataschema })).toEqual({
        code: 'unknown-event-version',
        message: `"${dataschema}" is no version of flight.landed; there are: urn:twofold:schema:flight.landed:1`,
        pointer: '/dataschema',
      });
    },
  );

  it('without dataschema where its type has several versions: nothing is guessed', () => {
    const { problem } = read({ ...without('dataschema'), type: 'flight.cancelled', data: { cost: 1 } }) as {
      problem: { message: string; pointer: string };
    };
    expect(problem.pointer).toBe('/dataschema');
    expect(problem.message).toContain('flight.cancelled:1, urn:twofold:schema:flight.cancelled:2');
  });

  it.each([
    ['/data/delay', { ...data, delay: 'late' }],
    ['/data/delay', { ...data, delay: 1.5 }],
    ['/data/delay', JSON.parse('{"date":"2001-03-01T12:30:00Z","delay":9007199254740993,"origin":"ATL"}') as unknown],
    ['/data/date', { ...data, date: '2001-03-01' }],
    ['/data/origin', { ...data, origin: undefined }],
    ['/data/colour', { ...data, colour: 'red' }],
    ['/data/__proto__', JSON.parse('{"date":"2001-03-01T12:30:00Z","delay":1,"origin":"A","__proto__":{}}') as unknown],
    ['/data', [data]],
    ['/data', 'text'],
  ])('with wrong data at %s', (pointer, wrong) => {
    expect(problemOf({ ...event, data: wrong })).toMatchObject({ code: 'invalid-data', pointer });
  });

  it('with more data than a record holds', () => {
    const note = 'é'.repeat(MAX_DATA_LENGTH_BYTES / 2);
    expect(problemOf({ ...event, data: { ...data, note } })).toMatchObject({
      code: 'invalid-envelope',
      pointer: '/data',
    });
  });

  it('is named by its id, where that can be read', () => {
    expect(read({ ...event, type: 'x' })).toMatchObject({ kind: 'refused', id: 'f-1' });
    expect(read({ ...event, id: 3 })).toMatchObject({ kind: 'refused', id: null });
  });
});
