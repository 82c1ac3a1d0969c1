import { TwofoldError, type Offset, type OffsetVector, type Partition, type ViewId } from '@twofold/core';
import { reachingStore, type Metadata } from '@twofold/metadata';
import type { Boundaries, Boundary } from '@twofold/ports';
import { recordedVector } from './recorded-vector.js';

/**
 * The cuts of views in Postgres. Boundaries and asked-for cuts are only ever inserted, and the pointer only grows: so
 * what one statement has read still holds when the next writes, and the first writer wins by the primary key.
 */
export class PostgresBoundaries implements Boundaries {
  constructor(private readonly metadata: Metadata) {}

  requestCut({ name, version }: ViewId): Promise<number> {
    return reachingStore(async () => {
      const published = await this.publishedNumber({ name, version });
      if (published === null) throw neverRegistered({ name, version });
      const number = published + 1;
      await this.metadata.prisma.cut.createMany({
        data: { viewName: name, viewVersion: version, number },
        skipDuplicates: true,
      });
      return number;
    });
  }

  requestedCut({ name, version }: ViewId): Promise<number | null> {
    return reachingStore(async () => {
      const published = await this.publishedNumber({ name, version });
      const newest = await this.metadata.prisma.cut.findFirst({
        where: { viewName: name, viewVersion: version, number: (published ?? 0) + 1 },
        select: { number: true },
      });
      return newest?.number ?? null;
    });
  }

  propose(view: ViewId, cut: number, partition: Partition, offset: Offset): Promise<Offset | null> {
    return reachingStore(async () => {
      if ((await this.publishedNumber(view)) === null) throw neverRegistered(view);
      const previous = cut === 1 ? 0 : await this.boundaryOf(view, cut - 1, partition);
      if (previous === null) return null;
      if (previous <= offset) {
        await this.metadata.prisma.boundary.createMany({
          data: { ...boundaryKey(view, cut, partition), offset: BigInt(offset) },
          skipDuplicates: true,
        });
      }
      return this.boundaryOf(view, cut, partition);
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
    return reachingStore(() => recordedVector(this.metadata, view, cut));
  }

  /** null: never registered. */
  private async publishedNumber({ name, version }: ViewId): Promise<number | null> {
    const view = await this.metadata.prisma.viewVersion.findUnique({
      where: { name_version: { name, version } },
      select: { publishedGeneration: true },
    });
    return view === null ? null : (view.publishedGeneration ?? 0);
  }

  private async boundaryOf(view: ViewId, cut: number, partition: Partition): Promise<Offset | null> {
    const boundary = await this.metadata.prisma.boundary.findUnique({
      where: { viewName_viewVersion_stream_partition_cut: boundaryKey(view, cut, partition) },
      select: { offset: true },
    });
    return boundary === null ? null : Number(boundary.offset);
  }
}

const boundaryKey = ({ name, version }: ViewId, cut: number, { stream, partition }: Partition) => ({
  viewName: name,
  viewVersion: version,
  cut,
  stream,
  partition,
});

const neverRegistered = ({ name, version }: ViewId): TwofoldError =>
  new TwofoldError('unknown-view', `view ${name} is not registered at version ${version}`);
