import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppProcess } from '../demo/app-process.ts';
import { APPS, type AppName } from '../demo/apps.ts';
import { freshInstallation, type Installation } from '../demo/installation.ts';
import { freePort } from '../stack/process.ts';

/** The least that brokers take: a killed process' partitions are free again sooner. */
const SESSION_TIMEOUT_MS = 6_000;
const BUILD_EVERY_MS = 1_000;
/** So that generations are made in both ways, one after the other. */
const RECOMPUTE_EVERY = 2;
export const PARTITIONS = 2;

type Servers = Readonly<Record<'KAFKA_BROKERS' | 'REDIS_URL' | 'DATABASE_URL', string>>;

/** The five apps on real servers, each a process that can be killed. */
export class Platform {
  readonly namespace: string;
  private readonly installation: Installation;
  private environment: Readonly<Record<string, string>>;
  private readonly directory = mkdtempSync(join(tmpdir(), 'twofold-e2e-'));
  private readonly apps = new Map<AppName, AppProcess>();
  private readonly ports = new Map<AppName, number>();

  private constructor(servers: Servers, settings: Readonly<Record<string, string>>) {
    this.installation = freshInstallation(servers);
    this.namespace = this.installation.environment['TWOFOLD_NAMESPACE'] ?? '';
    this.environment = {
      ...this.installation.environment,
      ARCHIVE_DIR: join(this.directory, 'archive'),
      TWOFOLD_PARTITIONS: `${PARTITIONS}`,
      BUILD_EVERY_MS: `${BUILD_EVERY_MS}`,
      RECOMPUTE_EVERY: `${RECOMPUTE_EVERY}`,
      KAFKA_SESSION_TIMEOUT_MS: `${SESSION_TIMEOUT_MS}`,
      ...settings,
    };
  }

  /** Starts all five, with these settings besides its own; resolves when all are ready. */
  static async open(servers: Servers, settings: Readonly<Record<string, string>> = {}): Promise<Platform> {
    const platform = new Platform(servers, settings);
    for (const app of APPS) platform.ports.set(app, await freePort());
    try {
      APPS.forEach((app) => platform.start(app));
      await Promise.all(APPS.map((app) => platform.ready(app)));
    } catch (error) {
      await platform.close();
      throw error;
    }
    return platform;
  }

  /** Its own, among those of others. */
  get databaseUrl(): string {
    return this.environment['DATABASE_URL'] ?? '';
  }

  url(app: AppName): string {
    return `http://127.0.0.1:${this.ports.get(app)}`;
  }

  start(app: AppName): void {
    this.apps.set(
      app,
      // in our group: who ends the tests, ends the apps
      new AppProcess(app, this.ports.get(app) ?? 0, this.environment, join(this.directory, `${app}.log`), 'ours'),
    );
  }

  /** What is started from now on has these settings, too. */
  set(settings: Readonly<Record<string, string>>): void {
    this.environment = { ...this.environment, ...settings };
  }

  async ready(app: AppName): Promise<void> {
    await this.apps.get(app)?.ready();
  }

  /** kill -9. */
  async kill(app: AppName): Promise<void> {
    await this.apps.get(app)?.kill();
  }

  async close(): Promise<void> {
    await Promise.all([...this.apps.values()].map((app) => app.stop()));
    await this.installation.remove();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
