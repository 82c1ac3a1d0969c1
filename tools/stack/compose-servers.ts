import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Place } from './place.ts';
import { freePort } from './process.ts';
import type { Provider } from './server.ts';

const FILE = resolve(import.meta.dirname, '../../docker/compose.yaml');
/** `docker info` hangs where the engine is starting or away. */
const ASK_MS = 10_000;
/** From the started container to its first good health check, on a busy machine. */
const HEALTHY_SECONDS = 180;

/** A service of docker/compose.yaml: the port within its container, and the variable for the one outside. */
export type ComposeService = {
  readonly service: 'kafka' | 'redis' | 'postgres';
  readonly containerPort: number;
  readonly portVariable: string;
  urlOf(port: number): string;
};

/** A server of docker/compose.yaml, where a Docker engine runs. Each place has containers, volumes and ports of its own. */
export function composeServer({ service, containerPort, portVariable, urlOf }: ComposeService): Provider {
  const took = 'Docker Compose, for a Docker engine runs';
  return {
    async unavailable() {
      if (!understands(['info'])) return 'no Docker engine runs';
      return understands(['compose', 'version']) ? null : 'docker has no compose';
    },
    async up(place, tell) {
      const found = portOf(place, service, containerPort);
      if (found !== null) return { url: urlOf(found), took, ranAlready: true };
      tell(`starting ${service} with Docker Compose (the first time fetches its image) …`);
      writeFileSync(recordOf(place, service), projectOf(place));
      const args = ['up', '--detach', '--wait', '--wait-timeout', `${HEALTHY_SECONDS}`, service];
      const up = compose(place, args, { [portVariable]: `${await freePort()}` });
      const port = up.status === 0 ? portOf(place, service, containerPort) : null;
      if (port === null) throw new Error(`docker compose up ${service} failed: ${up.stderr.trim()}`);
      return { url: urlOf(port), took, ranAlready: false };
    },
    async down(place, afterwards) {
      const record = recordOf(place, service);
      if (!existsSync(record)) return;
      const args = afterwards === 'keep-data' ? ['stop', service] : ['down', '--volumes'];
      const outcome = compose(place, args);
      if (outcome.status !== 0) throw new Error(`docker compose ${args.join(' ')} failed: ${outcome.stderr.trim()}`);
      rmSync(record, { force: true });
    },
  };
}

const understands = (args: readonly string[]): boolean =>
  spawnSync('docker', args, { stdio: 'ignore', timeout: ASK_MS, env: process.env }).status === 0;

function compose(place: Place, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return spawnSync('docker', ['compose', '--file', FILE, '--project-name', projectOf(place), ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
}

const projectOf = (place: Place): string =>
  `twofold-${createHash('sha256').update(place.root).digest('hex').slice(0, 8)}`;

const recordOf = (place: Place, service: string): string => join(place.data, `${service}.compose`);

/** The port of this machine that leads to the service, where it runs. */
function portOf(place: Place, service: string, containerPort: number): number | null {
  if (compose(place, ['ps', '--quiet', '--status', 'running', service]).stdout.trim() === '') return null;
  const port =
    compose(place, ['port', service, `${containerPort}`])
      .stdout.trim()
      .split(':')
      .at(-1) ?? '';
  return /^\d+$/.test(port) ? Number(port) : null;
}
