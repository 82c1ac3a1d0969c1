import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresDeadLetters } from '@twofold/batch-view-store-postgres';
import { catalog } from '@twofold/catalog';
import { streamNamed } from '@twofold/core';
import { KafkaDeadLetterTopic, KafkaRawReader } from '@twofold/event-log-kafka';
import { archiveEvents } from '@twofold/flows';
import { ParquetMasterDataset } from '@twofold/master-dataset-parquet';
import { migrate, openMetadata } from '@twofold/metadata';
import { systemClock } from '@twofold/platform';
import pg from 'pg';
import { contestant } from './contestants/contestant.ts';
import { STREAM, loadFlights } from './load-flights.ts';
import { median, ratioOf } from './median.ts';

export type ReplayOptions = {
  readonly brokers: string;
  readonly databaseUrl: string;
  readonly partitions: number;
  readonly events: number;
  readonly rounds: number;
  readonly view: string;
};

type Outcome = { readonly events: number; readonly cpuMs: number; readonly wallMs?: number };
type Replayed = Outcome & { readonly rows: number; readonly digest: string };
type Settings = {
  readonly KAFKA_BROKERS: readonly string[];
  readonly KAFKA_SESSION_TIMEOUT_MS: number;
  readonly KAFKA_REPLICATION_FACTOR: number;
  readonly TWOFOLD_NAMESPACE: string;
  readonly DATABASE_URL: string;
  readonly ARCHIVE_DIR: string;
};

const SESSION_TIMEOUT_MS = 15_000;
const COUNTING = 'the reader, counting only';

/** A view's generation from all of history: by the fold from the log, by the fold and by DuckDB from the archive. The same rows, or it fails. */
export async function replay(options: ReplayOptions): Promise<void> {
  const namespace = `bench-${Date.now()}`;
  await loadFlights(options, namespace);
  const directory = mkdtempSync(join(tmpdir(), 'twofold-bench-'));
  const databases = [await newDatabase(options.databaseUrl), await newDatabase(options.databaseUrl)] as const;
  const settingsOf = (database: number): Settings => ({
    KAFKA_BROKERS: options.brokers.split(','),
    KAFKA_SESSION_TIMEOUT_MS: SESSION_TIMEOUT_MS,
    KAFKA_REPLICATION_FACTOR: 1,
    TWOFOLD_NAMESPACE: namespace,
    DATABASE_URL: databases[database]?.url ?? '',
    ARCHIVE_DIR: directory,
  });
  try {
    await archiveAll(settingsOf(1));
    await compete(options, namespace, settingsOf(0), settingsOf(1));
  } finally {
    for (const { drop } of databases) await drop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function compete(
  { brokers, events, rounds, view, partitions }: ReplayOptions,
  namespace: string,
  notArchived: Settings,
  archived: Settings,
): Promise<void> {
  const replayed = (engine: string, threads: number, settings: Settings): Promise<Replayed> =>
    contestant('node', ['bench/contestants/replay.ts', engine, view, `${threads}`, JSON.stringify(settings)]);
  const contestants: Readonly<Record<string, (round: number) => Promise<Outcome>>> = {
    [COUNTING]: () => contestant('node', ['bench/contestants/raw-count.ts', brokers, namespace, STREAM]),
    'kafkajs, counting only': (round) =>
      contestant('node', [
        'bench/contestants/kafkajs-count.ts',
        ...[brokers, `${namespace}.events.${STREAM}`, `${events}`, `${namespace}-count-${round}`],
      ]),
    'fold of the log, 1 thread': () => replayed('fold', 1, notArchived),
    'fold of the log, 2 threads': () => replayed('fold', 2, notArchived),
    'fold of the archive, 1 thread': () => replayed('fold', 1, archived),
    'duckdb of the archive, 1 thread': () => replayed('duckdb', 1, archived),
    'duckdb of the archive, 2 threads': () => replayed('duckdb', 2, archived),
  };
  const rates: Record<string, number[]> = {};
  const wallMs: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    const seen = new Set<string>();
    for (const [name, run] of Object.entries(contestants)) {
      const outcome: Outcome & Partial<Replayed> = await run(round);
      if (outcome.events !== events) throw new Error(`${name}: ${outcome.events} events, not ${events}`);
      (rates[name] ??= []).push((outcome.events / outcome.cpuMs) * 1000);
      (wallMs[name] ??= []).push(outcome.wallMs ?? NaN);
      if (outcome.digest !== undefined) seen.add(`${outcome.rows} rows, ${outcome.digest}`);
    }
    if (seen.size !== 1) throw new Error(`the rows differ: ${[...seen].join('; ')}`);
    process.stdout.write(`round ${round + 1} of ${rounds}: the same from each: ${[...seen].join()}\n`);
  }
  process.stdout.write(
    `\nreplay, ${view} over ${events} events, ${partitions} partitions: events per CPU second of the process, medians of ${rounds}\n`,
  );
  for (const [name, of] of Object.entries(rates)) {
    const seconds = median(wallMs[name] ?? []) / 1000;
    const wall = Number.isNaN(seconds) ? '' : `${seconds.toFixed(1)} s`;
    process.stdout.write(
      `  ${name.padEnd(34)} ${Math.round(median(of)).toLocaleString('en').padStart(12)} ${wall.padStart(8)}   ${ratioOf(of, rates[COUNTING] ?? [])} × ${COUNTING}\n`,
    );
  }
}

/** Every event on the log, in files as the archiver makes them. */
async function archiveAll(settings: Settings): Promise<void> {
  const options = { brokers: settings.KAFKA_BROKERS, namespace: settings.TWOFOLD_NAMESPACE };
  const database = await openMetadata(settings.DATABASE_URL);
  const masterDataset = await ParquetMasterDataset.open({ directory: settings.ARCHIVE_DIR, database });
  const log = new KafkaRawReader(options);
  const deadLetterTopic = new KafkaDeadLetterTopic(options);
  const { end } = await log.bounds(STREAM);
  const archives = end.map((head, partition) => {
    const stop = new AbortController();
    const report = {
      archived: (_partition: unknown, _from: number, to: number): void => (to === head ? stop.abort() : undefined),
      trouble: (_partition: unknown, error: unknown): never => {
        throw error;
      },
    };
    const stores = { log, masterDataset, deadLetters: new PostgresDeadLetters(database), deadLetterTopic };
    return archiveEvents(
      { ...stores, clock: systemClock, wanted: () => head, report },
      {
        partition: { stream: STREAM, partition },
        events: catalog.events,
        stream: streamNamed(catalog.streams, STREAM),
      },
      stop.signal,
    );
  });
  await Promise.all(archives);
  await Promise.all([log.close(), deadLetterTopic.close(), masterDataset.close()]);
  await database.close();
}

async function newDatabase(url: string): Promise<{ readonly url: string; readonly drop: () => Promise<void> }> {
  const name = `bench_${randomBytes(6).toString('hex')}`;
  const own = new URL(url);
  own.pathname = `/${name}`;
  await migrate(own.href);
  const drop = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`DROP DATABASE "${name}" WITH (FORCE)`);
    await client.end();
  };
  return { url: own.href, drop };
}
