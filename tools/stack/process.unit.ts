import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeOf, type Place } from './place.ts';
import { processIdentity } from './process-identity.ts';
import { answers, freePort, running, start, startedAs, stop } from './process.ts';

/** Listens where it is told. */
const serverAt = (port: number) => ({
  file: process.execPath,
  args: ['-e', `require('node:net').createServer().listen(${port}, '127.0.0.1')`],
});

describe('a server that a place starts', () => {
  let place: Place;
  const others: ChildProcess[] = [];
  beforeEach(() => {
    place = placeOf(mkdtempSync(join(tmpdir(), 'twofold-process-')));
    mkdirSync(place.data);
  });
  afterEach(async () => {
    await stop(place, 'it');
    others.splice(0).forEach((child) => child.kill('SIGKILL'));
    rmSync(place.root, { recursive: true });
  });

  it('gets a port that nobody listens on', async () => {
    const port = await freePort();
    expect(await answers(port)).toBe(false);
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    expect(await answers(port)).toBe(true);
    server.close();
  });

  it('answers when its start is over, is found again, and is gone when it is stopped', async () => {
    const port = await freePort();
    const started = await start(place, 'it', port, serverAt(port));
    expect(await answers(port)).toBe(true);
    expect(await running(place, 'it')).toEqual(started);
    await stop(place, 'it');
    expect(processIdentity(started.pid)).toBeNull();
    expect(await running(place, 'it')).toBeNull();
    expect(readdirSync(place.data)).toEqual([]);
  });

  it('is not said to run when it was killed', async () => {
    const port = await freePort();
    const { pid } = await start(place, 'it', port, serverAt(port));
    process.kill(pid, 'SIGKILL');
    await stop(place, 'it'); // waits until it is gone
    expect(await running(place, 'it')).toBeNull();
  });

  it('tells where its last words are when it ends at its start', async () => {
    const ended = start(place, 'it', await freePort(), { file: process.execPath, args: ['-e', 'process.exit(3)'] });
    await expect(ended).rejects.toThrow(`it ended at its start; its last words are in ${join(place.logs, 'it.log')}`);
    await expect(start(place, 'it', 1, { file: '/no/such/file', args: [] })).rejects.toThrow('cannot be started');
  });

  it('is never confused with a process that got its number later', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    others.push(stranger);
    const port = await freePort();
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    writeFileSync(
      join(place.data, 'it.json'),
      JSON.stringify({ pid: stranger.pid, port, identity: 'of another time' }),
    );
    expect(startedAs(place, 'it')).not.toBeNull();
    expect(await running(place, 'it')).toBeNull();
    await stop(place, 'it');
    expect(startedAs(place, 'it')).toBeNull();
    expect(processIdentity(stranger.pid ?? 0)).not.toBeNull();
    server.close();
  });
});

describe('the identity of a process', () => {
  it('stays the same while it runs, and ends with it', () => {
    expect(processIdentity(process.pid)).toBe(processIdentity(process.pid));
    expect(processIdentity(spawnSync(process.execPath, ['-e', '0']).pid)).toBeNull();
  });
});
