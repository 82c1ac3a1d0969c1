import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import kafkajs, { type Admin } from 'kafkajs';
import pg from 'pg';
import { createClient } from 'redis';
import { placeOf } from '../stack/place.ts';

/** A platform of its own on the servers: a namespace on Kafka and in Redis, a database, a directory for the archive. */
export type Installation = { readonly environment: Readonly<Record<string, string>>; remove(): Promise<void> };

type Servers = Readonly<Record<'KAFKA_BROKERS' | 'REDIS_URL' | 'DATABASE_URL', string>>;

const KEYS_AT_ONCE = 1_000;
/** An app that was killed is a member of its group until its session has run out: 15 s unless told otherwise. */
const SESSION_MS = 20_000;
const POLL_MS = 500;

/** Nothing is made here: the apps make what they need, under names that nobody else has. */
export function freshInstallation(servers: Servers): Installation {
  const name = `demo-${Date.now().toString(36)}`;
  const database = new URL(servers.DATABASE_URL);
  database.pathname = `/${name.replace('-', '_')}`;
  const archive = join(placeOf().data, name);
  const environment = { ...servers, DATABASE_URL: database.href, TWOFOLD_NAMESPACE: name, ARCHIVE_DIR: archive };
  const remove = async (): Promise<void> => {
    rmSync(archive, { recursive: true, force: true });
    const outcomes = await Promise.allSettled([
      removeTopics(servers.KAFKA_BROKERS, name),
      removeKeys(servers.REDIS_URL, name),
      removeDatabase(servers.DATABASE_URL, database),
    ]);
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    if (failures.length > 0)
      throw new AggregateError(failures, `${name} is not wholly removed: ${failures.join('; ')}`);
  };
  return { environment, remove };
}

async function removeTopics(brokers: string, namespace: string): Promise<void> {
  const { Kafka, logLevel } = kafkajs;
  const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(`${namespace}.`));
    if (topics.length > 0) await admin.deleteTopics({ topics });
    await removeGroups(admin, namespace);
  } finally {
    await admin.disconnect();
  }
}

async function removeGroups(admin: Admin, namespace: string): Promise<void> {
  for (const givenUpAtMs = Date.now() + SESSION_MS; ; await pause(POLL_MS)) {
    const groups = (await admin.listGroups()).groups.filter(({ groupId }) => groupId.startsWith(`${namespace}.`));
    if (groups.length === 0) return;
    try {
      await admin.deleteGroups(groups.map(({ groupId }) => groupId));
      return;
    } catch (error) {
      if (Date.now() > givenUpAtMs) throw error;
    }
  }
}

async function removeKeys(url: string, namespace: string): Promise<void> {
  const client = await createClient({ url }).connect();
  for await (const keys of client.scanIterator({ MATCH: `${namespace}:*`, COUNT: KEYS_AT_ONCE })) {
    if (keys.length > 0) await client.unlink(keys);
  }
  client.destroy();
}

async function removeDatabase(serverUrl: string, database: URL): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(`DROP DATABASE IF EXISTS "${database.pathname.slice(1)}" WITH (FORCE)`);
  } finally {
    await client.end();
  }
}
