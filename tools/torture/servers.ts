import { BreakableProxy } from '@twofold/testkit/breakable-proxy';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { brokerNames, nativeKafka } from '../stack/native-kafka.ts';
import { nativePostgres } from '../stack/native-postgres.ts';
import { nativeRedis } from '../stack/native-redis.ts';
import type { Place } from '../stack/place.ts';
import { processIdentity } from '../stack/process-identity.ts';
import { startedAs } from '../stack/process.ts';
import type { Provider } from '../stack/server.ts';
import { clockEnvironment } from './clocks.ts';
import type { Manner, WorldTell } from './world.ts';

export const SERVERS = ['kafka', 'redis', 'postgres'] as const;
export type ServerName = (typeof SERVERS)[number];
export type ServerUrls = Readonly<Record<'KAFKA_BROKERS' | 'REDIS_URL' | 'DATABASE_URL', string>>;

/** PostgreSQL's fast shutdown does not wait for clients; its crash is SIGQUIT to the postmaster, who takes all others along. */
const SIGNALS: Readonly<Record<ServerName, Readonly<Record<Manner, NodeJS.Signals>>>> = {
  kafka: { abrupt: 'SIGKILL', graceful: 'SIGTERM' },
  redis: { abrupt: 'SIGKILL', graceful: 'SIGTERM' },
  postgres: { abrupt: 'SIGQUIT', graceful: 'SIGINT' },
};
/** How long a server may take to be gone after it was asked. */
const GONE_MS = 60_000;
const POLL_MS = 50;
/** A few MB over the loopback. */
const COPIED_MS = 30_000;
const REPLICA = 'redis-replica';

/** Real servers of a world's own. Whoever uses them goes through proxies, so that the network to them can be broken too. */
export class Servers {
  /** By which everybody reaches them. */
  urls: ServerUrls = { KAFKA_BROKERS: '', REDIS_URL: '', DATABASE_URL: '' };
  readonly brokers: readonly string[];
  private readonly providers: Readonly<Record<ServerName, Provider>>;
  private readonly proxies: Record<ServerName, BreakableProxy[]> = { kafka: [], redis: [], postgres: [] };
  private readonly place: Place;
  private readonly tell: WorldTell;
  /** The name of the Redis that has the role. */
  private master = 'redis';

  constructor(place: Place, brokers: 1 | 3, tell: WorldTell) {
    this.place = place;
    this.tell = tell;
    this.brokers = brokerNames(brokers);
    const advertise = async (broker: number, port: number): Promise<number> => {
      const proxy = await BreakableProxy.to(`tcp://127.0.0.1:${port}`, port);
      this.proxies.kafka[broker] = proxy;
      return proxy.port;
    };
    const environment = clockEnvironment(this.clockFile);
    this.providers = {
      kafka: nativeKafka({ brokers, advertise, environment }),
      redis: nativeRedis(),
      postgres: nativePostgres,
    };
  }

  /** Says what the brokers' clock is ahead by. */
  get clockFile(): string {
    return join(this.place.root, 'clock-of-kafka');
  }

  async open(): Promise<void> {
    writeFileSync(this.clockFile, '+0');
    const [kafka, redis, postgres] = await Promise.all(SERVERS.map((server) => this.start(server)));
    this.proxies.redis = [await BreakableProxy.to(redis ?? '', 0)];
    this.proxies.postgres = [await BreakableProxy.to(postgres ?? '', 0)];
    const through = (server: ServerName): string => this.proxies[server][0]?.url ?? '';
    this.urls = { KAFKA_BROKERS: kafka ?? '', REDIS_URL: through('redis'), DATABASE_URL: through('postgres') };
  }

  /** The ways to a server. */
  proxiesTo(server: ServerName): readonly BreakableProxy[] {
    return this.proxies[server];
  }

  /** Where a native server keeps its data. */
  dataOf(server: ServerName): string {
    return join(this.place.data, server === 'redis' ? this.master : server);
  }

  /** Starts a server where it was, with its data; of brokers, those that do not run. Resolves with its URL when it answers. */
  async start(server: ServerName): Promise<string> {
    const provider = server === 'redis' ? nativeRedis(this.master) : this.providers[server];
    return (await provider.up(this.place, this.tell)).url;
  }

  /** Resolves when its processes are gone. */
  async stop(server: ServerName, manner: Manner): Promise<void> {
    await Promise.all(this.namesOf(server).map((name) => this.end(name, SIGNALS[server][manner])));
  }

  async stopBroker(name: string, manner: Manner): Promise<void> {
    await this.end(name, SIGNALS.kafka[manner]);
  }

  freeze(server: ServerName, is: 'frozen' | 'thawed'): void {
    for (const name of this.namesOf(server)) this.signal(name, is === 'frozen' ? 'SIGSTOP' : 'SIGCONT');
  }

  freezeBroker(name: string, is: 'frozen' | 'thawed'): void {
    this.signal(name, is === 'frozen' ? 'SIGSTOP' : 'SIGCONT');
  }

  /** A second Redis that copied the first, and hears nothing more of it from when this resolves. */
  async startLaggingReplica(isCopy: (replicaUrl: string) => Promise<boolean>): Promise<void> {
    const port = startedAs(this.place, this.master)?.port ?? 0;
    const link = await BreakableProxy.to(`redis://127.0.0.1:${port}`, port);
    try {
      const { url } = await nativeRedis(this.replica, link.port).up(this.place, this.tell);
      const givenUpAtMs = Date.now() + COPIED_MS;
      while (!(await isCopy(url))) {
        if (Date.now() > givenUpAtMs) throw new Error(`the replica is no copy after ${COPIED_MS} ms`);
        await pause(POLL_MS);
      }
    } finally {
      await link.close();
    }
  }

  /** The master dies, and the replica, which is behind, has its role. Whoever was connected is cut off and led to it. */
  async failOver(promote: (replicaUrl: string) => Promise<void>): Promise<void> {
    const [before, after] = [this.master, this.replica];
    await this.end(before, 'SIGKILL');
    const port = startedAs(this.place, after)?.port ?? 0;
    await promote(`redis://127.0.0.1:${port}`);
    this.master = after;
    for (const proxy of this.proxies.redis) {
      proxy.leadTo(port);
      proxy.cut();
    }
    await nativeRedis(before).down(this.place, 'drop-data');
  }

  async close(): Promise<void> {
    await Promise.allSettled([
      ...SERVERS.map((server) => this.providers[server].down(this.place, 'drop-data')),
      nativeRedis(REPLICA).down(this.place, 'drop-data'),
    ]);
    await Promise.allSettled(
      Object.values(this.proxies)
        .flat()
        .map((proxy) => proxy.close()),
    );
  }

  /** The name of the Redis that has not the role. */
  private get replica(): string {
    return this.master === 'redis' ? REPLICA : 'redis';
  }

  private namesOf(server: ServerName): readonly string[] {
    return { kafka: this.brokers, redis: [this.master], postgres: ['postgres'] }[server];
  }

  private signal(name: string, signal: NodeJS.Signals): void {
    const started = startedAs(this.place, name);
    if (started !== null && processIdentity(started.pid) === started.identity) process.kill(started.pid, signal);
  }

  private async end(name: string, signal: NodeJS.Signals): Promise<void> {
    const started = startedAs(this.place, name);
    if (started === null) return;
    const isThere = (): boolean => processIdentity(started.pid) === started.identity;
    this.signal(name, signal);
    const killedAtMs = Date.now() + GONE_MS;
    while (isThere()) {
      if (Date.now() > killedAtMs) process.kill(started.pid, 'SIGKILL');
      await pause(POLL_MS);
    }
  }
}
