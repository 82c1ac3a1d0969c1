import { describe, expect, it } from '@jest/globals';
import { constant } from '../views/operand.js';
import { int, optional, record, string } from './data-type.js';
import { defineEvent } from './event-type.js';
import { schemaHashOf } from './schema-hash.js';

const base = { type: 'thing.seen', stream: 'things' } as const;
const first = defineEvent({ ...base, data: { size: int(), name: string() } });
const hashOf = schemaHashOf(first);

describe('the hash of a schema', () => {
  it('does not depend on descriptions or the order of fields', () => {
    expect(hashOf).toMatch(/^[0-9a-f]{64}$/);
    expect(schemaHashOf(defineEvent({ ...base, description: 'Seen', data: { name: string(), size: int() } }))).toBe(
      hashOf,
    );
  });

  it.each([
    ['another length', defineEvent({ ...base, data: { size: int(), name: string({ maxLength: 7 }) } })],
    ['a field that may be missing', defineEvent({ ...base, data: { size: int(), name: optional(string()) } })],
    ['another field', defineEvent({ ...base, data: { size: int(), name: string(), more: optional(int()) } })],
    ['a field within a record', defineEvent({ ...base, data: { size: int(), in: record({ name: string() }) } })],
    ['another stream', defineEvent({ ...base, stream: 'others', data: { size: int(), name: string() } })],
    ['another type', defineEvent({ ...base, type: 'thing.lost', data: { size: int(), name: string() } })],
    ['another version', defineEvent({ ...base, version: 2, data: { size: int(), name: string() } })],
  ])('is another with %s', (_what, event) => {
    expect(schemaHashOf(event)).not.toBe(hashOf);
  });

  it('is another with another way from the version before', () => {
    const data = { size: int(), name: string() };
    const [carried, given] = [
      defineEvent({ ...base, from: first, data }),
      defineEvent({ ...base, from: first, data, upcast: () => ({ name: constant('string', 'x') }) }),
    ];
    expect(schemaHashOf(given)).not.toBe(schemaHashOf(carried));
  });
});
