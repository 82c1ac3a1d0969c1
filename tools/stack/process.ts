import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Place } from './place.ts';

/** How long a server may take to answer after its start. Kafka needs some 4 s on an idle machine, more on a busy one. */
const START_MS = 90_000;
/** How long a server may take to stop before it is killed. */
const STOP_MS = 20_000;
const POLL_MS = 100;

/** A port nobody listens on, as the system hands it out. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

/** Whether something listens there. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1_000 });
    const end = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
    socket
      .once('connect', () => end(true))
      .once('timeout', () => end(false))
      .once('error', () => end(false));
  });
}

export type Started = { readonly pid: number; readonly port: number };

const recordOf = (place: Place, name: string): string => join(place.data, `${name}.json`);

/** The server of this name that this place started and that still answers. */
export async function running(place: Place, name: string): Promise<Started | null> {
  const record = recordOf(place, name);
  if (!existsSync(record)) return null;
  const started = JSON.parse(readFileSync(record, 'utf8')) as Started;
  return isAlive(started.pid) && (await answers(started.port)) ? started : null;
}

/** Starts a server on its own, with its output in a log file; resolves when it answers on its port. */
export async function start(
  place: Place,
  name: string,
  port: number,
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly uid?: number; readonly gid?: number } = {},
): Promise<Started> {
  mkdirSync(place.logs, { recursive: true });
  const log = join(place.logs, `${name}.log`);
  const output = openSync(log, 'a');
  const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', output, output] });
  closeSync(output);
  child.once('error', () => undefined); // it has no pid then, which is told below
  child.unref();
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${command} cannot be started`);
  const started = { pid, port };
  writeFileSync(recordOf(place, name), JSON.stringify(started));
  const givenUpAtMs = Date.now() + START_MS;
  while (!(await answers(port))) {
    if (!isAlive(pid)) throw new Error(`${name} ended at its start; its last words are in ${log}`);
    if (Date.now() > givenUpAtMs) throw new Error(`${name} did not answer within ${START_MS / 1000} s; see ${log}`);
    await pause(POLL_MS);
  }
  return started;
}

/** Stops the server of this name, if this place started it: asks, waits, then kills. */
export async function stop(place: Place, name: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  const record = recordOf(place, name);
  if (!existsSync(record)) return;
  const { pid } = JSON.parse(readFileSync(record, 'utf8')) as Started;
  signalIfAlive(pid, signal);
  const killedAtMs = Date.now() + STOP_MS;
  while (isAlive(pid)) {
    if (Date.now() > killedAtMs) signalIfAlive(pid, 'SIGKILL');
    await pause(POLL_MS);
  }
  rmSync(record, { force: true });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !isZombie(pid);
}

/** A process that has ended and that nobody has asked after. */
function isZombie(pid: number): boolean {
  const status = `/proc/${pid}/stat`;
  if (!existsSync(status)) return false;
  const text = readFileSync(status, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2, text.lastIndexOf(')') + 3) === 'Z';
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  if (isAlive(pid)) process.kill(pid, signal);
}
