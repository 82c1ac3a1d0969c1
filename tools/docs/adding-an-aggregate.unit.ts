import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeBlocks, readPage } from './markdown.ts';

const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const page = readPage(root, 'docs/adding-an-aggregate.md');
/** Of a compilation of the core, ms. */
const PATIENCE_MS = 120_000;

/** What the page's diff makes of a file: its first line names it, the lines after it stand there, without those with a plus. */
function apply(diff: string, home: string): void {
  const [head = '', ...lines] = diff.trimEnd().split('\n');
  const file = join(home, head.replace('--- ', ''));
  const before = lines.filter((line) => !line.startsWith('+')).map((line) => line.slice(1));
  const after = lines.filter((line) => !line.startsWith('-')).map((line) => line.slice(1));
  const text = readFileSync(file, 'utf8');
  const places = text.split(before.join('\n')).length - 1;
  expect({ diff, places }).toEqual({ diff, places: 1 });
  writeFileSync(
    file,
    text.replace(before.join('\n'), () => after.join('\n')),
  );
}

/** A view of the new aggregate, by the naive view and by the fold, in a process of its own. */
const PROBE = `
  import * as core from './libs/core/dist/index.js';
  const event = core.defineEvent({ type: 'thing.seen', stream: 'things', data: { isRed: core.optional(core.boolean()) } });
  const view = core.defineView({ name: 'reds', from: event, window: core.daily(), measures: ({ isRed }) => ({ reds: core.share(isRed) }) });
  const plan = core.planView(view, [event]);
  const place = { stream: 'things', partition: 0 };
  const values = [true, null, false, true, true];
  const fold = core.compileFold(plan)(place);
  values.forEach((isRed, offset) => fold.apply(0, [isRed], 0, offset));
  const naive = core.naiveView(plan, values.map((isRed, offset) => ({ ...place, offset, timeMs: 0, type: 'thing.seen', data: { isRed } })));
  console.log(JSON.stringify([fold.rows(), naive].map(([row]) => core.presentRow(plan, row).reds)));
`;

describe('docs/adding-an-aggregate.md', () => {
  const home = mkdtempSync(join(tmpdir(), 'twofold-docs-'));
  beforeAll(() => {
    mkdirSync(join(home, 'libs/core'), { recursive: true });
    for (const path of ['tsconfig.base.json', 'libs/core/src', 'libs/core/package.json', 'libs/core/tsconfig.lib.json'])
      cpSync(join(root, path), join(home, path), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'));
  });
  afterAll(() => rmSync(home, { recursive: true }));

  it(
    'adds an aggregate that folds as it is defined',
    () => {
      for (const diff of codeBlocks(page, 'diff')) apply(diff, home);
      const tsc = spawnSync('node_modules/.bin/tsc', ['-p', 'libs/core/tsconfig.lib.json'], {
        cwd: home,
        encoding: 'utf8',
      });
      expect({ status: tsc.status, said: tsc.stdout }).toEqual({ status: 0, said: '' });
      writeFileSync(join(home, 'probe.mjs'), PROBE);
      const probe = spawnSync(process.execPath, ['probe.mjs'], {
        cwd: home,
        encoding: 'utf8',
        env: { ...process.env, NODE_OPTIONS: '' },
      });
      expect(probe.stderr).toBe('');
      expect(JSON.parse(probe.stdout)).toEqual([0.75, 0.75]);
    },
    PATIENCE_MS,
  );
});
