import { readdir, rm, stat } from 'node:fs/promises';
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
import { makeDirectory, settleFile } from './durable-file.js';
import { nameWhileWriting, newFileName, rangeStartOf } from './file-name.js';
import { ParquetFiles } from './parquet-files.js';
import { splitByVersion } from './range-part.js';
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
 *
 * Ranges are a chain, so once [from, to) is live, no other attempt at `from` can be: its files are removed by whoever
 * archives at or beyond `from` next, and no clock decides. A slower archiver may lose files it is still writing by
 * that, but only where it has lost the range already.
 */
export class ParquetMasterDataset implements MasterDataset {
  /** By partition: where its files stand, and the offset below which files that nothing names have been removed. */
  private readonly shelves = new Map<string, { readonly directory: string; tidyTo: Offset }>();

  private constructor(
    private readonly directory: string,
    private readonly manifest: ArchiveManifest,
    private readonly files: ParquetFiles,
  ) {}

  /** @throws TwofoldError `store-unavailable`; `invalid-configuration` where the directory's path has one of * ? [ ] { } */
  static async open({ directory, database }: ParquetMasterDatasetOptions): Promise<ParquetMasterDataset> {
    const root = resolve(directory);
    if (PATTERN_CHARACTERS.test(root)) {
      throw new TwofoldError('invalid-configuration', `the archive's path has one of * ? [ ] { } in it: ${root}`);
    }
    const manifest = new ArchiveManifest(database);
    const ownDirectory = join(root, await manifest.databaseName());
    await reachingFiles(root, () => makeDirectory(root, ownDirectory));
    return new ParquetMasterDataset(ownDirectory, manifest, await ParquetFiles.open());
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
    if ((await this.archivedTo(partition)) !== from) return false;
    const files = await this.write(partition, from, to, events, types);
    if (files === null) return false;
    const range = { partition, from, to, files, waiting, ...summaryOf(events, waiting) };
    // When this rejects, the range may yet become live: its files stay, for the next archiver to judge.
    const isLive = await this.manifest.add(range);
    if (isLive) await this.tidy(partition, from);
    else await remove(files.map(({ location }) => location));
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
      const ranges = await this.manifest.rangesWithin(partition, at, below, types);
      at = ranges.at(-1)?.to ?? impossible(`the events from ${at} on of ${partitionName(partition)}, not archived`);
      for (const locations of sortedAtOnce(ranges)) {
        const records = this.files.records(locations, from, below, types);
        for await (const chunk of reachedFiles(this.directory, records)) {
          if (stop?.aborted) throw new TwofoldError('conflict', `reading ${partitionName(partition)} was stopped`);
          yield chunk;
        }
      }
    }
  }

  async summaryBelow(cut: OffsetVector): Promise<SetAside & { readonly appliedAtMs: number | null }> {
    const summaries = await Promise.all(partitionsOf(cut).map((partition) => this.summaryOf(partition)));
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
    partition: Partition,
    from: Offset,
    to: Offset,
    events: readonly ArchivedEvent[],
    types: readonly EventType[],
  ): Promise<readonly ArchiveFile[] | null> {
    const parts = splitByVersion(events, types).map(({ version, events: rows }) => ({
      rows,
      eventType: version?.type ?? null,
      eventVersion: version?.version ?? null,
      name: newFileName(partition, from, to, version),
      columns: archiveColumns(partition, version),
    }));
    const attempted: string[] = [];
    try {
      return await reachingFiles(this.directory, async () => {
        const { directory } = await this.shelfOf(partition);
        const files: ArchiveFile[] = [];
        for (const { name, columns, rows, eventType, eventVersion } of parts) {
          const location = join(directory, name);
          const temporary = join(directory, nameWhileWriting(name));
          attempted.push(temporary, location);
          await this.files.write(temporary, columns, rows);
          await settleFile(temporary, location);
          const { size: sizeBytes } = await stat(location);
          files.push({ partition, from, to, eventType, eventVersion, rowCount: rows.length, sizeBytes, location });
        }
        return files;
      });
    } catch (error) {
      await remove(attempted);
      if ((await this.archivedTo(partition)) !== from) return null;
      throw error;
    }
  }

  /** Removes what attempts that came to nothing left behind, of ranges that begin at or before one that is live. */
  private async tidy(partition: Partition, live: Offset): Promise<void> {
    try {
      const shelf = await this.shelfOf(partition);
      const found = (await readdir(shelf.directory)).filter((name) => {
        const from = rangeStartOf(name);
        return from !== null && from >= shelf.tidyTo && from <= live;
      });
      const named = await this.manifest.locationsFrom(partition, shelf.tidyTo, live);
      await remove(found.map((name) => join(shelf.directory, name)).filter((location) => !named.has(location)));
      shelf.tidyTo = live;
    } catch {
      // The range is live all the same; the next append tidies here too.
    }
  }

  private async shelfOf(partition: Partition): Promise<{ readonly directory: string; tidyTo: Offset }> {
    const known = this.shelves.get(partitionName(partition));
    if (known !== undefined) return known;
    const directory = join(this.directory, partition.stream, String(partition.partition));
    await makeDirectory(this.directory, directory);
    const shelf = { directory, tidyTo: 0 };
    this.shelves.set(partitionName(partition), shelf);
    return shelf;
  }

  private async summaryOf(
    partition: Partition & { readonly offset: Offset },
  ): Promise<SetAside & { readonly appliedAtMs: number | null }> {
    const { newestAppendedAtMs, divided, wholeTo, ...whole } = await this.manifest.rangesBelow(
      partition,
      partition.offset,
    );
    if (divided === null && wholeTo < partition.offset) {
      impossible(`a summary below offset ${partition.offset} of ${partitionName(partition)}, archived to ${wholeTo}`);
    }
    if (divided === null || divided.locations.length === 0) return { ...whole, appliedAtMs: newestAppendedAtMs };
    const part = await reachingFiles(this.directory, () =>
      this.files.summaryBelow(divided.locations, partition.offset),
    );
    return {
      ...sumAside([whole, part, divided.aside]),
      appliedAtMs: newestOf(newestAppendedAtMs, part.appliedAtMs),
    };
  }
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

const newestOf = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);

/** As far as it goes: a file that nothing names does no harm, and is found again. */
const remove = async (locations: readonly string[]): Promise<void> => {
  await Promise.allSettled(locations.map((location) => rm(location, { force: true })));
};
