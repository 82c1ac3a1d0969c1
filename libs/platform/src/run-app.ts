import { TwofoldError } from '@twofold/core';
import type { z } from 'zod';
import { requireServers, type NeededServer } from './needed-servers.js';
import { parseSettings } from './parse-settings.js';
import { processHost, type ProcessHost } from './process-host.js';
import { Readiness } from './readiness.js';
import type { AppSettings } from './settings.js';
import { startApp, type AppParts } from './start-app.js';

/** An app as its main file declares it. */
export type App<Settings extends AppSettings> = {
  readonly name: string;
  readonly settings: z.ZodType<Settings>;
  /** What must answer before the app is put together. */
  readonly servers: (settings: Settings) => readonly NeededServer[];
  readonly parts: (settings: Settings) => Omit<AppParts, 'name'>;
};

/**
 * An app's process: settings, servers, start; until SIGTERM or SIGINT, after which it finishes within its grace time.
 * What keeps it from starting is told in plain lines on stderr, with exit code 1. A second signal ends it at once.
 */
export async function runApp<Settings extends AppSettings>(
  app: App<Settings>,
  host: ProcessHost = processHost,
): Promise<void> {
  try {
    const settings = parseSettings(app.settings, host.environment);
    await requireServers(app.servers(settings));
    const running = await startApp({ name: app.name, ...app.parts(settings) }, settings);
    let stopping = false;
    host.onStop((signal) => {
      if (stopping) return host.exit(1);
      stopping = true;
      running.get(Readiness).stopping();
      void within(settings.SHUTDOWN_GRACE_MS, running.close()).then(
        (inTime) => {
          if (!inTime) host.tell(`${app.name} had not finished ${settings.SHUTDOWN_GRACE_MS} ms after ${signal}`);
          host.exit(inTime ? 0 : 1);
        },
        (error: unknown) => {
          host.tell(`${app.name} failed to end well: ${reasonOf(error)}`);
          host.exit(1);
        },
      );
    });
  } catch (error) {
    for (const line of reasonOf(error).split('\n')) host.tell(`${app.name} cannot start: ${line}`);
    host.exit(1);
  }
}

/** What a person can act on is told in a line; anything else is a fault of ours and comes with where it happened. */
function reasonOf(error: unknown): string {
  if (error instanceof TwofoldError) return error.message;
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && error.code === 'EADDRINUSE' ? error.message : (error.stack ?? error.message);
}

/** Whether it resolved in time. */
async function within(graceMs: number, finished: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), graceMs);
  });
  try {
    return await Promise.race([finished.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
