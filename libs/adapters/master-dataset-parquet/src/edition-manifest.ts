import { TwofoldError, type ArchiveLayout, type Offset, type Partition } from '@twofold/core';
import { isConstraintViolation, reachingStore, type Metadata } from '@twofold/metadata';
import type { ArchiveEdition, EditionProgress, EditionState } from '@twofold/ports';
import type { StoredFile } from './rewritten-part.js';

/** Longest that a switch keeps appends waiting, ms: shorter than a statement may take, so that who waits is not refused. */
const SWITCH_MS = 10_000;
/** Of deleting the rows of an edition: some hundred thousand at most. */
const DROP_TIMEOUT_MS = 60_000;
const STANDING: readonly EditionState[] = ['building', 'current', 'retired', 'removing'];

/** What a state of progress is made of, per partition: the ends of both editions, and how far they were compared. */
const PROGRESS = `
  SELECT stream, partition, max(to_offset) FILTER (WHERE edition = c.number) AS archived_to,
    coalesce(max(to_offset) FILTER (WHERE edition = $1), 0) AS rewritten_to,
    coalesce(max(p.verified_to), 0) AS verified_to, coalesce(max(p.busy_ms), 0) AS busy_ms
  FROM (SELECT number FROM archive_edition WHERE state = 'current') AS c
  JOIN archive_range AS r ON r.edition = c.number OR r.edition = $1
  LEFT JOIN (SELECT stream, partition, verified_to, busy_ms FROM edition_partition WHERE edition = $1) AS p USING (stream, partition)
  GROUP BY stream, partition ORDER BY stream, partition`;

type ProgressRow = Record<'archived_to' | 'rewritten_to' | 'verified_to' | 'busy_ms', string> & Partition;

/** What Postgres knows of the editions of the archive. An entry of its own of the package, with `ArchiveManifest`. */
export class EditionManifest {
  constructor(private readonly database: Metadata) {}

  list(): Promise<readonly ArchiveEdition[]> {
    return reachingStore(async () => {
      const { prisma } = this.database;
      const editions = await prisma.archiveEdition.findMany({
        ...{ where: { state: { in: [...STANDING] } }, orderBy: { number: 'asc' } },
        include: { _count: { select: { ranges: true } } },
      });
      const files = await prisma.archiveFile.groupBy({
        by: ['edition'],
        _count: { _all: true, sizeBytes: true },
        _sum: { rowCount: true, sizeBytes: true },
      });
      const sums = new Map(files.map((of) => [of.edition, of]));
      return editions.map(({ number, layout, state, _count }) => {
        const of = sums.get(number);
        return {
          ...{ number, layout: layout as ArchiveLayout, state: state as EditionState, ranges: _count.ranges },
          ...{ files: of?._count._all ?? 0, records: of?._sum.rowCount ?? 0 },
          bytes: of === undefined ? 0 : of._count.sizeBytes < of._count._all ? null : Number(of._sum.sizeBytes),
        };
      });
    });
  }

  begin(edition: number, layout: ArchiveLayout): Promise<void> {
    return reachingStore(async () => {
      const { archiveEdition } = this.database.prisma;
      try {
        await archiveEdition.create({ data: { number: edition, layout, state: 'building' } });
      } catch (error) {
        if (!isConstraintViolation(error)) throw error;
        const standing = await archiveEdition.findUnique({ where: { number: edition } });
        if (standing?.state === 'building') return;
        const why = standing === null ? 'another is being built' : `it is ${standing.state}`;
        throw new TwofoldError('conflict', `edition ${edition} of the archive is not begun: ${why}`);
      }
    });
  }

  progress(edition: number): Promise<readonly EditionProgress[]> {
    return reachingStore(async () => {
      const { rows } = await this.database.pool.query<ProgressRow>(PROGRESS, [edition]);
      return rows.map((row) => ({
        ...{ stream: row.stream, partition: row.partition },
        ...{ rewrittenTo: Number(row.rewritten_to), verifiedTo: Number(row.verified_to) },
        ...{ archivedTo: Number(row.archived_to), busyMs: Number(row.busy_ms) },
      }));
    });
  }

  /** The layout of an edition that is being built. @throws TwofoldError `conflict` */
  layoutOf(edition: number): Promise<ArchiveLayout> {
    return reachingStore(async () => {
      const found = await this.database.prisma.archiveEdition.findUnique({ where: { number: edition } });
      if (found?.state === 'building') return found.layout as ArchiveLayout;
      throw new TwofoldError('conflict', `edition ${edition} of the archive is ${found?.state ?? 'not begun'}`);
    });
  }

  /** The files of an edition (null: of the current one) whose ranges have offsets of [from, below), by offset. */
  files(
    edition: number | null,
    { stream, partition }: Partition,
    from: Offset,
    below: Offset,
  ): Promise<readonly StoredFile[]> {
    return reachingStore(async () => {
      const of = edition === null ? { state: 'current' } : { number: edition };
      return this.database.prisma.archiveFile.findMany({
        where: {
          ...{ stream, partition },
          range: { of, fromOffset: { lt: BigInt(below) }, toOffset: { gt: BigInt(from) } },
        },
        orderBy: { fromOffset: 'asc' },
        select: { location: true, eventType: true, eventVersion: true, rowCount: true },
      });
    });
  }

  /** Where the range of an edition that begins there ends; null: there is none. */
  async rangeEnd(edition: number, { stream, partition }: Partition, from: Offset): Promise<Offset | null> {
    const key = { edition, stream, partition, fromOffset: BigInt(from) };
    const range = await reachingStore(() =>
      this.database.prisma.archiveRange.findUnique({
        where: { edition_stream_partition_fromOffset: key },
        select: { toOffset: true },
      }),
    );
    return range === null ? null : Number(range.toOffset);
  }

  /** Notes what work took, and, if it was a comparison of [from, to) that ended well, that. */
  async note(
    edition: number,
    { stream, partition }: Partition,
    busyMs: number,
    verified: { readonly from: Offset; readonly to: Offset } | null,
  ): Promise<void> {
    const [from, to] = [verified?.from ?? null, verified?.to ?? null];
    await reachingStore(
      () => this.database.prisma.$executeRaw`
        INSERT INTO edition_partition AS p (edition, stream, partition, verified_to, busy_ms)
        SELECT ${edition}, ${stream}, ${partition}, CASE WHEN ${from}::bigint = 0 THEN ${to}::bigint ELSE 0 END, ${Math.round(busyMs)}
        FROM archive_edition WHERE number = ${edition} AND state = 'building' FOR SHARE
        ON CONFLICT (edition, stream, partition) DO UPDATE SET busy_ms = p.busy_ms + excluded.busy_ms,
          verified_to = CASE WHEN p.verified_to = ${from}::bigint THEN ${to}::bigint ELSE p.verified_to END`,
    );
  }

  /**
   * Lets an edition go: nobody begins or extends it any more. Of one that was never begun, too. Resolves with its partitions, whose files may be removed.
   * @throws TwofoldError `conflict` where it is current
   */
  giveUp(edition: number): Promise<readonly Partition[]> {
    return reachingStore(async () => {
      await this.database.prisma.$executeRaw`
        INSERT INTO archive_edition AS e (number, layout, state) VALUES (${edition}, '{}', 'removed')
        ON CONFLICT (number) DO UPDATE SET state = 'removing' WHERE e.state IN ('building', 'retired')`;
      const standing = await this.database.prisma.archiveEdition.findUniqueOrThrow({ where: { number: edition } });
      if (standing.state === 'current')
        throw new TwofoldError('conflict', `edition ${edition} of the archive is current`);
      const { rows } = await this.database.pool.query<Partition>(
        'SELECT DISTINCT stream, partition FROM archive_range',
      );
      return rows;
    });
  }

  /** Removes all rows of an edition that was given up. */
  async remove(edition: number): Promise<void> {
    await reachingStore(() =>
      this.database.prisma.$transaction(
        async (prisma) => {
          // longer than other statements take
          await prisma.$executeRawUnsafe(`SET LOCAL statement_timeout = ${DROP_TIMEOUT_MS}`);
          const where = { edition, range: { of: { state: 'removing' } } };
          await prisma.archiveFile.deleteMany({ where });
          const given = { edition, of: { state: 'removing' } };
          await prisma.archiveRange.deleteMany({ where: given });
          await prisma.editionPartition.deleteMany({ where: given });
          await prisma.archiveEdition.updateMany({
            where: { number: edition, state: 'removing' },
            data: { state: 'removed' },
          });
        },
        { timeout: DROP_TIMEOUT_MS },
      ),
    );
  }

  /** See `ArchiveEditions.switchTo`. The lock is let go when its connection ends, so also by a crash. */
  switchTo(edition: number, keptUntilMs: number, last: (stop: AbortSignal) => Promise<void>): Promise<boolean> {
    return reachingStore(async () => {
      const client = await this.database.pool.connect();
      let isOver = false;
      try {
        await client.query('BEGIN');
        const { rows } = await client.query<{ number: number }>(
          `SELECT number FROM archive_edition WHERE state = 'current' FOR UPDATE`,
        );
        const current = rows[0]?.number;
        if (current !== edition && current !== undefined) {
          const stop = AbortSignal.timeout(SWITCH_MS);
          await last(stop).catch((error: unknown) => {
            if (!stop.aborted) throw error;
          });
          const progress = await client.query<ProgressRow>(PROGRESS, [edition]);
          if (
            !progress.rows.every((row) => row.archived_to === row.rewritten_to && row.archived_to === row.verified_to)
          )
            return false;
          const keptUntil = new Date(keptUntilMs);
          await client.query(`UPDATE archive_edition SET state = 'retired', kept_until = $2 WHERE number = $1`, [
            ...[current, keptUntil],
          ]);
          const { rowCount } = await client.query(
            `UPDATE archive_edition SET state = 'current' WHERE number = $1 AND state = 'building'`,
            [edition],
          );
          if (rowCount !== 1) return false;
        }
        await client.query('COMMIT');
        isOver = true;
        return current !== undefined;
      } finally {
        // what is not committed goes with its connection
        client.release(!isOver);
      }
    });
  }
}
