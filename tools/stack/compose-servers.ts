import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import type { Provider } from './server.ts';

const FILE = resolve(import.meta.dirname, '../../docker/compose.yaml');
/** `docker info` hangs where the engine is starting or away. */
const ASK_MS = 10_000;

/** A server of docker/compose.yaml, where a Docker engine runs. */
export function composeServer(
  service: 'kafka' | 'redis' | 'postgres',
  containerPort: number,
  urlOf: (port: string) => string,
): Provider {
  const compose = (...args: string[]) => spawnSync('docker', ['compose', '-f', FILE, ...args], { encoding: 'utf8' });
  return {
    async unavailable() {
      const info = spawnSync('docker', ['info'], { stdio: 'ignore', timeout: ASK_MS });
      return info.status === 0 ? null : 'no Docker engine runs';
    },
    async up(_place, tell) {
      const ranAlready = compose('ps', '-q', service).stdout.trim() !== '';
      if (!ranAlready) tell(`starting ${service} with Docker Compose (the first time fetches its image) …`);
      const up = compose('up', '-d', '--wait', service);
      if (up.status !== 0) throw new Error(`docker compose up ${service}:\n${up.stderr}`);
      const port = compose('port', service, `${containerPort}`).stdout.trim().split(':').at(-1) ?? '';
      return {
        url: urlOf(port),
        took: `Docker Compose, for a Docker engine runs${ranAlready ? ' (it ran already)' : ''}`,
      };
    },
    async down() {
      compose('stop', service);
    },
  };
}
