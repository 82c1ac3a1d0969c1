import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Offset, Partition } from '@twofold/core';
import type { ArchiveManifest } from './archive-manifest.js';
import { makeDirectory } from './durable-file.js';
import { editionOf, editionDirectory, rangeStartOf } from './file-name.js';

/** A file that nothing names does no harm, and is found again: so as far as it goes. */
export const removeFiles = async (locations: readonly string[]): Promise<void> => {
  await Promise.allSettled(locations.map((location) => rm(location, { force: true })));
};

/**
 * The directories that files stand in: one per partition, in it one per edition but the first, whose files stand beside them.
 *
 * Ranges are a chain, so once [from, to) is live, no other attempt at `from` can be: its files are removed by whoever
 * archives, or rewrites, at or beyond `from` next, and no clock decides. Somebody slower may lose files they are still writing by
 * that, but only where they have lost the range already.
 */
export class ArchiveShelves {
  /** By directory: the offset below which files that nothing names have been removed. */
  private readonly tidyTo = new Map<string, Offset>();

  constructor(
    private readonly root: string,
    private readonly manifest: ArchiveManifest,
  ) {}

  /** Where the files of an edition's partition stand; made if it is missing. */
  async directoryOf(edition: number, partition: Partition): Promise<string> {
    const directory = join(this.partitionDirectory(partition), editionDirectory(edition));
    if (!this.tidyTo.has(directory)) {
      await makeDirectory(this.root, directory);
      this.tidyTo.set(directory, 0);
    }
    return directory;
  }

  /** Removes what attempts that came to nothing left behind, of ranges that begin at or before one that is live, and of editions that are gone. */
  async tidy(edition: number, partition: Partition, live: Offset): Promise<void> {
    try {
      const directory = await this.directoryOf(edition, partition);
      const tidyTo = this.tidyTo.get(directory) ?? 0;
      if (tidyTo === 0) await this.sweep(partition);
      const found = (await readdir(directory)).filter((name) => {
        const from = rangeStartOf(name);
        return from !== null && from >= tidyTo && from <= live;
      });
      const named = await this.manifest.locationsFrom(edition, partition, tidyTo, live);
      await removeFiles(found.map((name) => join(directory, name)).filter((location) => !named.has(location)));
      this.tidyTo.set(directory, live);
    } catch {
      // The range is live all the same; the next append tidies here too.
    }
  }

  /** Removes all that stands of editions that are gone, or going. */
  async sweep(partition: Partition): Promise<void> {
    const directory = this.partitionDirectory(partition);
    // in this order: a directory is made after its edition was begun
    const names = await readdir(directory).catch(() => []);
    const standing = await this.manifest.standingEditions();
    const gone = names.filter((name) => {
      const edition = editionOf(name);
      return edition !== null && !standing.has(edition);
    });
    for (const name of gone) await rm(join(directory, name), { recursive: true, force: true });
    for (const known of [...this.tidyTo.keys()])
      if (gone.some((name) => known === join(directory, name))) this.tidyTo.delete(known);
  }

  private readonly partitionDirectory = ({ stream, partition }: Partition): string =>
    join(this.root, stream, String(partition));
}
