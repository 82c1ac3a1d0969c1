import { describe, expect, it } from '@jest/globals';
import { schemaHashOf } from '@twofold/core';
import { accounts } from './index.js';

/** Events of these are on the log for ever. To change what one means, add a version, and its hash here. */
const PUBLISHED: Readonly<Record<string, string>> = {
  'account.registered 1': '4c753a58ddcea23dc45242a04248818fa132d45701d8f9eb17d76e9b6fc5d325',
};

describe('the published versions of events', () => {
  it('mean what they meant', () => {
    const hashes = accounts.events.map((event) => [`${event.type} ${event.version}`, schemaHashOf(event)] as const);
    expect(Object.fromEntries(hashes)).toEqual(PUBLISHED);
  });
});
