import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@twofold/testkit';
import { INTERRUPTED, ROOT, runCommand } from './command.ts';
import { processIdentity } from './stack/process-identity.ts';

describe('a command of the workspace', () => {
  let directory: string;
  const never = new AbortController().signal;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'twofold-command-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('runs at the root, is found without npm, and ends with its own exit code', async () => {
    const file = join(directory, 'where');
    expect(await runCommand('sh', ['-c', `pwd > ${file}; exit 7`], { stop: never })).toBe(7);
    expect(readFileSync(file, 'utf8').trim()).toBe(ROOT);
    expect(await runCommand('tsc', ['--version'], { stop: never, stdio: 'ignore' })).toBe(0);
    await expect(runCommand('no-such-command', [], { stop: never })).rejects.toThrow('ENOENT');
  });

  it('ends with all that it started when it is stopped', async () => {
    const stop = new AbortController();
    const file = join(directory, 'pid');
    // The one in the background is in the same group, and the shell does not wait for it.
    const run = runCommand('sh', ['-c', `sleep 300 & echo $! > ${file}.new; mv ${file}.new ${file}; sleep 300`], {
      stop: stop.signal,
    });
    await eventually('it is under way', () => existsSync(file), 10_000);
    const background = Number(readFileSync(file, 'utf8'));
    expect(processIdentity(background)).not.toBeNull();
    stop.abort();
    expect(await run).toBe(INTERRUPTED);
    expect(processIdentity(background)).toBeNull();
  });

  it('is not begun when it is stopped already', async () => {
    const file = join(directory, 'begun');
    expect(await runCommand('touch', [file], { stop: AbortSignal.abort() })).toBe(INTERRUPTED);
    expect(existsSync(file)).toBe(false);
  });
});
