import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { createClient } from 'redis';
import type { AppName } from '../demo/apps.ts';
import type { Random } from './random.ts';
import type { Manner, ServerName, World } from './world.ts';

/** One kind of fault: makes it, waits, mends it. What it does in between is told by `random` alone. */
export type Fault = {
  readonly kind: string;
  readonly manners: readonly Manner[];
  /** What must not be touched by two faults at once. */
  readonly touches: ServerName | AppName;
  inject(world: World, random: Random, manner: Manner): Promise<void>;
};

const BOTH: readonly Manner[] = ['abrupt', 'graceful'];
const ABRUPT: readonly Manner[] = ['abrupt'];

/** How long a server is away, ms: less and more than clients' own patience. */
const AWAY_MS = { least: 500, most: 8_000 };
/** How long an app stands still, ms: less and more than Kafka's session timeout of 6 s. */
const FROZEN_MS = { least: 1_000, most: 15_000 };
/** Connections kept from everybody else: all but what PostgreSQL reserves for its owner. */
const HOARDED = 200;

const restarted = (app: AppName): Fault => ({
  kind: `${app} restarted`,
  manners: BOTH,
  touches: app,
  async inject(world, random, manner) {
    await world.stopApp(app, manner);
    if (random.below(2) === 0) await pause(random.between(0, AWAY_MS.most));
    world.startApp(app);
    if (random.below(3) > 0) await world.ready(app); // else the next one may meet it in its start
  },
});

const frozen = (app: AppName): Fault => ({
  kind: `${app} frozen`,
  manners: ABRUPT,
  touches: app,
  async inject(world, random) {
    world.freeze(app);
    await pause(random.between(FROZEN_MS.least, FROZEN_MS.most));
    world.thaw(app);
  },
});

const serverRestarted = (server: ServerName): Fault => ({
  kind: `${server} restarted`,
  manners: BOTH,
  touches: server,
  async inject(world, random, manner) {
    await world.stopServer(server, manner);
    await pause(random.between(AWAY_MS.least, AWAY_MS.most));
    await world.startServer(server);
  },
});

const serverFrozen = (server: ServerName): Fault => ({
  kind: `${server} answers nothing (half-open connections)`,
  manners: ABRUPT,
  touches: server,
  async inject(world, random) {
    world.freezeServer(server, 'frozen');
    await pause(random.between(AWAY_MS.least, AWAY_MS.most));
    world.freezeServer(server, 'thawed');
  },
});

const redisFlushed: Fault = {
  kind: 'redis emptied',
  manners: ABRUPT,
  touches: 'redis',
  async inject(world) {
    const client = await createClient({ url: world.servers.REDIS_URL }).connect();
    await client.flushAll();
    client.destroy();
  },
};

/** A copy of the data is taken while it runs, as a snapshot of a disk is; later the server comes back with it. */
const redisRestored: Fault = {
  kind: 'redis put back to an older state',
  manners: BOTH,
  touches: 'redis',
  async inject(world, random, manner) {
    const data = world.dataOf('redis');
    const copy = join(world.directory, 'redis-copy');
    rmSync(copy, { recursive: true, force: true });
    cpSync(data, copy, { recursive: true });
    await pause(random.between(1_000, AWAY_MS.most));
    await world.stopServer('redis', manner);
    rmSync(data, { recursive: true, force: true });
    if (existsSync(copy)) cpSync(copy, data, { recursive: true });
    await world.startServer('redis');
  },
};

const connectionsTaken: Fault = {
  kind: 'postgres out of connections',
  manners: ABRUPT,
  touches: 'postgres',
  async inject(world, random) {
    const hoard: pg.Client[] = [];
    try {
      for (let count = 0; count < HOARDED; count++) {
        const client = new pg.Client({ connectionString: world.servers.DATABASE_URL });
        client.on('error', () => undefined);
        await client.connect();
        hoard.push(client);
      }
    } catch {
      // there are no more: that is what was wanted
    }
    await pause(random.between(AWAY_MS.least, AWAY_MS.most));
    await Promise.allSettled(hoard.map((client) => client.end()));
  },
};

const copyComesAndGoes = (app: AppName): Fault => ({
  kind: `a second ${app} comes and goes`,
  manners: BOTH,
  touches: app,
  async inject(world, random, manner) {
    await world.startCopy(app, '-2');
    await pause(random.between(3_000, FROZEN_MS.most));
    await world.stopApp(app, manner, '-2');
  },
});

/** One stands still for longer than its session while another takes over; then it wakes and finds itself too late. */
const zombie = (app: AppName): Fault => ({
  kind: `${app} wakes as a zombie`,
  manners: ABRUPT,
  touches: app,
  async inject(world, random) {
    await world.startCopy(app, '-heir');
    world.freeze(app);
    await pause(random.between(8_000, FROZEN_MS.most));
    world.thaw(app);
    await pause(random.between(500, 3_000));
    await world.stopApp(app, random.pick(['abrupt', 'graceful']), '-heir');
  },
});

const rebuildAskedFor: Fault = {
  kind: 'a rebuild is asked for, and its builder dies',
  manners: BOTH,
  touches: 'batch-view-builder',
  async inject(world, random, manner) {
    const view = random.pick(['delays-by-airport', 'routes-by-day', 'network-by-hour', 'new-users-by-day']);
    await fetch(`${world.urlOf('replay-orchestrator')}/v1/views/${view}/rebuilds`, { method: 'POST' }).catch(
      () => null,
    );
    await pause(random.between(0, 1_500));
    await world.stopApp('batch-view-builder', manner);
    world.startApp('batch-view-builder');
  },
};

/** What happens to servers: one at a time. */
export const SERVER_FAULTS: readonly Fault[] = [
  serverRestarted('kafka'),
  serverRestarted('redis'),
  serverRestarted('postgres'),
  serverFrozen('kafka'),
  serverFrozen('redis'),
  serverFrozen('postgres'),
  redisFlushed,
  redisRestored,
  connectionsTaken,
];

/** What happens to apps, meanwhile. */
export const APP_FAULTS: readonly Fault[] = [
  restarted('ingest'),
  restarted('speed-view-builder'),
  restarted('batch-view-builder'),
  restarted('serving-gateway'),
  restarted('replay-orchestrator'),
  frozen('ingest'),
  frozen('speed-view-builder'),
  frozen('batch-view-builder'),
  frozen('serving-gateway'),
  copyComesAndGoes('speed-view-builder'),
  copyComesAndGoes('batch-view-builder'),
  zombie('speed-view-builder'),
  rebuildAskedFor,
];
