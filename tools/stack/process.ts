import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Place } from './place.ts';
import { processIdentity } from './process-identity.ts';

/** How long a server may take to answer after its start. Kafka needs some 4 s on an idle machine, more on a busy one. */
const START_MS = 90_000;
/** How long a server may take to stop before it is killed. */
const STOP_MS = 20_000;
/** How long the system may take to clear away what was killed. */
const KILL_MS = 10_000;
const POLL_MS = 100;
/** Nothing on this machine takes longer to accept a connection. */
const CONNECT_MS = 1_000;

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
export function answers(port: number, host = '127.0.0.1', timeoutMs = CONNECT_MS): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
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

export type Started = { readonly pid: number; readonly port: number; readonly identity: string };

/** A command, with the account, the directory and the environment that it runs in. */
export type Command = {
  readonly file: string;
  readonly args: readonly string[];
  readonly options?: {
    readonly cwd?: string;
    readonly uid?: number;
    readonly gid?: number;
    readonly env?: NodeJS.ProcessEnv;
  };
};

/** The port that this place's server of this name had last, so that who knows it finds it again; a free one where it had none, or others took it. */
export async function portOf(place: Place, name: string): Promise<number> {
  const before = startedAs(place, name)?.port;
  return before === undefined || (await answers(before)) ? freePort() : before;
}

const recordOf = (place: Place, name: string): string => join(place.data, `${name}.json`);

/** What this place started under this name, whether it still runs or not. */
export function startedAs(place: Place, name: string): Started | null {
  const record = recordOf(place, name);
  return existsSync(record) ? (JSON.parse(readFileSync(record, 'utf8')) as Started) : null;
}

/** The server of this name that this place started and that still answers. */
export async function running(place: Place, name: string): Promise<Started | null> {
  const started = startedAs(place, name);
  return started !== null && isStill(started) && (await answers(started.port)) ? started : null;
}

/** Starts a server on its own, with its output in a log file; resolves when it answers on its port. */
export async function start(
  place: Place,
  name: string,
  port: number,
  { file, args, options = {} }: Command,
): Promise<Started> {
  mkdirSync(place.logs, { recursive: true });
  const log = join(place.logs, `${name}.log`);
  const output = openSync(log, 'a');
  const child = spawn(file, args, { ...options, detached: true, stdio: ['ignore', output, output] });
  closeSync(output);
  child.once('error', () => undefined); // it has no pid then, which is told below
  child.unref();
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} cannot be started`);
  const endedAtStart = (): Error => new Error(`${name} ended at its start; its last words are in ${log}`);
  const identity = processIdentity(pid);
  if (identity === null) throw endedAtStart();
  const started = { pid, port, identity };
  remember(place, name, started);
  const givenUpAtMs = Date.now() + START_MS;
  while (!(await answers(port))) {
    if (!isStill(started)) throw endedAtStart();
    if (Date.now() > givenUpAtMs) throw new Error(`${name} did not answer within ${START_MS / 1000} s; see ${log}`);
    await pause(POLL_MS);
  }
  return started;
}

/** Stops the server of this name, if this place started it and it still runs: asks, waits, then kills. */
export async function stop(place: Place, name: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  const started = startedAs(place, name);
  if (started === null) return;
  if (!(await ended(started, signal, STOP_MS)) && !(await ended(started, 'SIGKILL', KILL_MS)))
    throw new Error(`${name} (process ${started.pid}) cannot be stopped`);
  rmSync(recordOf(place, name), { force: true });
}

/** Whether the process is gone within that time after the signal. */
async function ended(started: Started, signal: NodeJS.Signals, withinMs: number): Promise<boolean> {
  const givenUpAtMs = Date.now() + withinMs;
  if (isStill(started)) process.kill(started.pid, signal);
  while (isStill(started)) {
    if (Date.now() > givenUpAtMs) return false;
    await pause(POLL_MS);
  }
  return true;
}

/** The number alone says nothing: another process may have it by now. */
const isStill = ({ pid, identity }: Started): boolean => processIdentity(pid) === identity;

function remember(place: Place, name: string, started: Started): void {
  const record = recordOf(place, name);
  writeFileSync(`${record}.new`, JSON.stringify(started));
  renameSync(`${record}.new`, record);
}
