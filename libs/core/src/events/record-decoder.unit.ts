import { describe, expect, it } from '@jest/globals';
import { int, optional, string } from './data-type.js';
import { defineEvent } from './event-type.js';
import type { LogRecord } from './log-record.js';
import { PlainRecord } from './plain-record.js';
import { RecordDecoder } from './record-decoder.js';
import { multiply } from '../views/arithmetic.js';
import { upper } from '../views/calls.js';
import { coalesce } from '../views/expressions.js';

const first = defineEvent({ type: 'thing.seen', stream: 'things', data: { name: string() } });
const second = defineEvent({
  type: 'thing.seen',
  stream: 'things',
  from: first,
  data: { name: string(), size: optional(int()) },
});
const third = defineEvent({
  type: 'thing.seen',
  stream: 'things',
  from: second,
  data: { label: string(), size: int() },
  upcast: ({ name, size }) => ({ label: upper(name), size: coalesce(multiply(size, 10), -1) }),
});
const lost = defineEvent({ type: 'thing.lost', stream: 'things', data: {} });

const HEADERS = {
  ce_id: '1',
  ce_source: '/test',
  ce_type: 'thing.seen',
  ce_time: '2001-03-01T12:30:00Z',
  ce_dataschema: 'urn:twofold:schema:thing.seen:1',
};
type Headers = { readonly [N in keyof typeof HEADERS]?: string | undefined };

const recordOf = (headers: Headers = {}, value: string | null = '{"name":"box"}'): LogRecord => {
  const all = Object.entries({ ...HEADERS, ...headers }).map(([name, text]) => [name, text ?? null] as const);
  return new PlainRecord({ offset: 0, appendedAtMs: 0, key: null, value, headers: all });
};

describe('an archived event', () => {
  const decoder = new RecordDecoder([first, second, third]);
  const archived = (version: number, dataText: string | null) => ({
    ...{ offset: 7, appliedOffset: 9, subject: null, type: 'thing.seen', version, timeMs: -1, dataText },
  });

  it('is decoded as it was on the log', () => {
    decoder.decodeArchived(archived(2, '{"name":"bag","size":3}'));
    expect([decoder.event, decoder.timeMs, decoder.leafCount]).toEqual([second, -1, 2]);
    expect(decoder.current()).toEqual({ event: third, values: ['BAG', 30] });
    decoder.decodeArchived(archived(3, '{"label":"ü","size":3}'));
    expect(decoder.current().values).toEqual(['ü', 3]);
  });

  it('is refused where the catalog has lost its version, and cannot be anything else than it was', () => {
    expect(() => decoder.decodeArchived(archived(4, '{}'))).toThrow(
      expect.objectContaining({
        code: 'unknown-event-version',
        message: expect.stringContaining('thing.seen version 4'),
      }),
    );
    expect(() => decoder.decodeArchived(archived(1, '{}'))).toThrow(/impossible: offset 7/);
    expect(() => decoder.decodeArchived(archived(1, null))).toThrow(/impossible: offset 7/);
  });
});

describe('a record', () => {
  const decoder = new RecordDecoder([first, second, lost]);

  it('is an event of the version that it names', () => {
    expect(decoder.decode(recordOf())).toBe('event');
    expect(decoder.event).toBe(first);
    expect(decoder.timeMs).toBe(Date.parse('2001-03-01T12:30:00Z'));
    expect(decoder.values[0]).toBe('box');

    const newer = recordOf({ ce_dataschema: 'urn:twofold:schema:thing.seen:2' }, '{"name":"bag","size":3}');
    expect(decoder.decode(newer)).toBe('event');
    expect(decoder.event).toBe(second);
    expect(decoder.values).toEqual(['bag', 3]);
  });

  it('is an event of a type without fields', () => {
    const record = recordOf({ ce_type: 'thing.lost', ce_dataschema: 'urn:twofold:schema:thing.lost:1' }, '{}');
    expect(decoder.decode(record)).toBe('event');
  });

  it.each<[string, Headers]>([
    ['of another type', { ce_type: 'thing.found' }],
    ['of another type without a schema', { ce_type: 'thing.found', ce_dataschema: undefined }],
  ])('%s is of an unknown type', (_what, headers) => {
    expect(decoder.decode(recordOf(headers))).toBe('unknown-type');
    expect(decoder.event).toBeNull();
  });

  it.each(['3', '17'])('of version %s waits for the catalog that has it', (version) => {
    expect(decoder.decode(recordOf({ ce_dataschema: `urn:twofold:schema:thing.seen:${version}` }, 'anything'))).toBe(
      'unknown-version',
    );
  });

  it.each<[string, Headers, string | null, string]>([
    ['no ce_type', { ce_type: undefined }, '{}', 'it has no ce_type'],
    ['an empty ce_type', { ce_type: '' }, '{}', 'it has no ce_type'],
    ['no schema', { ce_dataschema: undefined }, '{}', 'its ce_dataschema is no version of its type'],
    [
      'a schema of another type',
      { ce_dataschema: 'urn:twofold:schema:thing.lost:1' },
      '{}',
      'its ce_dataschema is no version of its type',
    ],
    [
      'a version that is no number',
      { ce_dataschema: 'urn:twofold:schema:thing.seen:latest' },
      '{}',
      'its ce_dataschema is no version of its type',
    ],
    [
      'version 0',
      { ce_dataschema: 'urn:twofold:schema:thing.seen:0' },
      '{}',
      'its ce_dataschema is no version of its type',
    ],
    [
      'a version with a sign',
      { ce_dataschema: 'urn:twofold:schema:thing.seen:+3' },
      '{}',
      'its ce_dataschema is no version of its type',
    ],
    [
      'a version without end',
      { ce_dataschema: `urn:twofold:schema:thing.seen:${'9'.repeat(400)}` },
      '{}',
      'its ce_dataschema is no version of its type',
    ],
    ['no id', { ce_id: undefined }, '{}', 'it has no ce_id or no ce_source'],
    ['an empty source', { ce_source: '' }, '{}', 'it has no ce_id or no ce_source'],
    ['no time', { ce_time: undefined }, '{}', 'its ce_time is no RFC 3339 time'],
    ['a leap second', { ce_time: '2016-12-31T23:59:60Z' }, '{}', 'its ce_time is no RFC 3339 time'],
    ['no value', {}, null, 'its value is no JSON'],
    ['half a value', {}, '{"name":', 'its value is no JSON'],
  ])('with %s is unreadable', (_what, headers, value, reason) => {
    expect(decoder.decode(recordOf(headers, value))).toBe('dead');
    expect(decoder).toMatchObject({ deadCode: 'unreadable', deadReason: reason, event: null });
  });

  it.each([
    ['{}', 'name is missing (at /name)'],
    ['{"name":7}', 'name must be a string (at /name)'],
    ['[]', 'data must be an object (at /)'],
    ['{"name":"box","__proto__":1}', '__proto__ is not a field of thing.seen version 1 (at /__proto__)'],
  ])('with the data %s is invalid for its version', (value, reason) => {
    expect(decoder.decode(recordOf({}, value))).toBe('dead');
    expect(decoder).toMatchObject({ deadCode: 'invalid-data', deadReason: reason });
  });

  it('is brought up to the newest version of its type', () => {
    const all = new RecordDecoder([third, first, second]);
    expect(all.decode(recordOf())).toBe('event');
    expect(all.event).toBe(first);
    expect(all.values[0]).toBe('box');
    expect(all.current()).toEqual({ event: third, values: ['BOX', -1] });

    const newer = recordOf({ ce_dataschema: 'urn:twofold:schema:thing.seen:2' }, '{"name":"bag","size":3}');
    expect(all.decode(newer)).toBe('event');
    expect(all.current()).toEqual({ event: third, values: ['BAG', 30] });

    const newest = recordOf({ ce_dataschema: 'urn:twofold:schema:thing.seen:3' }, '{"label":"x","size":3}');
    expect(all.decode(newest)).toBe('event');
    expect(all.current()).toEqual({ event: third, values: ['x', 3] });
  });

  it('overflows where it cannot be brought up', () => {
    const all = new RecordDecoder([first, second, third]);
    const value = '{"name":"bag","size":"9223372036854775807"}';
    expect(all.decode(recordOf({ ce_dataschema: 'urn:twofold:schema:thing.seen:2' }, value))).toBe('event');
    expect(() => all.current()).toThrow(expect.objectContaining({ code: 'overflow' }));
  });

  it('is an event after a dead one', () => {
    expect(decoder.decode(recordOf({}, 'no JSON'))).toBe('dead');
    expect(decoder.decode(recordOf())).toBe('event');
    expect(decoder.event).toBe(first);
  });
});
