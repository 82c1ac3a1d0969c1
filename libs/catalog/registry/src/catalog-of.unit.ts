import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { catalogOf } from './catalog-of.js';

describe('the catalog of a module', () => {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'twofold-catalog-of-'));
    writeFileSync(
      join(directory, 'right.mjs'),
      'export const catalog = { events: [], views: [], projections: [], streams: [] };',
    );
    writeFileSync(
      join(directory, 'none.mjs'),
      'export const catalogue = { events: [], views: [], projections: [], streams: [] };',
    );
    writeFileSync(join(directory, 'half.mjs'), 'export const catalog = { events: [], views: [] };');
    writeFileSync(join(directory, 'throws.mjs'), 'throw new Error("the view is wrong");');
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('is what the file exports, wherever it is looked at from', async () => {
    const expected = { events: [], views: [], projections: [], streams: [] };
    expect(await catalogOf(join(directory, 'right.mjs'))).toEqual(expected);
    expect(await catalogOf(`./${relative(process.cwd(), join(directory, 'right.mjs'))}`)).toEqual(expected);
  });

  it.each([
    ['none.mjs', 'exports no `catalog`'],
    ['half.mjs', 'exports no `catalog`'],
    ['throws.mjs', 'cannot be loaded: the view is wrong'],
    ['missing.mjs', 'cannot be loaded: '],
  ])('is refused where %s %s', async (name, message) => {
    await expect(catalogOf(join(directory, name))).rejects.toMatchObject({
      code: 'invalid-configuration',
      message: expect.stringContaining(message),
    });
  });
});
