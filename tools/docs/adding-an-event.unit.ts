import { describe, expect, it } from '@jest/globals';
import * as core from '@twofold/core';
import { fileURLToPath } from 'node:url';
import { codeBlocks, readPage } from './markdown.ts';
import { runBlock } from './run-block.ts';

const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const [firstSource = '', secondSource = ''] = codeBlocks(readPage(root, 'docs/adding-an-event.md'), 'ts');
const first = runBlock(firstSource, { '@twofold/core': core });
const accountClosed = first['accountClosed'] as core.EventType;
const accountClosed2 = runBlock(secondSource, { '@twofold/core': core, './account-closed.js': first })[
  'accountClosed2'
] as core.EventType;

/** Data as it is read at a version, by path of leaf. */
function readAt(event: core.EventType, data: unknown): unknown {
  const values: core.Value[] = [];
  const problem = core.dataReaderOf(event)(data, values);
  return problem ?? values;
}

describe('docs/adding-an-event.md', () => {
  const data = { reason: 'price', name: 'Ada Lovelace', paid: 1_999, contact: { city: 'London' } };

  it('declares an event that takes such data, and refuses other', () => {
    expect(readAt(accountClosed, data)).toEqual(['price', 'Ada Lovelace', 1_999, 'London']);
    expect(readAt(accountClosed, { ...data, contact: { city: 7 } })).toMatchObject({ pointer: '/contact/city' });
  });

  it('declares a next version, to which the first is brought up', () => {
    core.defineCatalog({ events: [accountClosed, accountClosed2], views: [] });
    const values: core.Value[] = [];
    core.compileUpcast([accountClosed, accountClosed2], 1)(['other', 'Ada Lovelace', 1_999, 'London'], 0, values);
    expect(Object.fromEntries(core.leavesOf(accountClosed2).map(({ path }, index) => [path, values[index]]))).toEqual({
      reason: 'other',
      givenName: 'Ada',
      familyName: 'Lovelace',
      paid: 1_999,
      'contact.city': 'London',
      'contact.email': null,
      channel: 'web',
    });
  });
});
