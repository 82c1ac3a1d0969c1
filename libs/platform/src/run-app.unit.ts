import { Module } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { Environment } from './parse-settings.js';
import { closeAtShutdown } from './close-at-shutdown.js';
import { kafkaAt } from './needed-servers.js';
import { runApp, type App } from './run-app.js';
import { appSettings, type AppSettings } from './settings.js';

@Module({})
class Nothing {}

/** A process that notes what happens to it; `exited` resolves with its exit code. */
function fakeProcess(environment: Environment) {
  const told: string[] = [];
  let stop: (signal: string) => void = () => undefined;
  let exit: (code: number) => void = () => undefined;
  const exited = new Promise<number>((resolve) => {
    exit = resolve;
  });
  const host = {
    environment: { LOG_LEVEL: 'silent', PORT: '0', ...environment },
    onStop: (handle: (signal: string) => void) => {
      stop = handle;
    },
    tell: (line: string) => void told.push(line),
    exit: (code: number) => exit(code),
  };
  return { host, told, exited, signal: (name: string) => stop(name) };
}

const app = (parts: Partial<App<AppSettings>> = {}): App<AppSettings> => ({
  name: 'things',
  settings: z.object(appSettings(4009)),
  servers: () => [],
  parts: () => ({ module: { module: Nothing } }),
  ...parts,
});

/** An app that closes something which takes as long as it is let. */
const appThatCloses = (close: () => Promise<void>): App<AppSettings> =>
  app({
    parts: () => ({
      module: {
        module: Nothing,
        providers: [{ provide: 'thing', useValue: { close } }, closeAtShutdown('thing')],
      },
    }),
  });

describe('an app that cannot start', () => {
  it('tells every problem of its settings, a line each, and exits with 1', async () => {
    const { host, told, exited } = fakeProcess({ PORT: 'x', LOG_LEVEL: 'loud' });
    await runApp(app(), host);
    expect(await exited).toBe(1);
    expect(told).toEqual([
      'things cannot start: PORT must be a whole number from 0 to 65535',
      expect.stringMatching(/^things cannot start: LOG_LEVEL must be one of fatal, /),
    ]);
  });

  it('tells in one line which server is missing and how to get it', async () => {
    const { host, told, exited } = fakeProcess({});
    await runApp(app({ servers: () => [kafkaAt(['127.0.0.1:1'])] }), host);
    expect(await exited).toBe(1);
    expect(told).toEqual([expect.stringMatching(/^things cannot start: Kafka .*KAFKA_BROKERS.*npm run stack up/)]);
  });
});

describe('an app that is told to stop', () => {
  it.each(['SIGTERM', 'SIGINT'])('closes what it holds at %s and exits with 0', async (name) => {
    let closed = false;
    const process = fakeProcess({});
    await runApp(
      appThatCloses(async () => {
        closed = true;
      }),
      process.host,
    );
    process.signal(name);
    expect(await process.exited).toBe(0);
    expect(closed).toBe(true);
  });

  it('exits with 1 when its grace time is over', async () => {
    const process = fakeProcess({ SHUTDOWN_GRACE_MS: '20' });
    await runApp(
      appThatCloses(() => new Promise(() => undefined)),
      process.host,
    );
    process.signal('SIGTERM');
    expect(await process.exited).toBe(1);
    expect(process.told).toEqual(['things had not finished 20 ms after SIGTERM']);
  });

  it('exits at once when told twice', async () => {
    const process = fakeProcess({ SHUTDOWN_GRACE_MS: '500' });
    await runApp(
      appThatCloses(() => new Promise(() => undefined)),
      process.host,
    );
    process.signal('SIGTERM');
    process.signal('SIGTERM');
    expect(await process.exited).toBe(1);
    expect(process.told).toEqual([]);
  });
});
