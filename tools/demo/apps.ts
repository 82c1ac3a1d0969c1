import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { placeOf } from '../stack/place.ts';
import { answers, freePort } from '../stack/process.ts';

export const APPS = [
  'ingest',
  'speed-view-builder',
  'batch-view-builder',
  'serving-gateway',
  'replay-orchestrator',
] as const;
export type AppName = (typeof APPS)[number];

export type RunningApps = {
  readonly urls: Readonly<Record<AppName, string>>;
  /** Ends with the first app that ends by itself, which none should. */
  readonly ended: Promise<never>;
  stop(): Promise<void>;
};

const ROOT = resolve(import.meta.dirname, '../..');
const READY_MS = 90_000;
const STOP_MS = 25_000;
const LAST_WORDS = 20;

/** Starts the five apps as processes of their own; resolves when all are ready. Their logs stand in .twofold/logs. */
export async function startApps(
  environment: Readonly<Record<string, string>>,
  wantedPorts: Readonly<Record<AppName, number>>,
  tell: (line: string) => void,
): Promise<RunningApps> {
  const logs = placeOf().logs;
  mkdirSync(logs, { recursive: true });
  const urls = {} as Record<AppName, string>;
  const children = new Map<AppName, ChildProcess>();
  let stopping = false;
  let fail: (error: Error) => void = () => undefined;
  const ended = new Promise<never>((_, reject) => (fail = reject));
  ended.catch(() => undefined);

  for (const app of APPS) {
    const wanted = wantedPorts[app];
    const port = (await answers(wanted)) ? await freePort() : wanted;
    if (port !== wanted) tell(`port ${wanted} is taken: ${app} listens on ${port}`);
    urls[app] = `http://127.0.0.1:${port}`;
    const log = join(logs, `${app}.log`);
    const output = openSync(log, 'w');
    const child = spawn(process.execPath, [join(ROOT, 'apps', app, 'dist', 'main.js')], {
      cwd: ROOT,
      env: { ...process.env, ...environment, HOST: '127.0.0.1', PORT: `${port}` },
      stdio: ['ignore', output, output],
      // a group of its own: Ctrl-C reaches us alone, and we stop the apps in order
      detached: true,
    });
    closeSync(output);
    child.once('exit', (code, signal) => {
      const words = readFileSync(log, 'utf8').trim().split('\n').slice(-LAST_WORDS).join('\n');
      if (!stopping) fail(new Error(`${app} ended (${signal ?? code}). Its last words:\n${words}`));
    });
    children.set(app, child);
  }

  const stop = async (): Promise<void> => {
    stopping = true;
    await Promise.all([...children.values()].map(stopChild));
  };
  try {
    await Promise.race([ended, Promise.all(Object.entries(urls).map(([app, url]) => untilReady(app, url)))]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { urls, ended, stop };
}

async function untilReady(app: string, url: string): Promise<void> {
  const givenUpAtMs = Date.now() + READY_MS;
  for (;;) {
    const answer = await fetch(`${url}/health/ready`).catch(() => null);
    if (answer?.ok === true) return;
    if (Date.now() > givenUpAtMs)
      throw new Error(`${app} is not ready after ${READY_MS / 1000} s: ${(await answer?.text()) ?? 'no answer'}`);
    await pause(100);
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill('SIGTERM');
  const killing = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(killing);
}
