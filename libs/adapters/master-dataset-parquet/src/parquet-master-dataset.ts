import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  TwofoldError,
  impossible,
  partitionName,
  sumAside,
  type ArchivedEvent,
  type ArchivedRecord,
  type EventType,
  type Offset,
  type OffsetVector,
  type Partition,
  type SetAside,
} from '@twofold/core';
import type { Metadata } from '@twofold/metadata';
import type { ArchiveFile, ArchivedIdentity, MasterDataset, WaitingChanges } from '@twofold/ports';
import { archiveColumns } from './archive-column.js';
import { reachedFiles, reachingFiles } from './archive-failure.js';
import { ArchiveManifest, partitionsOf } from './archive-manifest.js';
import { ArchiveShelves, removeFiles } from './archive-shelves.js';
import { newestOf, summaryBelow } from './archive-summary.js';
import type { CurrentEdition } from './current-edition.js';
import { makeDirectory, settleFile } from './durable-file.js';
import { nameWhileWriting, newFileName } from './file-name.js';
import { ParquetFiles, type Summary } from './parquet-files.js';
import { splitRange, type PlacedEvent } from './range-part.js';
import { sortedAtOnce } from './sorted-at-once.js';

export type ParquetMasterDatasetOptions = {
  /** Where the files stand, all archivers' the same; made if it is missing. Relative to the working directory. */
  readonly directory: string;
  /** Holds the manifest. The caller's: `close` leaves it open. */
  readonly database: Metadata;
};

/** DuckDB would take these in a path for a pattern. */
const PATTERN_CHARACTERS = /[*?[\]{}]/;

/**
 * The archive as Parquet files in a directory per database, stream and partition; Postgres says which of them are live.
 * A file is complete and on disk before it is named there, and never changes after.
 */
export class ParquetMasterDataset implements MasterDataset {
  private constructor(
    private readonly directory: string,
    private readonly database: Metadata,
    private readonly manifest: ArchiveManifest,
    private readonly shelves: ArchiveShelves,
    private readonly files: ParquetFiles,
  ) {}

  /** @throws TwofoldError `store-unavailable`; `invalid-configuration` where the directory's path has one of * ? [ ] { } */
  static async open({ directory, database }: ParquetMasterDatasetOptions): Promise<ParquetMasterDataset> {
    const manifest = new ArchiveManifest(database);
    const ownDirectory = await openDirectory(directory, manifest);
    const shelves = new ArchiveShelves(ownDirectory, manifest);
    return new ParquetMasterDataset(ownDirectory, database, manifest, shelves, await ParquetFiles.open());
  }

  archivedTo(partition: Partition): Promise<Offset> {
    return this.manifest.archivedTo(partition);
  }

  async append(
    partition: Partition,
    from: Offset,
    to: Offset,
    events: readonly ArchivedEvent[],
    types: readonly EventType[],
    waiting: WaitingChanges,
  ): Promise<boolean> {
    mustFill(events, from, to);
    const current = await this.manifest.current();
    if ((await this.archivedTo(partition)) !== from) return false;
    const files = await this.write(current, partition, from, to, events, types);
    if (files === null) return false;
    const { edition } = current;
    const range = { edition, partition, from, to, files, waiting, ...summaryOf(events, waiting) };
    // When this rejects, the range may yet become live: its files stay, for the next archiver to judge.
    const isLive = await this.manifest.add(range, 'current');
    if (isLive) await this.shelves.tidy(edition, partition, from);
    else await removeFiles(files.map(({ location }) => location));
    return isLive;
  }

  filesBelow(cut: OffsetVector, eventType: string | null): Promise<readonly ArchiveFile[]> {
    return this.manifest.filesBelow(cut, eventType);
  }

  async *read(
    partition: Partition,
    { from, below }: { readonly from: Offset; readonly below: Offset },
    types: readonly string[],
    stop?: AbortSignal,
  ): AsyncGenerator<readonly ArchivedRecord[], void, undefined> {
    for (let at = from; at < below;) {
      // of the edition that is current by now: it may have ranges of other lengths than the one before
      const ranges = await this.manifest.rangesWithin(partition, at, below, types);
      const to =
        ranges.at(-1)?.to ?? impossible(`the events from ${at} on of ${partitionName(partition)}, not archived`);
      for (const part of sortedAtOnce(ranges, at, below)) {
        const records = this.files.records(part.locations, part.from, part.below, types);
        for await (const chunk of reachedFiles(this.directory, records)) {
          if (stop?.aborted) throw new TwofoldError('conflict', `reading ${partitionName(partition)} was stopped`);
          yield chunk;
        }
      }
      at = to;
    }
  }

  async summaryBelow(cut: OffsetVector): Promise<Summary> {
    const ofPartitions = partitionsOf(cut).map(({ offset, ...partition }) =>
      reachingFiles(this.directory, () => summaryBelow(this.database, this.files, partition, offset)),
    );
    const summaries = await Promise.all(ofPartitions);
    const appliedAtMs = Math.max(...summaries.map((summary) => summary.appliedAtMs ?? -Infinity));
    return {
      ...sumAside(summaries),
      appliedAtMs: appliedAtMs === -Infinity ? null : appliedAtMs,
    };
  }

  async identities(partition: Partition, from: Offset, below: Offset): Promise<readonly ArchivedIdentity[]> {
    const locations = await this.manifest.locationsWithin(partition, from, below);
    return reachingFiles(this.directory, () => this.files.identities(locations, from, below));
  }

  close(): Promise<void> {
    return this.files.close();
  }

  /** The files of a range, complete and on disk; null: another archiver made the range live meanwhile. */
  private async write(
    { edition, layout }: CurrentEdition,
    partition: Partition,
    from: Offset,
    to: Offset,
    events: readonly ArchivedEvent[],
    types: readonly EventType[],
  ): Promise<readonly ArchiveFile[] | null> {
    const parts = splitRange(events, types, layout).map(({ version, events: rows }) => ({
      rows,
      eventType: version?.type ?? null,
      eventVersion: version?.version ?? null,
      name: newFileName(partition, from, to, version),
      columns: archiveColumns(partition, version),
    }));
    const attempted: string[] = [];
    try {
      return await reachingFiles(this.directory, async () => {
        const directory = await this.shelves.directoryOf(edition, partition);
        const files: ArchiveFile[] = [];
        for (const { name, columns, rows, eventType, eventVersion } of parts) {
          const location = join(directory, name);
          const temporary = join(directory, nameWhileWriting(name));
          attempted.push(temporary, location);
          await this.files.write(temporary, columns, rows, layout);
          await settleFile(temporary, location);
          const { size: sizeBytes } = await stat(location);
          const about = { eventType, eventVersion, rowCount: rows.length, sizeBytes, times: timesOf(eventType, rows) };
          files.push({ partition, from, to, ...about, location });
        }
        return files;
      });
    } catch (error) {
      await removeFiles(attempted);
      if ((await this.archivedTo(partition)) !== from) return null;
      throw error;
    }
  }
}

/** Where the files of this database stand below the directory. @throws TwofoldError `invalid-configuration`, `store-unavailable` */
export async function openDirectory(directory: string, manifest: ArchiveManifest): Promise<string> {
  const root = resolve(directory);
  if (PATTERN_CHARACTERS.test(root))
    throw new TwofoldError('invalid-configuration', `the archive's path has one of * ? [ ] { } in it: ${root}`);
  const ownDirectory = join(root, await manifest.databaseName());
  await reachingFiles(root, () => makeDirectory(root, ownDirectory));
  return ownDirectory;
}

function mustFill(events: readonly ArchivedEvent[], from: Offset, to: Offset): void {
  if (to <= from) impossible(`the range [${from}, ${to}) is empty`);
  let before = from - 1;
  for (const { offset, appliedOffset } of events) {
    const isRecord = offset === appliedOffset;
    if (appliedOffset < before + (isRecord ? 1 : 0) || appliedOffset >= to || offset > appliedOffset)
      impossible(`offset ${offset}, applied at ${appliedOffset}, in the range [${from}, ${to}), after ${before}`);
    before = appliedOffset;
  }
}

const summaryOf = (
  events: readonly ArchivedEvent[],
  { opened, closed }: WaitingChanges,
): SetAside & { readonly newestAppendedAtMs: number | null } => ({
  deadLetters: opened.filter(({ dead }) => dead !== null).length - closed.filter(({ by }) => by !== 'release').length,
  duplicates: events.filter(({ verdict }) => verdict.kind === 'duplicate').length,
  held: opened.filter(({ dead }) => dead === null).length - closed.filter(({ by }) => by === 'release').length,
  newestAppendedAtMs: events.reduce<number | null>((newest, { appendedAtMs }) => newestOf(newest, appendedAtMs), null),
});

/** null: what is no event has no time that counts. */
const timesOf = (eventType: string | null, events: readonly PlacedEvent[]): ArchiveFile['times'] =>
  eventType === null
    ? null
    : {
        oldestMs: events.reduce((oldest, { timeMs }) => Math.min(oldest, timeMs), Infinity),
        newestMs: events.reduce((newest, { timeMs }) => Math.max(newest, timeMs), -Infinity),
      };
