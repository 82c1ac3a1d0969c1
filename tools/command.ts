import { spawn, type StdioOptions } from 'node:child_process';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** The root of the checkout. */
export const ROOT = resolve(import.meta.dirname, '..');

/** How long what a command started may take to end when it is interrupted: apps finish what they have begun. */
const END_MS = 30_000;
const POLL_MS = 50;

export type CommandOptions = {
  readonly stop: AbortSignal;
  readonly stdio?: StdioOptions;
  readonly environment?: Readonly<Record<string, string>>;
};

/**
 * Runs one of the workspace's commands (nx, jest, tsc …) at the root, found also where npm did not start us. Resolves
 * with its exit code; 130 when stopped, and then nothing that it started runs any more.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  { stop, stdio = ['ignore', 'inherit', 'inherit'], environment = {} }: CommandOptions,
): Promise<number> {
  if (stop.aborted) return INTERRUPTED;
  const path = [join(ROOT, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter);
  const env = { ...process.env, PATH: path, NX_DAEMON: 'false', NX_TUI: 'false', ...environment };
  // a group of its own, which can be ended as a whole
  const child = spawn(command, args, { cwd: ROOT, stdio, env, detached: true });
  const exited = new Promise<number>((done, failed) => {
    child.once('error', failed).once('exit', (code) => done(code ?? 1));
  });
  const { pid } = child;
  if (pid === undefined) return exited;
  let ending: Promise<void> | null = null;
  const end = (): void => void (ending = endGroup(pid));
  stop.addEventListener('abort', end, { once: true });
  try {
    const code = await exited;
    await ending;
    return stop.aborted ? INTERRUPTED : code;
  } finally {
    stop.removeEventListener('abort', end);
  }
}

/** What shells say of a command that Ctrl-C ended. */
export const INTERRUPTED = 130;

/** Resolves when no process of the group is left. */
async function endGroup(leader: number): Promise<void> {
  signalGroup(leader, 'SIGTERM');
  const killedAtMs = Date.now() + END_MS;
  while (signalGroup(leader, 0)) {
    if (Date.now() > killedAtMs) signalGroup(leader, 'SIGKILL');
    await pause(POLL_MS);
  }
}

/** Whether there was anybody to signal. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}
