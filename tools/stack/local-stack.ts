import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { givenServer } from './given-server.ts';
import { withLock } from './lock.ts';
import { placeOf, type Place } from './place.ts';
import { ROLE_SERVERS } from './role-servers.ts';
import type { Afterwards, Role, RoleServer, Running } from './server.ts';

/** What runs: the apps' environment, and for people what was taken for each role and why. */
export type LocalStack = {
  readonly environment: Readonly<Record<RoleServer['variable'], string>>;
  readonly roles: Readonly<Record<string, string>>;
  readonly apps: Readonly<Record<string, string>>;
};

/** The roles whose servers were started here are for the caller to stop; the others ran before. */
export type StackUp = { readonly stack: LocalStack; readonly started: readonly Role[] };

type Tell = (line: string) => void;

/**
 * Brings up what is not up yet: for each role a URL in the environment, else Docker Compose, else a native server.
 * What runs stands in `local.json` when this resolves. Two calls at once do it one after the other.
 *
 * @throws Error with one line for each role that cannot be had; what was started for the others is stopped again
 */
export function stackUp(tell: Tell, place: Place = placeOf(), servers = ROLE_SERVERS): Promise<StackUp> {
  mkdirSync(place.data, { recursive: true });
  return withLock(place, async () => {
    const outcomes = await Promise.allSettled(servers.map((server) => serverUp(server, place, tell)));
    const running = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : null));
    const started = servers.filter((_server, index) => running[index]?.ranAlready === false).map(({ role }) => role);
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [messageOf(outcome.reason)] : []));
    if (failures.length > 0) {
      const ranBefore = servers.filter((_server, index) => running[index]?.ranAlready === true).map(({ role }) => role);
      await stopServers(
        servers.filter(({ role }) => !ranBefore.includes(role)),
        place,
        'keep-data',
      );
      throw new Error(failures.join('\n'));
    }
    const stack: LocalStack = {
      environment: Object.fromEntries(
        servers.map(({ variable }, index) => [variable, running[index]?.url ?? '']),
      ) as LocalStack['environment'],
      roles: Object.fromEntries(servers.map(({ role, name }, index) => [role, `${name}: ${running[index]?.took}`])),
      apps: readStack(place)?.apps ?? {},
    };
    writeStack(place, stack);
    return { stack, started };
  });
}

/** Stops what this place started, or of that only some roles; then nothing is said to run any more. */
export async function stackDown(
  place: Place = placeOf(),
  {
    roles = null,
    afterwards = 'keep-data' as Afterwards,
  }: { roles?: readonly Role[] | null; afterwards?: Afterwards } = {},
  servers = ROLE_SERVERS,
): Promise<void> {
  if (!existsSync(place.data)) return;
  await withLock(place, async () => {
    rmSync(place.localJson, { force: true });
    await stopServers(
      servers.filter(({ role }) => roles === null || roles.includes(role)),
      place,
      afterwards,
    );
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

/** All that can be stopped is stopped, whatever becomes of the others. */
async function stopServers(servers: readonly RoleServer[], place: Place, afterwards: Afterwards): Promise<void> {
  const ways = servers.flatMap((server) => server.ways);
  const outcomes = await Promise.allSettled(ways.map((way) => way.down(place, afterwards)));
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [messageOf(outcome.reason)] : []));
  if (failures.length > 0) throw new Error(failures.join('\n'));
}

async function serverUp(server: RoleServer, place: Place, tell: Tell): Promise<Running> {
  const given = process.env[server.variable];
  const running = given ? await givenServer(server, given) : await firstThatComesUp(server, place, tell);
  tell(`${server.role}: ${server.name}, ${running.took}${!given && running.ranAlready ? ' (it ran already)' : ''}`);
  return running;
}

/** The first way that is open; where it fails all the same (an image that cannot be fetched), the next, and it says so. */
async function firstThatComesUp(
  { name, variable, ways, remedy }: RoleServer,
  place: Place,
  tell: Tell,
): Promise<Running> {
  const reasons: string[] = [];
  for (const way of ways) {
    const reason = await way.unavailable(place);
    if (reason === null) {
      try {
        return await way.up(place, tell);
      } catch (error) {
        await way.down(place, 'keep-data').catch(() => undefined); // what it failed at is told already
        tell(`${name}: ${messageOf(error)}`);
        reasons.push(messageOf(error).split('\n', 1)[0] ?? '');
      }
    } else reasons.push(reason);
  }
  throw new Error(`there is no ${name} (${reasons.join('; ')}): ${remedy}, or set ${variable}`);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
