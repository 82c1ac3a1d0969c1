import { openMetadata } from '@twofold/metadata';
import { ParquetMasterDataset } from '@twofold/master-dataset-parquet';
import kafkajs from 'kafkajs';
import { appendFileSync, cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { createClient } from 'redis';
import { libfaketime, setClock } from './clocks.ts';
import { ABRUPT, AWAY_MS, BOTH, type Fault } from './fault.ts';
import type { ServerName } from './servers.ts';
import type { World } from './world.ts';

/** Connections kept from everybody else: all but what PostgreSQL reserves for its owner. */
const HOARDED = 200;
/** How far the brokers' clock jumps, s. A day and more would make Kafka forget its idempotent producers. */
const BROKER_JUMPS_S = [-7_200, -90, 90, 7_200] as const;
/** How long a cluster may take to let a partition be led by another broker. */
const MOVED_MS = 20_000;

const restarted = (server: ServerName): Fault => ({
  kind: `${server} restarted`,
  manners: BOTH,
  touches: server,
  async inject(world, random, manner) {
    await world.servers.stop(server, manner);
    await pause(random.between(AWAY_MS.least, AWAY_MS.most));
    await world.servers.start(server);
  },
});

const frozen = (server: ServerName): Fault => ({
  kind: `${server} answers nothing`,
  manners: ABRUPT,
  touches: server,
  async inject(world, random) {
    world.servers.freeze(server, 'frozen');
    await pause(random.between(AWAY_MS.least, AWAY_MS.most));
    world.servers.freeze(server, 'thawed');
  },
});

async function emptyRedis(world: World): Promise<void> {
  const client = await createClient({ url: world.servers.urls.REDIS_URL }).connect();
  await client.flushAll();
  client.destroy();
}

const redisEmptied: Fault = { kind: 'redis emptied', manners: ABRUPT, touches: 'redis', inject: emptyRedis };

/** A copy of the data is taken while it runs, as a snapshot of a disk is; later the server comes back with it. */
const redisRestored: Fault = {
  kind: 'redis put back to an older state',
  manners: BOTH,
  touches: 'redis',
  async inject(world, random, manner) {
    const data = world.servers.dataOf('redis');
    const copy = join(world.directory, 'redis-copy');
    rmSync(copy, { recursive: true, force: true });
    cpSync(data, copy, { recursive: true });
    await pause(random.between(1_000, AWAY_MS.most));
    await world.servers.stop('redis', manner);
    rmSync(data, { recursive: true, force: true });
    if (existsSync(copy)) cpSync(copy, data, { recursive: true });
    await world.servers.start('redis');
  },
};

const redisFailedOver: Fault = {
  kind: 'redis failed over to a replica that lags',
  manners: ABRUPT,
  touches: 'redis',
  async inject(world, random) {
    await world.servers.startLaggingReplica(async (url) => {
      const replica = await createClient({ url }).connect();
      const told = await replica.info('replication');
      replica.destroy();
      return /master_link_status:up/.test(told);
    });
    await pause(random.between(500, AWAY_MS.most)); // so much is lost
    await world.servers.failOver(async (url) => {
      const replica = await createClient({ url }).connect();
      await replica.sendCommand(['REPLICAOF', 'NO', 'ONE']);
      replica.destroy();
    });
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
        const client = new pg.Client({ connectionString: world.servers.urls.DATABASE_URL });
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

/** It listens, and refuses every session with 57P03: as one does that recovers, or stands by. */
const inRecovery: Fault = {
  kind: 'postgres in recovery',
  manners: ABRUPT,
  touches: 'postgres',
  async inject(world, random, manner) {
    const data = world.servers.dataOf('postgres');
    const standby = join(data, 'standby.signal');
    await world.servers.stop('postgres', manner);
    appendFileSync(join(data, 'postgresql.auto.conf'), 'hot_standby = off\n');
    writeFileSync(standby, '');
    // It resolves when there are sessions: not before it is started as the one it was.
    void world.servers.start('postgres').catch(() => undefined);
    await pause(random.between(AWAY_MS.least, AWAY_MS.most));
    rmSync(standby);
    await world.servers.stop('postgres', 'graceful');
    await world.servers.start('postgres');
  },
};

/** Retention takes from the log what the archive has; and where the speed views are lost too, only the archive has it. */
const logTruncated = (redisIsEmptied: boolean): Fault => ({
  kind: `log truncated up to the archive${redisIsEmptied ? ', redis emptied' : ''}`,
  manners: ABRUPT,
  touches: 'kafka',
  async inject(world, _random, manner) {
    await world.stopApp('speed-view-builder', manner);
    const log = await world.log.copy();
    const archivedTo = await archivedOf(world, log);
    await withAdmin(world, async (admin) => {
      for (const [stream, offsets] of Object.entries(archivedTo)) {
        const partitions = offsets.map((offset, partition) => ({ partition, offset: String(offset) }));
        await admin.deleteTopicRecords({ topic: `${world.namespace}.events.${stream}`, partitions });
      }
    });
    if (redisIsEmptied) await emptyRedis(world);
    world.startApp('speed-view-builder');
  },
});

async function archivedOf(
  world: World,
  log: Readonly<Record<string, readonly unknown[]>>,
): Promise<Readonly<Record<string, readonly number[]>>> {
  const database = await openMetadata(world.servers.urls.DATABASE_URL);
  const archive = await ParquetMasterDataset.open({ directory: world.archive.directory, database });
  try {
    const streams = Object.entries(log).map(async ([stream, partitions]) => {
      const offsets = partitions.map((_, partition) => archive.archivedTo({ stream, partition }));
      return [stream, await Promise.all(offsets)] as const;
    });
    return Object.fromEntries(await Promise.all(streams));
  } finally {
    await archive.close();
    await database.close();
  }
}

async function withAdmin(world: World, work: (admin: kafkajs.Admin) => Promise<void>): Promise<void> {
  const brokers = world.servers.urls.KAFKA_BROKERS.split(',');
  const admin = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
  try {
    await admin.connect();
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}

const archiveFull: Fault = {
  kind: "the archive's disk full",
  manners: ABRUPT,
  touches: 'batch-view-builder',
  async inject(world, random) {
    if (!world.archive.isOwn) return;
    world.archive.fill();
    await pause(random.between(AWAY_MS.least, 2 * AWAY_MS.most));
    world.archive.free();
  },
};

const brokerClockJumps: Fault = {
  kind: 'clock of kafka jumps',
  manners: ABRUPT,
  touches: 'kafka',
  async inject(world, random) {
    setClock(world.servers.clockFile, random.pick(BROKER_JUMPS_S));
    await pause(random.between(AWAY_MS.least, AWAY_MS.most));
    setClock(world.servers.clockFile, 0);
  },
};

const brokerRestarted: Fault = {
  kind: 'one broker of three restarted',
  manners: BOTH,
  touches: 'kafka',
  async inject(world, random, manner) {
    await world.servers.stopBroker(oneOf(world, random.below(world.servers.brokers.length)), manner);
    await pause(random.between(AWAY_MS.least, 2 * AWAY_MS.most));
    await world.servers.start('kafka');
  },
};

const brokerFrozen: Fault = {
  kind: 'one broker of three answers nothing',
  manners: ABRUPT,
  touches: 'kafka',
  async inject(world, random) {
    const broker = oneOf(world, random.below(world.servers.brokers.length));
    world.servers.freezeBroker(broker, 'frozen');
    await pause(random.between(AWAY_MS.least, 2 * AWAY_MS.most));
    world.servers.freezeBroker(broker, 'thawed');
  },
};

const oneOf = ({ servers: { brokers } }: World, index: number): string => brokers[index] ?? '';

/** Every partition of a stream is taken from the broker that leads it, and given back as a follower's. */
const leadersMoved: Fault = {
  kind: 'leaders moved to other brokers',
  manners: ABRUPT,
  touches: 'kafka',
  async inject(world, random) {
    const topic = `${world.namespace}.events.${random.pick(['flights', 'accounts'])}`;
    await withAdmin(world, async (admin) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const led = topics[0]?.partitions ?? [];
      const place = (replicas: (of: (typeof led)[number]) => number[]) => [
        { topic, partitionAssignment: led.map((of) => ({ partition: of.partitionId, replicas: replicas(of) })) },
      ];
      const followers = ({ replicas, leader }: (typeof led)[number]): number[] =>
        replicas.filter((replica) => replica !== leader);
      await admin.alterPartitionReassignments({ topics: place(followers) });
      const givenUpAtMs = Date.now() + MOVED_MS;
      const isMoved = async (): Promise<boolean> => {
        const now = (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions ?? [];
        return now.every(
          ({ partitionId, leader }) => leader !== led.find((p) => p.partitionId === partitionId)?.leader,
        );
      };
      while (!(await isMoved())) {
        if (Date.now() > givenUpAtMs) throw new Error(`the leaders of ${topic} did not move within ${MOVED_MS} ms`);
        await pause(100);
      }
      await admin.alterPartitionReassignments({ topics: place((of) => [...followers(of), of.leader]) });
    });
  },
};

/** What happens to servers: one at a time. */
export const serverFaults = (brokers: 1 | 3): readonly Fault[] => [
  restarted('kafka'),
  restarted('redis'),
  restarted('postgres'),
  frozen('kafka'),
  frozen('redis'),
  frozen('postgres'),
  redisEmptied,
  redisRestored,
  redisFailedOver,
  connectionsTaken,
  inRecovery,
  logTruncated(false),
  logTruncated(true),
  archiveFull,
  ...(libfaketime() === null ? [] : [brokerClockJumps]),
  ...(brokers === 3 ? [brokerRestarted, brokerFrozen, leadersMoved] : []),
];
