import { impossible, type Offset, type OffsetVector, type Partition, type SetAside } from '@twofold/core';
import { archivedTo, isConstraintViolation, reachingStore, waitingStatements, type Metadata } from '@twofold/metadata';
import type { ArchiveFile, EditionState, WaitingChanges } from '@twofold/ports';
import { inCurrentEdition, type CurrentEdition } from './current-edition.js';

/** A range about to be made live: what is known of it, and its files. */
export type ArchivedRange = SetAside & {
  readonly edition: number;
  readonly partition: Partition;
  readonly from: Offset;
  readonly to: Offset;
  readonly newestAppendedAtMs: number | null;
  readonly files: readonly ArchiveFile[];
  readonly waiting: WaitingChanges;
};

/** A range of the archive, and some of its files. */
export type RangeFiles = {
  readonly from: Offset;
  readonly to: Offset;
  readonly locations: readonly string[];
  readonly rowCount: number;
};

/** Each takes a parameter of a statement. */
const RANGES_AT_A_TIME = 500;
/** A range may have thousands of records that wait; and another edition may be about to become current, which takes seconds. */
const ADD_TIMEOUT_MS = 15_000;
/** States of an edition whose files stay. */
const STANDING: readonly EditionState[] = ['building', 'current', 'retired'];

/**
 * What makes files live: a chain of ranges per partition, in Postgres. Rejects with `store-unavailable`. An entry of its own of
 * the package, for who asks about files and opens none.
 */
export class ArchiveManifest {
  constructor(private readonly database: Metadata) {}

  /** Names this database among all: files below this name are no other's to remove. */
  databaseName(): Promise<string> {
    return reachingStore(async () => {
      const { rows } = await this.database.pool.query<{ name: string }>(
        `SELECT concat_ws('-', system_identifier, oid) AS name FROM pg_control_system(), pg_database
         WHERE datname = current_database()`,
      );
      return String(rows[0]?.name);
    });
  }

  /** The edition that is read, and appended to. */
  current(): Promise<CurrentEdition> {
    return inCurrentEdition(this.database, async (_, current) => current);
  }

  /** Those whose files stay. */
  standingEditions(): Promise<ReadonlySet<number>> {
    return reachingStore(async () => {
      const where = { state: { in: [...STANDING] } };
      const editions = await this.database.prisma.archiveEdition.findMany({ where, select: { number: true } });
      return new Set(editions.map(({ number }) => number));
    });
  }

  archivedTo(partition: Partition): Promise<Offset> {
    return reachingStore(() => archivedTo(this.database, partition));
  }

  /**
   * Makes a range and its files live, together. false: the edition is not in this state (it waits for who is changing it), or does
   * not end where the range begins, and nothing of it is live. When it rejects, the range may be live or become so: the answer of
   * the database may have been lost.
   */
  add(
    { edition, partition, from, to, files, waiting, ...range }: ArchivedRange,
    state: EditionState,
  ): Promise<boolean> {
    const key = { edition, ...placeOf(partition), fromOffset: BigInt(from) };
    const { deadLetters, duplicates, held } = range;
    const newestAppendedAtMs = range.newestAppendedAtMs === null ? null : BigInt(range.newestAppendedAtMs);
    return reachingStore(async () => {
      try {
        return await this.database.prisma.$transaction(
          async (prisma) => {
            const locked = await prisma.$queryRaw<readonly unknown[]>`
              SELECT number FROM archive_edition WHERE number = ${edition} AND state = ${state} FOR SHARE`;
            if (locked.length === 0) return false;
            await prisma.archiveRange.create({
              data: { ...key, toOffset: BigInt(to), deadLetters, duplicates, held, newestAppendedAtMs },
              select: { fromOffset: true },
            });
            await prisma.archiveFile.createMany({ data: files.map((file) => ({ ...key, ...fileRow(file) })) });
            for (const statement of waitingStatements({ prisma }, partition, waiting)) await statement;
            return true;
          },
          { timeout: ADD_TIMEOUT_MS },
        );
      } catch (error) {
        if (isConstraintViolation(error)) return false;
        throw error;
      }
    });
  }

  /** Of the current edition, in order of stream, partition and offset. */
  filesBelow(cut: OffsetVector, eventType: string | null): Promise<readonly ArchiveFile[]> {
    return inCurrentEdition(this.database, async (snapshot, { edition }) => {
      const below = partitionsOf(cut).map(({ stream, partition, offset }) => ({
        ...{ edition, stream, partition },
        fromOffset: { lt: BigInt(offset) },
      }));
      const files = await snapshot.archiveFile.findMany({
        where: { eventType, OR: below },
        orderBy: [{ stream: 'asc' }, { partition: 'asc' }, { fromOffset: 'asc' }],
      });
      // Not by relation: that takes a parameter for each file. At one moment, so each file's is found.
      const ranges = await snapshot.archiveRange.findMany({
        where: { OR: below },
        select: { stream: true, partition: true, fromOffset: true, toOffset: true },
      });
      const ends = new Map(ranges.map((range) => [rangeKey(range), Number(range.toOffset)]));
      return files.map((file) => ({
        partition: { stream: file.stream, partition: file.partition },
        from: Number(file.fromOffset),
        to: ends.get(rangeKey(file)) ?? impossible(`${file.location} has no range`),
        ...{ eventType, eventVersion: file.eventVersion, rowCount: file.rowCount, location: file.location },
        sizeBytes: file.sizeBytes === null ? null : Number(file.sizeBytes),
        times:
          file.oldestTimeMs === null || file.newestTimeMs === null
            ? null
            : { oldestMs: Number(file.oldestTimeMs), newestMs: Number(file.newestTimeMs) },
      }));
    });
  }

  /** Locations of the live files of an edition whose ranges begin in [from, to]. */
  locationsFrom(edition: number, partition: Partition, from: Offset, to: Offset): Promise<ReadonlySet<string>> {
    return reachingStore(async () => {
      const files = await this.database.prisma.archiveFile.findMany({
        where: { edition, ...placeOf(partition), fromOffset: { gte: BigInt(from), lte: BigInt(to) } },
        select: { location: true },
      });
      return new Set(files.map(({ location }) => location));
    });
  }

  /** Locations of the live files of the current edition's ranges that have offsets of [from, below). */
  locationsWithin(partition: Partition, from: Offset, below: Offset): Promise<readonly string[]> {
    return inCurrentEdition(this.database, async (snapshot, { edition }) => {
      const ranges = await snapshot.archiveRange.findMany({
        where: rangesTouching(edition, partition, from, below),
        select: { files: { select: { location: true } } },
      });
      return ranges.flatMap(({ files }) => files.map(({ location }) => location));
    });
  }

  /** The first ranges of the current edition that have offsets of [from, below), and their files of these types (null: of all): as many ranges as are read at a time. */
  rangesWithin(
    partition: Partition,
    from: Offset,
    below: Offset,
    types: readonly string[] | null,
  ): Promise<readonly RangeFiles[]> {
    return inCurrentEdition(this.database, async (snapshot, { edition }) => {
      const ranges = await snapshot.archiveRange.findMany({
        where: rangesTouching(edition, partition, from, below),
        orderBy: { fromOffset: 'asc' },
        take: RANGES_AT_A_TIME,
        select: {
          ...{ fromOffset: true, toOffset: true },
          files: {
            where: types === null ? {} : { eventType: { in: [...types] } },
            select: { location: true, rowCount: true },
          },
        },
      });
      return ranges.map(({ fromOffset, toOffset, files }) => ({
        ...{ from: Number(fromOffset), to: Number(toOffset) },
        locations: files.map(({ location }) => location),
        rowCount: files.reduce((sum, { rowCount }) => sum + rowCount, 0),
      }));
    });
  }
}

/** The partitions that have records below the cut. */
export const partitionsOf = (cut: OffsetVector): readonly (Partition & { readonly offset: Offset })[] =>
  Object.entries(cut).flatMap(([stream, offsets]) =>
    offsets.map((offset, partition) => ({ stream, partition, offset })).filter(({ offset }) => offset > 0),
  );

const placeOf = ({ stream, partition }: Partition): Partition => ({ stream, partition });

/** The ranges of an edition that have offsets of [from, below). */
const rangesTouching = (edition: number, partition: Partition, from: Offset, below: Offset) => ({
  ...{ edition, ...placeOf(partition) },
  ...{ fromOffset: { lt: BigInt(below) }, toOffset: { gt: BigInt(from) } },
});

const fileRow = ({ location, eventType, eventVersion, rowCount, sizeBytes, times }: ArchiveFile) => ({
  ...{ location, eventType, eventVersion, rowCount },
  sizeBytes: sizeBytes === null ? null : BigInt(sizeBytes),
  oldestTimeMs: times === null ? null : BigInt(times.oldestMs),
  newestTimeMs: times === null ? null : BigInt(times.newestMs),
});

const rangeKey = ({ stream, partition, fromOffset }: Partition & { readonly fromOffset: bigint }): string =>
  `${stream}/${partition}/${fromOffset}`;
