import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { placeOf } from '../stack/place.ts';
import { answers, freePort } from '../stack/process.ts';
import { AppProcess } from './app-process.ts';

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
  /** Rejects with the first app that ends by itself, which none should. */
  readonly ended: Promise<never>;
  stop(): Promise<void>;
};

/** Starts the five apps; resolves when all are ready. Their logs stand in .twofold/logs. */
export async function startApps(
  environment: Readonly<Record<string, string>>,
  wantedPorts: Readonly<Record<AppName, number>>,
  tell: (line: string) => void,
): Promise<RunningApps> {
  const { logs } = placeOf();
  const apps: AppProcess[] = [];
  for (const name of APPS) {
    const wanted = wantedPorts[name];
    const port = (await answers(wanted)) ? await freePort() : wanted;
    if (port !== wanted) tell(`port ${wanted} is taken: ${name} listens on ${port}`);
    const log = join(logs, `${name}.log`);
    rmSync(log, { force: true });
    // a group of its own: Ctrl-C reaches us alone, and we end the feed before the apps
    apps.push(new AppProcess(name, port, environment, log, 'own'));
  }
  let isStopping = false;
  const stop = async (): Promise<void> => {
    isStopping = true;
    await Promise.all(apps.map((app) => app.stop()));
  };
  const ended = Promise.race(apps.map(async (app) => [app, await app.exited] as const)).then(([app, how]) => {
    if (isStopping) return new Promise<never>(() => undefined);
    throw new Error(`${app.name} ended (${how}). Its last words:\n${app.lastWords}`);
  });
  ended.catch(() => undefined); // whoever waits for the apps hears of it
  try {
    await Promise.all(apps.map((app) => app.ready()));
  } catch (error) {
    await stop();
    throw error;
  }
  return { urls: Object.fromEntries(apps.map(({ name, url }) => [name, url])) as RunningApps['urls'], ended, stop };
}
