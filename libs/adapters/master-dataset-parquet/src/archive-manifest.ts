import { impossible, type Offset, type OffsetVector, type Partition, type SetAside } from '@twofold/core';
import { archivedTo, isConstraintViolation, reachingStore, waitingStatements, type Metadata } from '@twofold/metadata';
import type { ArchiveFile, WaitingChanges } from '@twofold/ports';

/** A range about to be made live: what is known of it, and its files. */
export type ArchivedRange = SetAside & {
  readonly partition: Partition;
  readonly from: Offset;
  readonly to: Offset;
  readonly newestAppendedAtMs: number | null;
  readonly files: readonly ArchiveFile[];
  readonly waiting: WaitingChanges;
};

/** The whole ranges of a partition below an offset, and the range that the offset goes through. */
export type RangesBelow = SetAside & {
  readonly newestAppendedAtMs: number | null;
  /**
   * The range that holds records on both sides of the offset: locations of its files, and what its records below the offset
   * change of what waits, besides the dead ones among them. null: there is none such.
   */
  readonly divided: { readonly locations: readonly string[]; readonly aside: SetAside } | null;
  /** Every offset below this is in a whole range. */
  readonly wholeTo: Offset;
};

/** A range of the archive: where it ends, and some of its files. */
export type RangeFiles = { readonly to: Offset; readonly locations: readonly string[]; readonly rowCount: number };

/** Each takes a parameter of a statement. */
const RANGES_AT_A_TIME = 500;

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

  archivedTo(partition: Partition): Promise<Offset> {
    return reachingStore(() => archivedTo(this.database, partition));
  }

  /**
   * Makes a range and its files live, together. false: the archive does not end where the range begins, and nothing of
   * it is live. When it rejects, the range may be live or become so: the answer of the database may have been lost.
   */
  add({ partition: { stream, partition }, from, to, files, waiting, ...range }: ArchivedRange): Promise<boolean> {
    const { prisma } = this.database;
    const key = { stream, partition, fromOffset: BigInt(from) };
    const { deadLetters, duplicates, held } = range;
    const newestAppendedAtMs = range.newestAppendedAtMs === null ? null : BigInt(range.newestAppendedAtMs);
    return reachingStore(async () => {
      try {
        await prisma.$transaction([
          prisma.archiveRange.create({
            data: { ...key, toOffset: BigInt(to), deadLetters, duplicates, held, newestAppendedAtMs },
            select: { fromOffset: true },
          }),
          prisma.archiveFile.createMany({
            data: files.map(({ location, eventType, eventVersion, rowCount, sizeBytes }) => ({
              ...key,
              location,
              eventType,
              eventVersion,
              rowCount,
              sizeBytes: sizeBytes === null ? null : BigInt(sizeBytes),
            })),
          }),
          ...waitingStatements(this.database, { stream, partition }, waiting),
        ]);
        return true;
      } catch (error) {
        if (isConstraintViolation(error)) return false;
        throw error;
      }
    });
  }

  /** In order of stream, partition and offset. */
  filesBelow(cut: OffsetVector, eventType: string | null): Promise<readonly ArchiveFile[]> {
    const below = partitionsOf(cut).map(({ stream, partition, offset }) => ({
      stream,
      partition,
      fromOffset: { lt: BigInt(offset) },
    }));
    return reachingStore(async () => {
      const files = await this.database.prisma.archiveFile.findMany({
        where: { eventType, OR: below },
        orderBy: [{ stream: 'asc' }, { partition: 'asc' }, { fromOffset: 'asc' }],
      });
      // Not by relation: that takes a parameter for each file. Ranges never go, so each file's is found.
      const ranges = await this.database.prisma.archiveRange.findMany({
        where: { OR: below },
        select: { stream: true, partition: true, fromOffset: true, toOffset: true },
      });
      const ends = new Map(ranges.map((range) => [rangeKey(range), Number(range.toOffset)]));
      return files.map(({ stream, partition, fromOffset, eventVersion, rowCount, sizeBytes, location }) => ({
        partition: { stream, partition },
        from: Number(fromOffset),
        to: ends.get(rangeKey({ stream, partition, fromOffset })) ?? impossible(`${location} has no range`),
        eventType,
        eventVersion,
        rowCount,
        sizeBytes: sizeBytes === null ? null : Number(sizeBytes),
        location,
      }));
    });
  }

  /** Locations of the live files whose ranges begin in [from, to]. */
  locationsFrom({ stream, partition }: Partition, from: Offset, to: Offset): Promise<ReadonlySet<string>> {
    return reachingStore(async () => {
      const files = await this.database.prisma.archiveFile.findMany({
        where: { stream, partition, fromOffset: { gte: BigInt(from), lte: BigInt(to) } },
        select: { location: true },
      });
      return new Set(files.map(({ location }) => location));
    });
  }

  /** Locations of the live files of the ranges that have offsets of [from, below). */
  locationsWithin({ stream, partition }: Partition, from: Offset, below: Offset): Promise<readonly string[]> {
    return reachingStore(async () => {
      const ranges = await this.database.prisma.archiveRange.findMany({
        where: { stream, partition, fromOffset: { lt: BigInt(below) }, toOffset: { gt: BigInt(from) } },
        select: { files: { select: { location: true } } },
      });
      return ranges.flatMap(({ files }) => files.map(({ location }) => location));
    });
  }

  /** The first ranges that have offsets of [from, below), and their files of these types: as many ranges as are read at a time. */
  rangesWithin(
    { stream, partition }: Partition,
    from: Offset,
    below: Offset,
    types: readonly string[],
  ): Promise<readonly RangeFiles[]> {
    return reachingStore(async () => {
      const ranges = await this.database.prisma.archiveRange.findMany({
        where: { stream, partition, fromOffset: { lt: BigInt(below) }, toOffset: { gt: BigInt(from) } },
        orderBy: { fromOffset: 'asc' },
        take: RANGES_AT_A_TIME,
        select: {
          toOffset: true,
          files: { where: { eventType: { in: [...types] } }, select: { location: true, rowCount: true } },
        },
      });
      return ranges.map(({ toOffset, files }) => ({
        to: Number(toOffset),
        locations: files.map(({ location }) => location),
        rowCount: files.reduce((sum, { rowCount }) => sum + rowCount, 0),
      }));
    });
  }

  rangesBelow({ stream, partition }: Partition, offset: Offset): Promise<RangesBelow> {
    const below = BigInt(offset);
    return reachingStore(async () => {
      const [whole, divided] = await Promise.all([
        this.database.prisma.archiveRange.aggregate({
          where: { stream, partition, toOffset: { lte: below } },
          _sum: { deadLetters: true, duplicates: true, held: true },
          _max: { newestAppendedAtMs: true, toOffset: true },
        }),
        this.database.prisma.archiveRange.findFirst({
          where: { stream, partition, fromOffset: { lt: below }, toOffset: { gt: below } },
          select: { fromOffset: true, files: { select: { location: true } } },
        }),
      ]);
      return {
        deadLetters: whole._sum.deadLetters ?? 0,
        duplicates: whole._sum.duplicates ?? 0,
        held: whole._sum.held ?? 0,
        newestAppendedAtMs: whole._max.newestAppendedAtMs === null ? null : Number(whole._max.newestAppendedAtMs),
        divided:
          divided === null
            ? null
            : {
                locations: divided.files.map(({ location }) => location),
                aside: await this.waitingWithin({ stream, partition }, { gte: divided.fromOffset, lt: below }),
              },
        wholeTo: Number(whole._max.toOffset ?? 0),
      };
    });
  }

  /** What the records of these offsets close, and how many are held. Dead ones are counted in the files: old ones stand nowhere else. */
  private async waitingWithin(
    partition: Partition,
    within: { readonly gte: bigint; readonly lt: bigint },
  ): Promise<SetAside> {
    const { waitingRecord } = this.database.prisma;
    const [held, released, resolved] = await Promise.all([
      waitingRecord.count({ where: { ...partition, offset: within, deadCode: null } }),
      waitingRecord.count({ where: { ...partition, closedAt: within, deadCode: null } }),
      waitingRecord.count({ where: { ...partition, closedAt: within, deadCode: { not: null } } }),
    ]);
    return { deadLetters: -resolved, duplicates: 0, held: held - released };
  }
}

/** The partitions that have records below the cut. */
export const partitionsOf = (cut: OffsetVector): readonly (Partition & { readonly offset: Offset })[] =>
  Object.entries(cut).flatMap(([stream, offsets]) =>
    offsets.map((offset, partition) => ({ stream, partition, offset })).filter(({ offset }) => offset > 0),
  );

const rangeKey = ({ stream, partition, fromOffset }: Partition & { readonly fromOffset: bigint }): string =>
  `${stream}/${partition}/${fromOffset}`;
