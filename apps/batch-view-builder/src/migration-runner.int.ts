import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DuckDbBatchEngine } from '@twofold/batch-engine-duckdb';
import { PostgresDeadLetters, PostgresMigrationJournal } from '@twofold/batch-view-store-postgres';
import {
  FIRST_LAYOUT,
  add,
  constant,
  count,
  daily,
  defineCatalog,
  defineEvent,
  defineView,
  int,
  latest,
  migrationsOf,
  naiveView,
  optional,
  string,
  sum,
  viewNamed,
  type ArchiveLayout,
  type ArchivedEvent,
  type Migration,
  type Offset,
  type OffsetVector,
  type PlainEvent,
  type ViewRow,
} from '@twofold/core';
import { commandMigration, foldHistory, requestMigration, type HistoryPorts } from '@twofold/flows';
import { ParquetArchiveEditions, ParquetMasterDataset } from '@twofold/master-dataset-parquet';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import { systemClock } from '@twofold/platform';
import { NO_CHANGES, type Clock, type EventLogReader } from '@twofold/ports';
import { eventually, testDatabase, type TestDatabase } from '@twofold/testkit';
import { MigrationRunner } from './migration-runner.js';

const first = defineEvent({ type: 'thing.sold', stream: 'sales', data: { shop: string(), price: int() } });
const second = defineEvent({
  ...{ type: 'thing.sold', version: 2, stream: 'sales', from: first },
  data: { shop: string(), price: int(), coupon: optional(string()) },
  upcast: ({ price }) => ({ price: add(price, constant('int', 1)) }),
});
const view = defineView({
  name: 'sales',
  from: second,
  by: ({ shop }) => ({ shop }),
  window: daily(),
  measures: ({ price }) => ({ sales: count(), revenue: sum(price), last: latest(price) }),
});
const catalog = defineCatalog({ events: [first, second], views: [view] });
const plan = viewNamed(catalog, 'sales');
const PARTITIONS = [0, 1];
const DAY_MS = 86_400_000;
const WHO = { by: 'ops@example.org', note: null };
const LAYOUT: ArchiveLayout = {
  ...{ rangeRecords: 3_000, compression: 'snappy', rowGroupRows: 2_048, partitionedBy: 'month', upcast: true },
};
/** How long the edition before is kept. It is over when the test says so: whoever reads that one is slow where much else runs. */
const KEEP_MS = 600_000;
/** Of whatever a builder does in the end, ms. */
const PATIENCE_MS = 60_000;

const isOld = (offset: Offset): boolean => offset % 3 === 0;
const soldAt = (partition: number, offset: Offset): PlainEvent => ({
  ...{ stream: 'sales', partition, offset, type: 'thing.sold', timeMs: ((offset * 7) % 90) * DAY_MS },
  data: { shop: `shop ${offset % 5}`, price: isOld(offset) ? offset + 1 : offset, coupon: isOld(offset) ? null : 'A' },
});
const archivedAt = (partition: number, offset: Offset): ArchivedEvent => {
  const shop = `shop ${offset % 5}`;
  return {
    ...{ offset, appliedOffset: offset, appendedAtMs: offset, verdict: { kind: 'event' } },
    ...{ id: `${partition}-${offset}`, source: 'urn:test', subject: shop, type: 'thing.sold' },
    ...{ version: isOld(offset) ? 1 : 2, timeMs: soldAt(partition, offset).timeMs },
    dataText: JSON.stringify(isOld(offset) ? { shop, price: offset } : { shop, price: offset, coupon: 'A' }),
    values: isOld(offset) ? [shop, offset] : [shop, offset, 'A'],
  };
};

/** All that counts is archived, so nobody asks it. */
const noLog: EventLogReader = {
  read: () => Promise.reject(new Error('the log is read')),
  bounds: () => Promise.reject(new Error('the log is asked')),
  close: () => Promise.resolve(),
};

describe('a migration of a real archive', () => {
  let database: TestDatabase;
  let metadata: Metadata;
  let directory: string;
  let archive: ParquetMasterDataset;
  let editions: ParquetArchiveEditions;
  let engine: DuckDbBatchEngine;
  let runner: MigrationRunner;
  let journal: PostgresMigrationJournal;
  let aheadMs: number;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
  const ends: Offset[] = [];

  beforeEach(async () => {
    aheadMs = 0;
    database = testDatabase();
    directory = await mkdtemp(join(tmpdir(), 'twofold-test-'));
    await migrate(database.url);
    metadata = await openMetadata(database.url);
    archive = await ParquetMasterDataset.open({ directory, database: metadata });
    editions = await ParquetArchiveEditions.open({ directory, database: metadata });
    engine = await DuckDbBatchEngine.open({ masterDataset: archive, tempDirectory: tmpdir() });
    journal = new PostgresMigrationJournal(metadata);
    const ports = { journal, editions, types: catalog.events, clock, keepMs: KEEP_MS };
    runner = new MigrationRunner({ ports, leads: () => true }, { register: () => undefined });
    for (const partition of PARTITIONS) {
      ends[partition] = 0;
      for (let ranges = 0; ranges < 30; ranges++) await append(partition, 300);
    }
    runner.onApplicationBootstrap();
  }, PATIENCE_MS);
  afterEach(async () => {
    await runner.beforeApplicationShutdown();
    for (const opened of [archive, editions, engine, metadata]) await opened.close();
    await database.drop();
    await rm(directory, { recursive: true });
  }, PATIENCE_MS);

  const append = async (partition: number, records: number): Promise<void> => {
    const from = ends[partition] ?? 0;
    const events = Array.from({ length: records }, (_, n) => archivedAt(partition, from + n));
    const place = { stream: 'sales', partition };
    if (await archive.append(place, from, from + records, events, catalog.events, NO_CHANGES))
      ends[partition] = from + records;
  };
  const migration = async (): Promise<Migration | undefined> => migrationsOf(await journal.events()).at(-1);
  const commanding = () => ({ journal, clock, newId: () => 'm1' });
  const until = (phase: Migration['phase']): Promise<unknown> =>
    eventually(`the migration is ${phase}`, async () => (await migration())?.phase === phase, PATIENCE_MS);
  const naive = (cut: OffsetVector): readonly ViewRow[] =>
    naiveView(
      plan,
      PARTITIONS.flatMap((partition) =>
        Array.from({ length: cut['sales']?.[partition] ?? 0 }, (_, offset) => soldAt(partition, offset)),
      ),
    );
  const inOrder = (rows: readonly ViewRow[]): readonly string[] => rows.map((row) => JSON.stringify(row)).sort();
  const computed = async (cut: OffsetVector): Promise<readonly ViewRow[]> => {
    const rows: ViewRow[] = [];
    const range = { from: {}, to: cut, windows: null };
    for await (const chunk of engine.compute(plan, range, new AbortController().signal)) rows.push(...chunk);
    return rows;
  };
  const folded = async (partition: number, to: Offset): Promise<readonly ViewRow[]> => {
    const ports: HistoryPorts = { log: noLog, masterDataset: archive, deadLetters: new PostgresDeadLetters(metadata) };
    const [stream] = catalog.streams;
    if (stream === undefined) throw new Error('no stream');
    const work = { plan, partition: { stream: 'sales', partition }, from: 0, to, windows: null };
    const rows: ViewRow[] = [];
    const stop = new AbortController().signal;
    for await (const chunk of foldHistory(ports, { events: catalog.events, stream }, work, stop)) rows.push(...chunk);
    return rows;
  };
  const filesAreLive = async (): Promise<void> => {
    const files = await metadata.prisma.archiveFile.findMany({ select: { location: true } });
    const standing = (await readdir(directory, { recursive: true })).filter((name) => name.includes('.parquet'));
    expect(standing.sort()).toEqual(files.map(({ location }) => location.slice(directory.length + 1)).sort());
  };

  it(
    'switches while archivers append and engines compute, and nobody notices but by the number of files',
    async () => {
      const cut = { sales: [...ends] };
      const before = inOrder(naive(cut));
      expect(inOrder(await computed(cut))).toEqual(before);
      const filesBefore = (await archive.filesBelow(cut, 'thing.sold')).length;
      const over = new AbortController();
      let computations = 0;
      const busy = [
        ...PARTITIONS.map(async (partition) => {
          while (!over.signal.aborted) await append(partition, 20);
        }),
        (async () => {
          for (; !over.signal.aborted || computations === 0; computations++)
            expect(inOrder(await computed(cut))).toEqual(before);
        })(),
      ];
      await requestMigration(commanding(), { layout: LAYOUT, recordsPerSecond: null, switch: 'auto' }, WHO);
      await until('switched');
      const then = [...ends];
      const isAppended = (partition: number): boolean => (ends[partition] ?? 0) > (then[partition] ?? 0) + 100;
      await eventually('archivers go on', () => PARTITIONS.every(isAppended), PATIENCE_MS);
      const atSwitch = computations;
      await eventually('engines read the new edition', () => computations > atSwitch + 1, PATIENCE_MS);
      aheadMs = KEEP_MS;
      await until('settled');
      over.abort();
      await Promise.all(busy);

      expect((await editions.list()).map(({ number, state }) => [number, state])).toEqual([[2, 'current']]);
      expect((await archive.filesBelow(cut, 'thing.sold')).length).toBeLessThan(filesBefore / 2);
      const now = { sales: [...ends] };
      const expected = inOrder(naive(now));
      expect(inOrder(await computed(now))).toEqual(expected);
      for (const partition of PARTITIONS) {
        const end = ends[partition] ?? 0;
        expect(await archive.archivedTo({ stream: 'sales', partition })).toBe(end);
        const ofPartition = { sales: PARTITIONS.map((other) => (other === partition ? end : 0)) };
        expect(inOrder(await folded(partition, end))).toEqual(inOrder(naive(ofPartition)));
      }
      await filesAreLive();
    },
    3 * PATIENCE_MS,
  );

  it(
    'that is cancelled leaves no file and no row',
    async () => {
      const asked = { layout: { ...FIRST_LAYOUT, rangeRecords: 500 }, recordsPerSecond: 500, switch: 'auto' } as const;
      await requestMigration(commanding(), asked, WHO);
      const hasFiles = async (): Promise<boolean> =>
        (await editions.list()).some(({ number, files }) => number === 2 && files > 0);
      await eventually('something is rewritten', hasFiles, PATIENCE_MS);
      await commandMigration(commanding(), 'm1', { kind: 'cancel' }, WHO);
      await until('cleaned');
      expect((await editions.list()).map(({ number }) => number)).toEqual([1]);
      expect(await metadata.prisma.archiveRange.count({ where: { edition: 2 } })).toBe(0);
      await filesAreLive();
      await append(0, 10);
      expect(await archive.archivedTo({ stream: 'sales', partition: 0 })).toBe(ends[0]);
    },
    PATIENCE_MS,
  );
});
