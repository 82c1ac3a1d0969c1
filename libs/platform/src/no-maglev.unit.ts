import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const NO_MAGLEV = join(import.meta.dirname, 'no-maglev.ts');
const APPS = join(import.meta.dirname, '../../../apps');

/** A captured `let` that an inlined function advances in a hot loop of code that awaits. Prints how often it is wrong. */
const MISCOMPILED = `
  const N = 3000, b = Buffer.alloc(N * 20);
  for (let k = 0; k < N; k++) b[k * 20] = 2;
  let pos = 0;
  function one(b) { return b[pos++]; }
  let bad = 0;
  for (let r = 0; r < 300; r++) {
    await 0;
    pos = 0;
    for (let k = 0; k < N; k++) {
      const stop = pos + 20, from = pos;
      const kl = one(b);
      if (kl > 0) pos += kl;
      if (pos !== from + 3) bad++;
      pos = stop;
    }
  }
  console.log(bad);
`;

describe('without Maglev', () => {
  it.each([1, 2, 3])('the loop that it miscompiles is right (run %d)', async () => {
    const program = `import ${JSON.stringify(NO_MAGLEV)};\n${MISCOMPILED}`;
    const args = ['--no-warnings', '--input-type=module', '--eval', program];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout.trim()).toBe('0');
  });

  const mains = readdirSync(APPS)
    .map((app) => join(APPS, app, 'src/main.ts'))
    .filter((main) => existsSync(main));

  it.each(mains)('%s begins', (main) => {
    const firstImport = /^import\b.*$/m.exec(readFileSync(main, 'utf8'))?.[0];
    expect(firstImport).toBe("import '@twofold/platform/no-maglev';");
  });
});
