import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Place } from './place.ts';
import { isAlive } from './process.ts';

/** As long as a first start with all its downloads may take. */
const WAIT_MS = 10 * 60_000;
const POLL_MS = 200;

/** Runs one piece of work at a time per place, across processes. A lock whose holder has died is taken over. */
export async function withLock<T>(place: Place, work: () => Promise<T>): Promise<T> {
  const lock = join(place.root, 'lock');
  const givenUpAtMs = Date.now() + WAIT_MS;
  while (!take(lock)) {
    if (Date.now() > givenUpAtMs) throw new Error(`another process holds ${lock}`);
    await pause(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock: string): boolean {
  try {
    writeFileSync(lock, `${process.pid}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0;
    if (holder > 0 && !isAlive(holder)) rmSync(lock, { force: true });
    return false;
  }
}
