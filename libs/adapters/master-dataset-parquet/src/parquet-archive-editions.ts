import { availableParallelism } from 'node:os';
import type { DuckDBConnection } from '@duckdb/node-api';
import {
  NOTHING_ASIDE,
  impossible,
  partitionName,
  type ArchiveLayout,
  type EventType,
  type Offset,
  type Partition,
  type SetAside,
} from '@twofold/core';
import type { Metadata } from '@twofold/metadata';
import {
  NO_CHANGES,
  type ArchiveEdition,
  type ArchiveEditions,
  type ArchiveFile,
  type EditionDifference,
  type EditionProgress,
  type EditionStep,
} from '@twofold/ports';
import { reachingFiles } from './archive-failure.js';
import { ArchiveManifest, type ArchivedRange, type RangeFiles } from './archive-manifest.js';
import { ArchiveShelves, removeFiles } from './archive-shelves.js';
import { newestOf, summaryBelow } from './archive-summary.js';
import { differenceOf } from './compare-parts.js';
import { EditionManifest } from './edition-manifest.js';
import { ParquetFiles } from './parquet-files.js';
import { openDirectory, type ParquetMasterDatasetOptions } from './parquet-master-dataset.js';
import { endOfRows, rewritePart, type RewrittenRange } from './rewrite-part.js';
import { rewrittenParts } from './rewritten-part.js';

/** Ranges that become one at most: as many files of each type are open at once. */
const MAX_JOINED_RANGES = 5_000;

/** The editions of `ParquetMasterDataset`'s archive: DuckDB reads one and writes the other, without a row in this process. */
export class ParquetArchiveEditions implements ArchiveEditions {
  private constructor(
    private readonly directory: string,
    private readonly database: Metadata,
    private readonly manifest: ArchiveManifest,
    private readonly editions: EditionManifest,
    private readonly shelves: ArchiveShelves,
    private readonly files: ParquetFiles,
  ) {}

  /** @throws TwofoldError as `ParquetMasterDataset.open` */
  static async open({ directory, database }: ParquetMasterDatasetOptions): Promise<ParquetArchiveEditions> {
    const manifest = new ArchiveManifest(database);
    const ownDirectory = await openDirectory(directory, manifest);
    const shelves = new ArchiveShelves(ownDirectory, manifest);
    const files = await ParquetFiles.open(availableParallelism());
    return new ParquetArchiveEditions(ownDirectory, database, manifest, new EditionManifest(database), shelves, files);
  }

  list(): Promise<readonly ArchiveEdition[]> {
    return this.editions.list();
  }

  begin(edition: number, layout: ArchiveLayout): Promise<void> {
    return this.editions.begin(edition, layout);
  }

  progress(edition: number): Promise<readonly EditionProgress[]> {
    return this.editions.progress(edition);
  }

  async rewrite(
    edition: number,
    partition: Partition,
    from: Offset,
    types: readonly EventType[],
    stop: AbortSignal,
  ): Promise<EditionStep> {
    const layout = await this.editions.layoutOf(edition);
    const beganAtMs = performance.now();
    const directory = await reachingFiles(this.directory, () => this.shelves.directoryOf(edition, partition));
    const to = await this.endOf(partition, from, layout.rangeRecords, stop);
    const aside = await this.asideWithin(partition, from, to);
    const written = await this.write({ partition, from, to, layout, directory }, types, stop);
    const range = { edition, partition, from, to, ...aside, ...written, waiting: NO_CHANGES };
    // When this rejects, the range may yet become live: its files stay, for the next rewrite to judge.
    if (await this.manifest.add(range, 'building')) {
      await this.shelves.tidy(edition, partition, from);
      await this.editions.note(edition, partition, performance.now() - beganAtMs, null);
      return { to, records: written.files.reduce((sum, { rowCount }) => sum + rowCount, 0) };
    }
    await removeFiles(written.files.map(({ location }) => location));
    return { to: await this.endNow(edition, partition), records: 0 };
  }

  async verify(
    edition: number,
    partition: Partition,
    from: Offset,
    types: readonly EventType[],
    stop: AbortSignal,
  ): Promise<EditionStep | EditionDifference> {
    const layout = await this.editions.layoutOf(edition);
    const beganAtMs = performance.now();
    const to =
      (await this.editions.rangeEnd(edition, partition, from)) ??
      impossible(`edition ${edition} has no range that begins at ${from} of ${partitionName(partition)}`);
    const old = await this.editions.files(null, partition, from, to);
    const made = await this.editions.files(edition, partition, from, to);
    const parts = rewrittenParts(old, { partition, from, to }, layout, types);
    const difference = await this.reading((connection) => differenceOf(connection, parts, made), stop);
    if (difference !== null) return { from, to, ...difference };
    await this.editions.note(edition, partition, performance.now() - beganAtMs, { from, to });
    return { to, records: made.reduce((sum, { rowCount }) => sum + rowCount, 0) };
  }

  switchTo(edition: number, keptUntilMs: number, last: (stop: AbortSignal) => Promise<void>): Promise<boolean> {
    return this.editions.switchTo(edition, keptUntilMs, last);
  }

  async drop(edition: number): Promise<void> {
    const partitions = await this.editions.giveUp(edition);
    await reachingFiles(this.directory, async () => {
      for (const partition of partitions) await this.shelves.sweep(partition);
    });
    await this.editions.remove(edition);
  }

  close(): Promise<void> {
    return this.files.close();
  }

  /** Where the next range must end: of as many ranges of the current edition as have so many rows, as far as they have. */
  private async endOf(partition: Partition, from: Offset, rangeRecords: number, stop: AbortSignal): Promise<Offset> {
    const ranges: RangeFiles[] = [];
    let rows = 0;
    for (let at = from; rows <= rangeRecords && ranges.length < MAX_JOINED_RANGES;) {
      const more = await this.manifest.rangesWithin(partition, at, Number.MAX_SAFE_INTEGER, null);
      const last = more.at(-1);
      if (last === undefined) break;
      for (const range of more) {
        if (rows > rangeRecords) break;
        ranges.push(range);
        rows += range.rowCount;
      }
      at = last.to;
    }
    const end =
      ranges.at(-1)?.to ?? impossible(`${partitionName(partition)} is archived to ${from}, and rewritten beyond`);
    if (rows <= rangeRecords) return end;
    const paths = ranges.flatMap(({ locations }) => locations);
    return this.reading((connection) => endOfRows(connection, paths, { from, end }, rangeRecords), stop);
  }

  /** All parts of a range. Rejects without a file left. */
  private async write(
    range: RewrittenRange,
    types: readonly EventType[],
    stop: AbortSignal,
  ): Promise<Pick<ArchivedRange, 'files' | 'newestAppendedAtMs'>> {
    const old = await this.editions.files(null, range.partition, range.from, range.to);
    const attempted: string[] = [];
    const files: ArchiveFile[] = [];
    let newestAppendedAtMs: number | null = null;
    try {
      await this.reading(async (connection) => {
        for (const part of rewrittenParts(old, range, range.layout, types)) {
          const written = await rewritePart(connection, range, part, (location) => attempted.push(location));
          files.push(...written.files);
          newestAppendedAtMs = newestOf(newestAppendedAtMs, written.newestAppendedAtMs);
        }
      }, stop);
    } catch (error) {
      await removeFiles(attempted);
      throw error;
    }
    return { files, newestAppendedAtMs };
  }

  /** What records of [from, to) open less what they close. */
  private async asideWithin(partition: Partition, from: Offset, to: Offset): Promise<SetAside> {
    const below = (offset: Offset): Promise<SetAside> =>
      reachingFiles(this.directory, () => summaryBelow(this.database, this.files, partition, offset));
    const [before, after] = [from === 0 ? NOTHING_ASIDE : await below(from), await below(to)];
    return {
      deadLetters: after.deadLetters - before.deadLetters,
      duplicates: after.duplicates - before.duplicates,
      held: after.held - before.held,
    };
  }

  private async endNow(edition: number, partition: Partition): Promise<Offset> {
    const progress = await this.editions.progress(edition);
    const name = partitionName(partition);
    return progress.find((of) => partitionName(of) === name)?.rewrittenTo ?? 0;
  }

  private reading<T>(work: (connection: DuckDBConnection) => Promise<T>, stop: AbortSignal): Promise<T> {
    return reachingFiles(this.directory, () => this.files.connected(work, stop));
  }
}
