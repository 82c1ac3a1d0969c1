import type kafkajs from 'kafkajs';
import { appendFileSync, cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { libfaketime, setClock } from './clocks.ts';
import { ABRUPT, AWAY_MS, BOTH, LONG_AWAY_MS, persistently, type Fault } from './fault.ts';
import { emptyRedis, withAdmin, withRedis } from './server-clients.ts';
import type { ServerName } from './servers.ts';
import type { World } from './world.ts';

/** Connections kept from everybody else: all but what PostgreSQL reserves for its owner. */
const HOARDED = 200;
/** How far the brokers' clock jumps, s. A day and more would make Kafka forget its idempotent producers. */
const BROKER_JUMPS_S = [-7_200, -90, 90, 7_200] as const;
/** How long a cluster may take to let a partition be led by another broker. */
const MOVED_MS = 20_000;

const restarted = (server: ServerName, away = AWAY_MS): Fault => ({
  kind: `${server} restarted`,
  manners: BOTH,
  touches: server,
  async inject(world, random, manner) {
    await world.servers.stop(server, manner);
    await pause(random.between(away.least, away.most));
    await world.servers.start(server);
  },
});

const awayForMinutes = (server: ServerName): Fault => ({
  ...restarted(server, LONG_AWAY_MS),
  ...{ kind: `${server} away for minutes`, manners: ABRUPT, isLong: true },
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
      const told = await withRedis(url, (replica) => replica.info('replication'));
      return /master_link_status:up/.test(told);
    });
    await pause(random.between(500, AWAY_MS.most)); // so much is lost
    await world.servers.failOver((url) =>
      withRedis(url, async (replica) => void (await replica.sendCommand(['REPLICAOF', 'NO', 'ONE']))),
    );
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

/** Every partition of a stream is taken from the broker that leads it, and given back to it as a follower. */
const leadersMoved: Fault = {
  kind: 'leaders moved to other brokers',
  manners: ABRUPT,
  touches: 'kafka',
  async inject(world, random) {
    const topic = `${world.namespace}.events.${random.pick(['flights', 'accounts'])}`;
    await persistently(() => withAdmin(world, (admin) => moveLeaders(admin, topic)));
  },
};

async function moveLeaders(admin: kafkajs.Admin, topic: string): Promise<void> {
  const leaders = async (): Promise<readonly number[]> => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const partitions = topics[0]?.partitions ?? [];
    return partitions.sort((a, b) => a.partitionId - b.partitionId).map(({ leader }) => leader);
  };
  const before = await leaders();
  const brokers = (await admin.describeCluster()).brokers.map(({ nodeId }) => nodeId);
  const others = (leader: number): number[] => brokers.filter((broker) => broker !== leader);
  const place = (replicas: (leader: number) => number[]): Promise<unknown> => {
    const partitionAssignment = before.map((leader, partition) => ({ partition, replicas: replicas(leader) }));
    return admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment }] });
  };
  if (brokers.length < 3) throw new Error('a broker is away');
  await place(others);
  const givenUpAtMs = Date.now() + MOVED_MS;
  while ((await leaders()).some((leader, partition) => leader === before[partition])) {
    if (Date.now() > givenUpAtMs) throw new Error(`the leaders of ${topic} did not move within ${MOVED_MS} ms`);
    await pause(100);
  }
  await place((leader) => [...others(leader), leader]);
}

/** What happens to servers: one at a time. */
export const serverFaults = (brokers: 1 | 3): readonly Fault[] => [
  restarted('kafka'),
  restarted('redis'),
  restarted('postgres'),
  awayForMinutes('kafka'),
  awayForMinutes('redis'),
  awayForMinutes('postgres'),
  frozen('kafka'),
  frozen('redis'),
  frozen('postgres'),
  redisEmptied,
  redisRestored,
  redisFailedOver,
  connectionsTaken,
  inRecovery,
  ...(libfaketime() === null ? [] : [brokerClockJumps]),
  ...(brokers === 3 ? [brokerRestarted, brokerFrozen, leadersMoved] : []),
];
