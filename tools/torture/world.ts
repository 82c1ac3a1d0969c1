import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AppProcess } from '../demo/app-process.ts';
import { APPS, type AppName } from '../demo/apps.ts';
import { placeOf } from '../stack/place.ts';
import { freePort } from '../stack/process.ts';
import { ArchiveDisk } from './archive-disk.ts';
import { clockEnvironment, setClock } from './clocks.ts';
import { LogCopier } from './log-copy.ts';
import { Servers } from './servers.ts';

/** abrupt: kill -9, as a crash. graceful: asked to end, as a deployment does. */
export type Manner = 'abrupt' | 'graceful';

export const PARTITIONS = 3;
/** The least that brokers take: a killed process' partitions are free again sooner. */
const SESSION_TIMEOUT_MS = 6_000;
const BUILD_EVERY_MS = 5_000;
/** So that generations are made in both ways, one after the other. */
const RECOMPUTE_EVERY = 2;
/** So that versions are removed, and replayed again. */
const REPLAY_KEEP_MS = 5_000;
const REPLAYS_AT_ONCE = 3;
const NAMESPACE = 'torture';
/** How long all apps may take to be ready at first, on a machine that has other things to do. */
const OPEN_MS = 240_000;
/** How long a fault waits for an app to be up again: what comes next may also meet it in its start. */
const STARTED_MS = 30_000;
const POLL_MS = 50;
/** An app that ended by itself, as one does that cannot reach its servers at its start, is started again after so long. */
const RESTART_MS = 1_000;
/** Of which there may be several at once. */
export const BUILDERS: readonly AppName[] = ['speed-view-builder', 'batch-view-builder'];

export type WorldTell = (line: string) => void;
export type WorldOptions = {
  readonly brokers?: 1 | 3;
  /** How many processes of each builder run. */
  readonly copies?: number;
  /** Of the apps, beside what the world sets. */
  readonly environment?: Readonly<Record<string, string>>;
};

type Supervised = { process: AppProcess; isWanted: boolean };

/** The five apps, supervised as an orchestrator would, on Kafka, Redis and Postgres of their own. All of it can be broken. */
export class World {
  readonly directory = mkdtempSync(join(tmpdir(), 'twofold-torture-'));
  readonly namespace = NAMESPACE;
  /** How often an app ended by itself though it had been ready: none should. */
  readonly endedByThemselves: string[] = [];
  readonly servers: Servers;
  readonly archive: ArchiveDisk;
  /** The names of the builders' processes beside the first of each. */
  readonly copies: readonly string[];
  private readonly apps = new Map<string, Supervised>();
  private readonly ports = new Map<AppName, number>();
  private environment: Readonly<Record<string, string>> = {};
  private copier: LogCopier | null = null;
  private isClosing = false;

  private constructor({ brokers = 1, copies = 1 }: WorldOptions, tell: WorldTell) {
    chmodSync(this.directory, 0o755); // PostgreSQL runs as somebody else where we are root
    const place = placeOf(join(this.directory, 'stack'));
    mkdirSync(place.data, { recursive: true });
    this.servers = new Servers(place, brokers, tell);
    this.archive = new ArchiveDisk(join(this.directory, 'archive'));
    this.copies = Array.from({ length: copies - 1 }, (_, index) => `-of-${index + 2}`);
  }

  /** Resolves when everything runs. */
  static async open(tell: WorldTell, options: WorldOptions = {}): Promise<World> {
    const world = new World(options, tell);
    try {
      await world.servers.open();
      world.environment = {
        ...world.servers.urls,
        KAFKA_REPLICATION_FACTOR: `${options.brokers ?? 1}`,
        TWOFOLD_NAMESPACE: NAMESPACE,
        ARCHIVE_DIR: world.archive.directory,
        TWOFOLD_PARTITIONS: `${PARTITIONS}`,
        BUILD_EVERY_MS: `${BUILD_EVERY_MS}`,
        RECOMPUTE_EVERY: `${RECOMPUTE_EVERY}`,
        REPLAY_KEEP_MS: `${REPLAY_KEEP_MS}`,
        REPLAYS_AT_ONCE: `${REPLAYS_AT_ONCE}`,
        KAFKA_SESSION_TIMEOUT_MS: `${SESSION_TIMEOUT_MS}`,
        LOG_LEVEL: 'warn',
        ...options.environment,
      };
      world.copier = new LogCopier(world.servers.urls.KAFKA_BROKERS, NAMESPACE);
      for (const app of APPS) {
        world.ports.set(app, await freePort());
        world.startApp(app);
      }
      for (const app of BUILDERS) for (const copy of world.copies) await world.startCopy(app, copy);
      await Promise.all(APPS.map((app) => world.ready(app, OPEN_MS)));
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  /** All that ever stood on the log: what retention removes must have been copied before. */
  get log(): LogCopier {
    if (this.copier === null) throw new Error('the world is not open');
    return this.copier;
  }

  urlOf(app: AppName): string {
    return `http://127.0.0.1:${this.ports.get(app)}`;
  }

  clockFileOf(app: AppName): string {
    return join(this.directory, `clock-of-${app}`);
  }

  /** Starts an app, or (`copy`) another process of it on a port of its own; it is started again whenever it ends by itself. */
  startApp(app: AppName, copy = '', port = this.ports.get(app) ?? 0): void {
    const name = app + copy;
    const log = join(this.directory, 'logs', `${name}.log`);
    setClock(this.clockFileOf(app), 0);
    const environment = { ...this.environment, ...clockEnvironment(this.clockFileOf(app)) };
    const supervised: Supervised = { process: new AppProcess(app, port, environment, log, 'ours'), isWanted: true };
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

  freeze(app: AppName, copy = ''): void {
    this.apps.get(app + copy)?.process.freeze();
  }

  thaw(app: AppName, copy = ''): void {
    this.apps.get(app + copy)?.process.thaw();
  }

  /** What an app says of its readiness; null: it does not answer. */
  async readinessOf(app: AppName): Promise<{ readonly ready: boolean; readonly text: string } | null> {
    const answer = await fetch(`${this.urlOf(app)}/health/ready`).catch(() => null);
    return answer === null ? null : { ready: answer.ok, text: await answer.text().catch(() => '') };
  }

  /** Resolves when the app, or whichever process has taken its place meanwhile, is ready: so only where nothing is broken. */
  async ready(app: AppName, withinMs: number): Promise<void> {
    const givenUpAtMs = Date.now() + withinMs;
    for (;;) {
      const told = await this.readinessOf(app);
      if (told?.ready === true) return;
      if (Date.now() > givenUpAtMs)
        throw new Error(
          `${app} is not ready after ${withinMs / 1000} s: ${told?.text ?? 'no answer'}\n${this.lastWordsOf(app)}`,
        );
      await pause(POLL_MS);
    }
  }

  /** Resolves when the app has started, or after 30 s: while others break its servers it may not come to it. */
  async started(app: AppName): Promise<void> {
    const givenUpAtMs = Date.now() + STARTED_MS;
    while (Date.now() < givenUpAtMs) {
      const answer = await fetch(`${this.urlOf(app)}/health/started`).catch(() => null);
      if (answer?.ok === true) return;
      await pause(POLL_MS);
    }
  }

  lastWordsOf(app: AppName, copy = ''): string {
    return this.apps.get(app + copy)?.process.lastWords ?? '';
  }

  async close({ keep = false } = {}): Promise<void> {
    this.isClosing = true;
    await Promise.all([...this.apps.values()].map(({ process: app }) => app.stop()));
    await this.copier?.close();
    await this.servers.close();
    this.archive.close({ keep });
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
