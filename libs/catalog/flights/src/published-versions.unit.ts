import { describe, expect, it } from '@jest/globals';
import { schemaHashOf } from '@twofold/core';
import { flights } from './index.js';

/** Events of these are on the log for ever. To change what one means, add a version, and its hash here. */
const PUBLISHED: Readonly<Record<string, string>> = {
  'flight.landed 1': '06e3678318080d08e6ab171f3468a39fd5c42fed2cb274cde4177e54522cc907',
};

describe('the published versions of events', () => {
  it('mean what they meant', () => {
    const hashes = flights.events.map((event) => [`${event.type} ${event.version}`, schemaHashOf(event)] as const);
    expect(Object.fromEntries(hashes)).toEqual(PUBLISHED);
  });
});
