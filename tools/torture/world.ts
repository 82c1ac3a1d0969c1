import { mkdirSync, mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AppProcess } from '../demo/app-process.ts';
import { APPS, type AppName } from '../demo/apps.ts';
import { nativeKafka } from '../stack/native-kafka.ts';
import { nativePostgres } from '../stack/native-postgres.ts';
import { nativeRedis } from '../stack/native-redis.ts';
import { placeOf, type Place } from '../stack/place.ts';
import { processIdentity } from '../stack/process-identity.ts';
import { freePort, startedAs } from '../stack/process.ts';
import type { Provider } from '../stack/server.ts';

/** abrupt: kill -9, as a crash. graceful: asked to end, as a deployment does. */
export type Manner = 'abrupt' | 'graceful';

export const SERVERS = ['kafka', 'redis', 'postgres'] as const;
export type ServerName = (typeof SERVERS)[number];

const PROVIDERS: Readonly<Record<ServerName, Provider>> = {
  kafka: nativeKafka,
  redis: nativeRedis,
  postgres: nativePostgres,
};
/** PostgreSQL's fast shutdown does not wait for clients; its crash is SIGQUIT to the postmaster, who takes all others along. */
const SIGNALS: Readonly<Record<ServerName, Readonly<Record<Manner, NodeJS.Signals>>>> = {
  kafka: { abrupt: 'SIGKILL', graceful: 'SIGTERM' },
  redis: { abrupt: 'SIGKILL', graceful: 'SIGTERM' },
  postgres: { abrupt: 'SIGQUIT', graceful: 'SIGINT' },
};

export const PARTITIONS = 3;
/** The least that brokers take: a killed process' partitions are free again sooner. */
const SESSION_TIMEOUT_MS = 6_000;
const BUILD_EVERY_MS = 5_000;
const NAMESPACE = 'torture';
/** How long a server may take to be gone after it was asked. */
const GONE_MS = 60_000;
const POLL_MS = 50;
/** An app that ended by itself, as one does that cannot reach its servers at its start, is started again after so long. */
const RESTART_MS = 1_000;

export type WorldTell = (line: string) => void;

type Supervised = { process: AppProcess; isWanted: boolean };

/** The five apps, supervised as an orchestrator would, on Kafka, Redis and Postgres of their own. All of it can be broken. */
export class World {
  readonly directory = mkdtempSync(join(tmpdir(), 'twofold-torture-'));
  readonly namespace = NAMESPACE;
  /** How often an app ended by itself though it had been ready: none should. */
  readonly endedByThemselves: string[] = [];
  private readonly place: Place;
  private readonly apps = new Map<string, Supervised>();
  private readonly ports = new Map<AppName, number>();
  private environment: Readonly<Record<string, string>> = {};
  private readonly tell: WorldTell;
  private isClosing = false;

  private constructor(tell: WorldTell) {
    this.tell = tell;
    chmodSync(this.directory, 0o755); // PostgreSQL runs as somebody else where we are root
    this.place = placeOf(join(this.directory, 'stack'));
    mkdirSync(this.place.data, { recursive: true });
  }

  /** Resolves when everything runs. */
  static async open(tell: WorldTell): Promise<World> {
    const world = new World(tell);
    try {
      const [kafka = '', redis = '', postgres = ''] = await Promise.all(
        SERVERS.map((server) => world.startServer(server)),
      );
      world.environment = {
        KAFKA_BROKERS: kafka,
        REDIS_URL: redis,
        DATABASE_URL: postgres,
        TWOFOLD_NAMESPACE: NAMESPACE,
        ARCHIVE_DIR: world.archiveDirectory,
        TWOFOLD_PARTITIONS: `${PARTITIONS}`,
        BUILD_EVERY_MS: `${BUILD_EVERY_MS}`,
        KAFKA_SESSION_TIMEOUT_MS: `${SESSION_TIMEOUT_MS}`,
        LOG_LEVEL: 'warn',
      };
      for (const app of APPS) {
        world.ports.set(app, await freePort());
        world.startApp(app);
      }
      await Promise.all(APPS.map((app) => world.ready(app)));
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  get archiveDirectory(): string {
    return join(this.directory, 'archive');
  }

  get servers(): Readonly<Record<'KAFKA_BROKERS' | 'REDIS_URL' | 'DATABASE_URL', string>> {
    const { KAFKA_BROKERS = '', REDIS_URL = '', DATABASE_URL = '' } = this.environment;
    return { KAFKA_BROKERS, REDIS_URL, DATABASE_URL };
  }

  /** Of native servers: where they keep their data. */
  dataOf(server: ServerName): string {
    return join(this.place.data, server);
  }

  urlOf(app: AppName): string {
    return `http://127.0.0.1:${this.ports.get(app)}`;
  }

  /** Starts an app, or (`copy`) another process of it on a port of its own; it is started again whenever it ends by itself. */
  startApp(app: AppName, copy = '', port = this.ports.get(app) ?? 0): void {
    const name = app + copy;
    const log = join(this.directory, 'logs', `${name}.log`);
    const supervised: Supervised = {
      process: new AppProcess(app, port, this.environment, log, 'ours'),
      isWanted: true,
    };
    this.apps.set(name, supervised);
    void this.supervise(supervised, () => this.startApp(app, copy, port));
  }

  async startCopy(app: AppName, copy: string): Promise<void> {
    this.startApp(app, copy, await freePort());
  }

  async stopApp(app: AppName, manner: Manner, copy = ''): Promise<void> {
    const supervised = this.apps.get(app + copy);
    if (supervised === undefined) return;
    supervised.isWanted = false;
    await (manner === 'abrupt' ? supervised.process.kill() : supervised.process.stop());
  }

  freeze(app: AppName): void {
    this.apps.get(app)?.process.freeze();
  }

  thaw(app: AppName): void {
    this.apps.get(app)?.process.thaw();
  }

  /** Resolves when the app, or whichever process has taken its place meanwhile, is ready. */
  async ready(app: AppName, withinMs = GONE_MS * 2): Promise<void> {
    const givenUpAtMs = Date.now() + withinMs;
    for (;;) {
      const answer = await fetch(`${this.urlOf(app)}/health/ready`).catch(() => null);
      if (answer?.ok === true) return;
      if (Date.now() > givenUpAtMs)
        throw new Error(
          `${app} is not ready after ${withinMs / 1000} s: ${(await answer?.text()) ?? 'no answer'}\n${this.apps.get(app)?.process.lastWords ?? ''}`,
        );
      await pause(POLL_MS);
    }
  }

  /** Starts a server where it was, with its data; resolves with its URL when it answers. */
  async startServer(server: ServerName): Promise<string> {
    const { url } = await PROVIDERS[server].up(this.place, this.tell);
    return url;
  }

  /** Resolves when its process is gone. */
  async stopServer(server: ServerName, manner: Manner): Promise<void> {
    const started = startedAs(this.place, server);
    if (started === null) return;
    const isThere = (): boolean => processIdentity(started.pid) === started.identity;
    if (isThere()) process.kill(started.pid, SIGNALS[server][manner]);
    const killedAtMs = Date.now() + GONE_MS;
    while (isThere()) {
      if (Date.now() > killedAtMs) process.kill(started.pid, 'SIGKILL');
      await pause(POLL_MS);
    }
  }

  freezeServer(server: ServerName, is: 'frozen' | 'thawed'): void {
    const started = startedAs(this.place, server);
    if (started !== null) process.kill(started.pid, is === 'frozen' ? 'SIGSTOP' : 'SIGCONT');
  }

  async close({ keep = false } = {}): Promise<void> {
    this.isClosing = true;
    await Promise.all([...this.apps.values()].map(({ process: app }) => app.stop()));
    await Promise.allSettled(SERVERS.map((server) => PROVIDERS[server].down(this.place, 'drop-data')));
    if (!keep) rmSync(this.directory, { recursive: true, force: true });
  }

  private async supervise(supervised: Supervised, restart: () => void): Promise<void> {
    let wasReady = false;
    void supervised.process.ready().then(
      () => (wasReady = true),
      () => undefined,
    );
    const how = await supervised.process.exited;
    if (!supervised.isWanted || this.isClosing) return;
    if (wasReady) this.endedByThemselves.push(`${supervised.process.name} (${how}): ${supervised.process.lastWords}`);
    await pause(RESTART_MS);
    if (supervised.isWanted && !this.isClosing) restart();
  }
}
