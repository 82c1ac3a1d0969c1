import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Place } from './place.ts';
import { processIdentity } from './process-identity.ts';

/** As long as a first start with all its downloads may take. */
const WAIT_MS = 10 * 60_000;
const POLL_MS = 200;

type Holder = { readonly pid: number; readonly identity: string | null };

/** Runs one piece of work at a time per place, across processes. A lock whose holder has died is taken over. */
export async function withLock<T>(place: Pick<Place, 'root'>, work: () => Promise<T>): Promise<T> {
  const lock = join(place.root, 'lock');
  const givenUpAtMs = Date.now() + WAIT_MS;
  while (!take(lock)) {
    const holder = holderOf(lock);
    if (holder !== null && processIdentity(holder.pid) !== holder.identity) dropStale(lock, holder);
    else if (Date.now() > givenUpAtMs) throw new Error(`process ${holder?.pid} holds ${lock}`);
    else await pause(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** The lock appears with its holder's name in it, or not at all: a link, unlike a write, is one step. */
function take(lock: string): boolean {
  const mine = `${lock}.${randomUUID()}`;
  const holder: Holder = { pid: process.pid, identity: processIdentity(process.pid) };
  writeFileSync(mine, JSON.stringify(holder));
  try {
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

function holderOf(lock: string): Holder | null {
  try {
    return JSON.parse(readFileSync(lock, 'utf8')) as Holder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null; // it was given back
    throw error;
  }
}

/** Of several that find the same dead holder, one moves its lock away; another may move the lock of the next holder. */
function dropStale(lock: string, dead: Holder): void {
  const moved = `${lock}.${randomUUID()}`;
  try {
    renameSync(lock, moved);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return; // another was first
    throw error;
  }
  const holder = holderOf(moved);
  if (holder !== null && holder.identity !== dead.identity)
    renameSync(moved, lock); // it was not that one: put back
  else rmSync(moved, { force: true });
}
