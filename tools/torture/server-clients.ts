import kafkajs from 'kafkajs';
import { createClient, type RedisClientType } from 'redis';
import { persistently } from './fault.ts';
import type { World } from './world.ts';

/** The client gives up at the first failure, and so can be asked again. */
export async function withRedis<T>(url: string, work: (client: RedisClientType) => Promise<T>): Promise<T> {
  const client: RedisClientType = createClient({ url, socket: { reconnectStrategy: false } });
  client.on('error', () => undefined); // the call says so
  try {
    await client.connect();
    return await work(client);
  } finally {
    client.destroy();
  }
}

export const emptyRedis = (world: World): Promise<void> =>
  persistently(() => withRedis(world.servers.urls.REDIS_URL, (client) => client.flushAll().then(() => undefined)));

export async function withAdmin(world: World, work: (admin: kafkajs.Admin) => Promise<void>): Promise<void> {
  const brokers = world.servers.urls.KAFKA_BROKERS.split(',');
  const admin = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
  try {
    await admin.connect();
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}
