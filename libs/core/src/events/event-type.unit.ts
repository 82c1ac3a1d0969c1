import { describe, expect, it } from '@jest/globals';
import { int, optional, string } from './data-type.js';
import { dataSchemaOf, defineEvent } from './event-type.js';

describe('an event type', () => {
  it('is plain data', () => {
    const event = defineEvent({ type: 'flight.landed', stream: 'flights', data: { delay: optional(int()) } });
    expect(event).toEqual({
      kind: 'event-type',
      type: 'flight.landed',
      version: 1,
      stream: 'flights',
      description: '',
      fields: { delay: { kind: 'int', optional: true } },
    });
    expect(dataSchemaOf(event)).toBe('urn:twofold:schema:flight.landed:1');
  });

  it.each<[Partial<Parameters<typeof defineEvent>[0]>, string]>([
    [{ type: 'landed' }, '/type'],
    [{ type: 'Flight.landed' }, '/type'],
    [{ type: 'flight.landed.' }, '/type'],
    [{ type: "flight.landed' --" }, '/type'],
    [{ version: 0 }, '/version'],
    [{ version: 1.5 }, '/version'],
    [{ stream: 'Flights' }, '/stream'],
    [{ stream: 'all.flights' }, '/stream'],
    [{ data: { 'two words': string() } }, '/data/two words'],
    [{ data: { Delay: int() } }, '/data/Delay'],
    [{ data: { _id: int() } }, '/data/_id'],
    [{ data: { constructor: int() } }, '/data/constructor'],
    [{ data: { toString: string() } }, '/data/toString'],
    [{ data: { flightNo: int(), flightno: int() } }, '/data/flightno'],
  ])('is refused: %j', (wrong, pointer) => {
    const declare = (): unknown => defineEvent({ type: 'flight.landed', stream: 'flights', data: {}, ...wrong });
    expect(declare).toThrow(expect.objectContaining({ code: 'invalid-event-definition', pointer }));
  });
});
