import { describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { anchorsOf, linksOf, pagesUnder, readPage } from './markdown.ts';

const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const pages = [readPage(root, 'README.md'), readPage(root, 'CONTRIBUTING.md'), ...pagesUnder(root, 'docs')];

/** What a page names in backquotes that can only be a path of this repository. */
const PATH = /`((?:apps|libs|tools|bench|docker|k8s|docs)\/[A-Za-z0-9_./-]+)`/g;

/** What the pages tell the reader to write. */
const YET_TO_BE_WRITTEN = [
  'libs/catalog/flights/src/projections/punctual-rows.ts',
  'libs/catalog/flights/src/views/long-hauls.ts',
  'libs/catalog/flights/src/views/punctuality.ts',
  'libs/catalog/accounts/src/events/account-closed.ts',
];

describe('the pages', () => {
  it.each(pages.map((page) => [page.path, page] as const))('%s links to what is there', (_, page) => {
    for (const link of linksOf(page)) {
      const [target = '', anchor] = link.split('#');
      const path = target === '' ? page.path : posix.join(posix.dirname(page.path), target);
      expect({ link, leads: existsSync(`${root}/${path}`) }).toEqual({ link, leads: true });
      if (anchor !== undefined) expect(anchorsOf(readPage(root, path))).toContain(anchor);
    }
  });

  it.each(pages.map((page) => [page.path, page] as const))('%s names files that are there', (_, page) => {
    const named = [...page.text.matchAll(PATH)].map(([, path = '']) => path);
    expect(named.filter((path) => !existsSync(`${root}/${path}`) && !YET_TO_BE_WRITTEN.includes(path))).toEqual([]);
  });
});
