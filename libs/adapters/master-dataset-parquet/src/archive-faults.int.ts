import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  FIRST_LAYOUT,
  TwofoldError,
  defineEvent,
  string,
  type ArchivedEvent,
  type Offset,
  type Partition,
} from '@twofold/core';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import { NO_CHANGES } from '@twofold/ports';
import { testDatabase } from '@twofold/testkit';
import { archiveColumns } from './archive-column.js';
import { reachingFiles } from './archive-failure.js';
import { ArchiveManifest } from './archive-manifest.js';
import { nameWhileWriting, newFileName } from './file-name.js';
import { ParquetFiles } from './parquet-files.js';
import { ParquetMasterDataset } from './parquet-master-dataset.js';

const landed = defineEvent({ type: 'flight.landed', stream: 'flights', data: { origin: string() } });
const records = (from: Offset, to: Offset): ArchivedEvent[] =>
  Array.from({ length: to - from }, (_, index) => ({
    offset: from + index,
    appliedOffset: from + index,
    appendedAtMs: 1_700_000_000_000,
    verdict: { kind: 'event' },
    id: `flight-${from + index}`,
    source: '/flights',
    subject: null,
    type: 'flight.landed',
    version: 1,
    timeMs: 0,
    dataText: '{}',
    values: ['ATL'],
  }));

describe('an archiver that fails or is killed', () => {
  const { url, drop } = testDatabase();
  let directory: string;
  let database: Metadata;
  let archiver: ParquetMasterDataset;
  let streams = 0;

  beforeAll(async () => {
    await migrate(url);
    const first = await openMetadata(url);
    const name = new URL(url).pathname.slice(1);
    await first.pool.query(`ALTER DATABASE ${name} SET lock_timeout = '200ms'`);
    await first.close();
    directory = await mkdtemp(join(tmpdir(), 'twofold-test-'));
    database = await openMetadata(url);
    archiver = await ParquetMasterDataset.open({ directory, database });
  }, 60_000);
  afterAll(async () => {
    await archiver.close();
    await database.close();
    await drop();
    await rm(directory, { recursive: true });
  }, 60_000);

  const newPartition = (): Partition => ({ stream: `flights-${++streams}`, partition: 0 });
  const append = (of: ParquetMasterDataset, partition: Partition, from: Offset, to: Offset): Promise<boolean> =>
    of.append(partition, from, to, records(from, to), [landed], NO_CHANGES);
  const liveFiles = async ({ stream }: Partition): Promise<string[]> =>
    (await archiver.filesBelow({ [stream]: [1_000_000] }, 'flight.landed')).map(({ location }) => location);
  /** The database, where something happens around the transaction that makes a range live. */
  function writingTheManifest(around: (write: () => Promise<unknown>) => Promise<unknown>): Metadata {
    const prisma = Object.create(database.prisma) as Metadata['prisma'];
    const value = (...[work, options]: Parameters<Metadata['prisma']['$transaction']>): Promise<unknown> => {
      const run = (): Promise<unknown> => database.prisma.$transaction(work, options);
      // who reads, reads a snapshot
      return options?.isolationLevel === undefined ? around(run) : run();
    };
    return { ...database, prisma: Object.defineProperty(prisma, '$transaction', { value }) };
  }
  /** Where a partition's files stand: it has at least one. */
  const shelfOf = async (partition: Partition): Promise<string> => dirname(String((await liveFiles(partition))[0]));
  const standing = async (shelf: string): Promise<string[]> =>
    (await readdir(shelf)).sort().map((file) => join(shelf, file));

  test('rejects when the manifest cannot be written, leaves nothing live, and the next append succeeds', async () => {
    const partition = newPartition();
    await append(archiver, partition, 0, 5);
    const shelf = await shelfOf(partition);
    const locker = await database.pool.connect();
    await locker.query('BEGIN');
    await locker.query('LOCK TABLE archive_file IN EXCLUSIVE MODE');
    await expect(append(archiver, partition, 5, 9)).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(await archiver.archivedTo(partition)).toBe(5);
    expect(await liveFiles(partition)).toHaveLength(1);
    await locker.query('ROLLBACK');
    locker.release();
    expect(await append(archiver, partition, 5, 8)).toBe(true);
    expect(await archiver.archivedTo(partition)).toBe(8);
    expect(await standing(shelf)).toEqual(await liveFiles(partition));
  });

  test('keeps its files when the answer to the manifest is lost after it was written', async () => {
    const partition = newPartition();
    const answerLost = writingTheManifest(async (write) => {
      await write();
      throw new TwofoldError('store-unavailable', 'the connection was lost');
    });
    const unlucky = await ParquetMasterDataset.open({ directory, database: answerLost });
    await expect(append(unlucky, partition, 0, 5)).rejects.toMatchObject({ code: 'store-unavailable' });
    await unlucky.close();
    expect(await archiver.archivedTo(partition)).toBe(5);
    expect(await append(archiver, partition, 0, 5)).toBe(false);
    expect(await append(archiver, partition, 5, 6)).toBe(true);
    const live = await liveFiles(partition);
    expect(live).toHaveLength(2);
    expect(await standing(await shelfOf(partition))).toEqual(live);
  });

  test('killed with files that nothing names: the next archiver removes them, and nothing else', async () => {
    const partition = newPartition();
    await append(archiver, partition, 0, 5);
    const shelf = await shelfOf(partition);
    const abandoned = [
      newFileName(partition, 0, 4, landed),
      newFileName(partition, 5, 9, landed),
      nameWhileWriting(newFileName(partition, 5, 9, null)),
    ];
    const kept = [nameWhileWriting(newFileName(partition, 8, 12, landed)), 'notes.txt'];
    for (const name of [...abandoned, ...kept]) await writeFile(join(shelf, name), 'half a fi');
    const next = await ParquetMasterDataset.open({ directory, database });
    expect(await append(next, partition, 5, 8)).toBe(true);
    await next.close();
    const expected = [...(await liveFiles(partition)), ...kept.map((name) => join(shelf, name))];
    expect(await standing(shelf)).toEqual(expected.sort());
  });

  test('a slower archiver whose files are removed under it finds itself too late, and leaves nothing', async () => {
    const partition = newPartition();
    await append(archiver, partition, 0, 1);
    const shelf = await shelfOf(partition);
    const quick = await ParquetMasterDataset.open({ directory, database });
    const slow = append(archiver, partition, 1, 30_001);
    expect(await append(quick, partition, 1, 2)).toBe(true);
    expect(await append(quick, partition, 2, 3)).toBe(true);
    expect(await slow).toBe(false);
    await quick.close();
    expect(await archiver.archivedTo(partition)).toBe(3);
    expect(await standing(shelf)).toEqual(await liveFiles(partition));
  });

  test.each([
    ['the same range', 5, 9],
    ['a range that ends elsewhere', 5, 7],
  ])('an archiver that finds %s live at the last moment takes its own files away', async (_, from, to) => {
    const partition = newPartition();
    await append(archiver, partition, 0, 5);
    const shelf = await shelfOf(partition);
    const others = {
      edition: 1,
      partition,
      from,
      to,
      files: [],
      deadLetters: 0,
      duplicates: 0,
      held: 0,
      newestAppendedAtMs: null,
      waiting: NO_CHANGES,
    };
    const tooLate = writingTheManifest(async (write) => {
      expect(await new ArchiveManifest(database).add(others, 'current')).toBe(true);
      return write();
    });
    const late = await ParquetMasterDataset.open({ directory, database: tooLate });
    expect(await append(late, partition, 5, 9)).toBe(false);
    await late.close();
    expect(await archiver.archivedTo(partition)).toBe(to);
    expect(await standing(shelf)).toEqual(await liveFiles(partition));
  });

  test('an archive of another database in the same directory is left alone', async () => {
    const other = testDatabase();
    await migrate(other.url);
    const otherDatabase = await openMetadata(other.url);
    const stranger = await ParquetMasterDataset.open({ directory, database: otherDatabase });
    const partition = newPartition();
    await append(archiver, partition, 0, 5);
    const before = await liveFiles(partition);
    expect(await append(stranger, partition, 0, 7)).toBe(true);
    expect(await append(archiver, partition, 5, 6)).toBe(true);
    expect(await standing(await shelfOf(partition))).toEqual(expect.arrayContaining(before));
    expect(await stranger.filesBelow({ [partition.stream]: [7] }, 'flight.landed')).toHaveLength(1);
    await stranger.close();
    await otherDatabase.close();
    await other.drop();
  }, 60_000);

  test('rejects with store-unavailable when the directory is gone, and goes on when it is back', async () => {
    const partition = newPartition();
    await append(archiver, partition, 0, 5);
    const shelf = await shelfOf(partition);
    await rename(shelf, `${shelf}-away`);
    await expect(append(archiver, partition, 5, 6)).rejects.toMatchObject({
      name: 'TwofoldError',
      code: 'store-unavailable',
      cause: expect.anything(),
    });
    expect(await archiver.archivedTo(partition)).toBe(5);
    await rename(`${shelf}-away`, shelf);
    expect(await append(archiver, partition, 5, 6)).toBe(true);
    expect(await standing(shelf)).toEqual(await liveFiles(partition));
  });

  const onLinux = existsSync('/dev/full') ? test : test.skip;
  onLinux('tells a full disk as store-unavailable', async () => {
    const partition = newPartition();
    const files = await ParquetFiles.open();
    const toFullDisk = reachingFiles('/dev', () =>
      files.write(
        '/dev/full',
        archiveColumns(partition, landed),
        records(0, 5_000).map((event, place) => ({ ...event, place })),
        FIRST_LAYOUT,
      ),
    );
    await expect(toFullDisk).rejects.toMatchObject({ name: 'TwofoldError', code: 'store-unavailable' });
    await expect(toFullDisk).rejects.toThrow('No space left on device');
    await files.close();
  });

  test('refuses a directory whose path DuckDB would take for a pattern', async () => {
    const strange = join(directory, 'flights[1]');
    await mkdir(strange);
    await expect(ParquetMasterDataset.open({ directory: strange, database })).rejects.toMatchObject({
      code: 'invalid-configuration',
    });
  });
});
