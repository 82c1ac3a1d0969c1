import { TwofoldError, type Offset, type OffsetVector, type Partition, type ViewId } from '@twofold/core';
import { reachingStore, type Metadata } from '@twofold/metadata';
import type { Boundaries, Boundary } from '@twofold/ports';
import type pg from 'pg';
import { inTransaction } from './in-transaction.js';
import { recordedVector } from './recorded-vector.js';
import { runStatement } from './run-statement.js';
import { insertBoundary, insertCut, selectBoundary } from './sql/boundary-statements.js';
import { lockFolded, type VersionRecord } from './sql/version-statements.js';

/**
 * The cuts of views in Postgres. While a version is folded, boundaries and asked-for cuts are only ever inserted and the
 * pointer only grows: so what one statement has read still holds when the next writes, and the first writer wins by the primary
 * key. Whoever writes keeps the version from being removed meanwhile.
 */
export class PostgresBoundaries implements Boundaries {
  constructor(private readonly metadata: Metadata) {}

  /** One transaction. Killed anywhere: the cut is asked for, or it is not. */
  requestCut(view: ViewId): Promise<number> {
    return this.whileFolded(view, async (client, { publishedGeneration }) => {
      const number = (publishedGeneration ?? 0) + 1;
      await runStatement(client, insertCut(view, number));
      return number;
    });
  }

  requestedCut({ name, version }: ViewId): Promise<number | null> {
    return reachingStore(async () => {
      const view = await this.metadata.prisma.viewVersion.findUnique({
        where: { name_version: { name, version } },
        select: { publishedGeneration: true },
      });
      const newest = await this.metadata.prisma.cut.findFirst({
        where: { viewName: name, viewVersion: version, number: (view?.publishedGeneration ?? 0) + 1 },
        select: { number: true },
      });
      return newest?.number ?? null;
    });
  }

  /** One transaction. Killed anywhere: the boundary stands, or it does not. */
  propose(view: ViewId, cut: number, partition: Partition, offset: Offset): Promise<Offset | null> {
    return this.whileFolded(view, async (client) => {
      await runStatement(client, insertBoundary(view, cut, partition, offset));
      const { rows } = await runStatement<{ readonly offset: string }>(client, selectBoundary(view, cut, partition));
      return rows[0] === undefined ? null : Number(rows[0].offset);
    });
  }

  ofPartition(
    { name, version }: ViewId,
    { stream, partition }: Partition,
    above: Offset,
  ): Promise<readonly Boundary[]> {
    return reachingStore(async () => {
      const boundaries = await this.metadata.prisma.boundary.findMany({
        where: { viewName: name, viewVersion: version, stream, partition, offset: { gt: BigInt(above) } },
        orderBy: { cut: 'asc' },
        select: { cut: true, offset: true },
      });
      return boundaries.map(({ cut, offset }) => ({ cut, offset: Number(offset) }));
    });
  }

  vectorOf(view: ViewId, cut: number): Promise<OffsetVector | null> {
    return reachingStore(() => recordedVector(this.metadata.pool, view, cut));
  }

  private whileFolded<T>(
    view: ViewId,
    work: (client: pg.ClientBase, standing: VersionRecord) => Promise<T>,
  ): Promise<T> {
    return reachingStore(() =>
      inTransaction(this.metadata.pool, {}, async (client) => {
        const [standing] = (await runStatement<VersionRecord>(client, lockFolded(view))).rows;
        if (standing !== undefined) return work(client, standing);
        throw new TwofoldError('unknown-view', `view ${view.name} is not folded at version ${view.version}`);
      }),
    );
  }
}
