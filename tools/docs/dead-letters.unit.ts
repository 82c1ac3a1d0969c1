import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { catalog } from '@twofold/catalog';
import * as core from '@twofold/core';
import {
  readAlike,
  readDecision,
  readGroups,
  readList,
  readPlace,
  readRedrive,
} from '../../apps/replay-orchestrator/src/dead-letter-requests.ts';
import { codeBlocks, readPage } from './markdown.ts';
import { runBlock } from './run-block.ts';

const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const page = readPage(root, 'docs/dead-letters.md');

type Request = { readonly path: string; readonly query: unknown; readonly body: unknown };

const requestOf = (curl: string): Request => {
  const { pathname, searchParams } = new URL(/http:\/\/127\.0\.0\.1:4002[^' \n]+/.exec(curl)?.[0] ?? '');
  const body: unknown = JSON.parse(/-d '(\{.*\})'/s.exec(curl)?.[1] ?? 'null');
  return { path: pathname.replace(/^\/v1\/dead-letters\/?/, ''), query: Object.fromEntries(searchParams), body };
};
/** Reads a request as the app does, and resolves with what it is. */
function kindOf({ path, query, body }: Request): string {
  const [stream, partition, offset, action = ''] = path.split('/');
  if (path === '') return readList(query).filter.state ?? 'all';
  if (path === 'groups') return `groups of ${readGroups(query).stream}`;
  if (path === 'resolve') return `${readAlike(body).decision.kind} alike`;
  const place = readPlace({ stream, partition, offset });
  if (action === 'discard') return `${readDecision(action, body).kind} ${place.offset}`;
  if (action === '') return `${place.offset}`;
  const { event, decision } = readRedrive(body);
  if (event === undefined) return `${decision.kind} ${place.offset}`;
  return `${decision.kind} ${place.offset}: ${core.envelopeReaderOf(catalog.events)(event).kind}`;
}

describe('the page on dead letters', () => {
  it('asks for what can be asked for, by requests that are taken', () => {
    expect(codeBlocks(page, 'sh').map((curl) => kindOf(requestOf(curl)))).toEqual([
      ...['groups of flights', 'open', '41020'],
      ...['redrive 41020: valid', 'redrive 41020', 'discard 41020', 'discard alike'],
    ]);
  });

  it('declares a stream that holds', () => {
    const [block = ''] = codeBlocks(page, 'ts');
    expect(runBlock(block, { '@twofold/core': core })['payments']).toMatchObject({ deadLetters: 'hold' });
  });
});
