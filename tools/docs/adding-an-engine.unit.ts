import { describe, expect, it } from '@jest/globals';
import * as core from '@twofold/core';
import * as inMemory from '@twofold/in-memory';
import * as testkit from '@twofold/testkit';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { codeBlocks, readPage } from './markdown.ts';
import { runBlock } from './run-block.ts';

const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const page = readPage(root, 'docs/adding-an-engine.md');
const [engine = '', contract = ''] = codeBlocks(page, 'ts');

// The contract of the page, on the engine of the page.
runBlock(contract, {
  '@twofold/in-memory': inMemory,
  '@twofold/testkit': testkit,
  './plain-batch-engine.js': runBlock(engine, { '@twofold/core': core }),
});

describe('docs/adding-an-engine.md', () => {
  it('names what there is', () => {
    const named = [...page.text.matchAll(/`((?:libs|apps)\/[\w./-]+\.ts)`/g)].map(([, path = '']) => path);
    expect(named.length).toBeGreaterThan(2);
    for (const path of named) expect(readFileSync(`${root}/${path}`, 'utf8')).not.toBe('');
    expect(readFileSync(`${root}/apps/batch-view-builder/src/engine-choice.ts`, 'utf8')).toContain('const ENGINES =');
  });
});
