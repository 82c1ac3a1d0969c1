import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lock.ts';

describe('the lock of a place', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'twofold-lock-'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const heldBy = (pid: number, identity: string): void =>
    writeFileSync(join(root, 'lock'), JSON.stringify({ pid, identity }));

  it('lets one piece of work through at a time', async () => {
    const steps: string[] = [];
    const work = (name: string) => (): Promise<void> =>
      new Promise((done) => {
        steps.push(`${name} begins`);
        setImmediate(() => {
          steps.push(`${name} ends`);
          done();
        });
      });
    await Promise.all([withLock({ root }, work('one')), withLock({ root }, work('two'))]);
    expect(steps).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
  });

  it('is given back when the work fails, and leaves nothing behind', async () => {
    await expect(withLock({ root }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(readdirSync(root)).toEqual([]);
  });

  it('is taken over from a process that has died', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    heldBy(pid, 'whatever it was');
    expect(await withLock({ root }, () => Promise.resolve('done'))).toBe('done');
    expect(readdirSync(root)).toEqual([]);
  });

  it('is taken over when another process has the number of its holder', async () => {
    heldBy(process.pid, 'not this process');
    expect(await withLock({ root }, () => Promise.resolve('done'))).toBe('done');
  });

  it('lets several processes through one at a time when all find the lock of a dead one', async () => {
    heldBy(spawnSync(process.execPath, ['-e', '0']).pid, 'whatever it was');
    const counter = join(root, 'counter');
    writeFileSync(counter, '0');
    const script = `
      import { readFileSync, writeFileSync } from 'node:fs';
      import { withLock } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))};
      for (let round = 0; round < 20; round++)
        await withLock({ root: ${JSON.stringify(root)} }, async () => {
          const count = Number(readFileSync(${JSON.stringify(counter)}, 'utf8'));
          await new Promise(setImmediate);
          writeFileSync(${JSON.stringify(counter)}, String(count + 1));
        });`;
    const others = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: 'inherit',
        env: { ...process.env, NODE_OPTIONS: '' },
      }),
    );
    const codes = await Promise.all(others.map(async (child) => ((await once(child, 'exit')) as [number])[0]));
    expect(codes).toEqual([0, 0, 0, 0]);
    expect(readFileSync(counter, 'utf8')).toBe('80');
    expect(existsSync(join(root, 'lock'))).toBe(false);
  }, 60_000);
});
