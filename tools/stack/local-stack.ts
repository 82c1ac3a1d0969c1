import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { composeServer } from './compose-servers.ts';
import { nativeKafka } from './native-kafka.ts';
import { nativePostgres } from './native-postgres.ts';
import { nativeRedis } from './native-redis.ts';
import { withLock } from './lock.ts';
import { placeOf, type Place } from './place.ts';
import type { Provider, RoleServer, Running } from './server.ts';

/** What runs: the apps' environment, and for people what was taken for each role and why. */
export type LocalStack = {
  readonly environment: Readonly<Record<RoleServer['variable'], string>>;
  readonly roles: Readonly<Record<string, string>>;
  readonly apps: Readonly<Record<string, string>>;
};

const SERVERS: readonly RoleServer[] = [
  {
    role: 'log',
    name: 'Kafka',
    variable: 'KAFKA_BROKERS',
    ways: [composeServer('kafka', 9092, (port) => `127.0.0.1:${port}`), nativeKafka],
  },
  {
    role: 'speed views',
    name: 'Redis',
    variable: 'REDIS_URL',
    ways: [composeServer('redis', 6379, (port) => `redis://127.0.0.1:${port}`), nativeRedis],
  },
  {
    role: 'batch views',
    name: 'Postgres',
    variable: 'DATABASE_URL',
    ways: [composeServer('postgres', 5432, (port) => `postgresql://twofold@127.0.0.1:${port}/twofold`), nativePostgres],
  },
];

/**
 * Brings up what is not up yet: for each role a URL in the environment, else Docker Compose, else a native server.
 * What runs stands in `local.json` when this resolves. Two calls at once do it one after the other.
 *
 * @throws Error with one line for a person when a role cannot be had
 */
export function stackUp(tell: (line: string) => void, place: Place = placeOf()): Promise<LocalStack> {
  mkdirSync(place.data, { recursive: true });
  return withLock(place, async () => {
    const outcomes = await Promise.all(
      SERVERS.map(async (server) => [server, await serverUp(server, place, tell)] as const),
    );
    const stack: LocalStack = {
      environment: Object.fromEntries(
        outcomes.map(([{ variable }, { url }]) => [variable, url]),
      ) as LocalStack['environment'],
      roles: Object.fromEntries(outcomes.map(([{ role, name }, { took }]) => [role, `${name}: ${took}`])),
      apps: readStack(place)?.apps ?? {},
    };
    writeStack(place, stack);
    return stack;
  });
}

/** Stops what this place started. */
export async function stackDown(place: Place = placeOf()): Promise<void> {
  if (!existsSync(place.data)) return;
  await withLock(place, async () => {
    const stack = readStack(place);
    rmSync(place.localJson, { force: true });
    const composed = Object.values(stack?.roles ?? {}).some((took) => took.includes('Docker Compose'));
    const native: readonly Provider[] = [nativeKafka, nativeRedis, nativePostgres];
    const ways = composed ? SERVERS.flatMap(({ ways: all }) => all) : native;
    await Promise.all(ways.map((way) => way.down(place)));
  });
}

export function readStack(place: Place = placeOf()): LocalStack | null {
  return existsSync(place.localJson) ? (JSON.parse(readFileSync(place.localJson, 'utf8')) as LocalStack) : null;
}

/** Whole or not at all: a reader never sees half a file. */
export function writeStack(place: Place, stack: LocalStack): void {
  writeFileSync(`${place.localJson}.new`, `${JSON.stringify(stack, null, 2)}\n`);
  renameSync(`${place.localJson}.new`, place.localJson);
}

async function serverUp(
  { role, name, variable, ways }: RoleServer,
  place: Place,
  tell: (line: string) => void,
): Promise<Running> {
  const given = process.env[variable];
  const running = given
    ? { url: given, took: `${variable} of the environment` }
    : await firstOpen(name, variable, ways, place, tell);
  tell(`${role}: ${name}, ${running.took}`);
  return running;
}

async function firstOpen(
  name: string,
  variable: string,
  ways: readonly Provider[],
  place: Place,
  tell: (line: string) => void,
): Promise<Running> {
  const reasons: string[] = [];
  for (const way of ways) {
    const reason = await way.unavailable(place);
    if (reason === null) return way.up(place, tell);
    reasons.push(reason);
  }
  throw new Error(
    `there is no ${name} (${reasons.join('; ')}): start Docker, or install Java 17 and Maven, or set ${variable}`,
  );
}
