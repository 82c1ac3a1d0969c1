import {
  TwofoldError,
  partitionName,
  type Offset,
  type OffsetVector,
  type Partition,
  type ViewId,
} from '@twofold/core';
import type { Boundaries, Boundary } from '@twofold/ports';
import type { InMemoryBatchViewStore } from './in-memory-batch-view-store.js';

/** The meaning of boundaries, in maps. Asks the batch views what is folded and published. */
export class InMemoryBoundaries implements Boundaries {
  /** By view: the numbers of cuts. */
  private readonly requested = new Map<string, Set<number>>();
  /** By view, then by partition: the offset of cut n at index n − 1. */
  private readonly offsets = new Map<string, Map<string, Offset[]>>();

  constructor(private readonly batchViews: Pick<InMemoryBatchViewStore, 'published' | 'views'>) {}

  async requestCut(view: ViewId): Promise<number> {
    const published = await this.batchViews.published(view);
    // It may be removed since it was asked.
    if (published === null || !this.batchViews.views.isFolded(view)) throw notFolded(view);
    this.requestedOf(view).add(published.number + 1);
    return published.number + 1;
  }

  async requestedCut(view: ViewId): Promise<number | null> {
    const next = ((await this.batchViews.published(view))?.number ?? 0) + 1;
    return this.requestedOf(view).has(next) ? next : null;
  }

  async propose(view: ViewId, cut: number, partition: Partition, offset: Offset): Promise<Offset | null> {
    if (!this.batchViews.views.isFolded(view)) throw notFolded(view);
    const recorded = this.recorded(view, partition);
    const isNext = recorded.length === cut - 1 && (recorded.at(-1) ?? 0) <= offset;
    if (isNext) recorded.push(offset);
    return recorded[cut - 1] ?? null;
  }

  /** Cut 1 of a version that begins there. */
  found(view: ViewId, founding: OffsetVector): void {
    this.requestedOf(view).add(1);
    for (const [stream, offsets] of Object.entries(founding))
      for (const [partition, offset] of offsets.entries()) this.recorded(view, { stream, partition }).push(offset);
  }

  forget(view: ViewId): void {
    this.requested.delete(nameOf(view));
    this.offsets.delete(nameOf(view));
  }

  async ofPartition(view: ViewId, partition: Partition, above: Offset): Promise<readonly Boundary[]> {
    const all = this.recorded(view, partition).map((offset, index) => ({ cut: index + 1, offset }));
    return all.filter(({ offset }) => offset > above);
  }

  async vectorOf(view: ViewId, cut: number): Promise<OffsetVector | null> {
    const published = await this.batchViews.published(view);
    if (published === null) return null;
    const vector: Record<string, readonly Offset[]> = {};
    for (const [stream, offsets] of Object.entries(published.cut)) {
      const found = offsets
        .map((_, partition) => (cut === 0 ? 0 : this.recorded(view, { stream, partition })[cut - 1]))
        .filter((offset) => offset !== undefined);
      if (found.length < offsets.length) return null;
      vector[stream] = found;
    }
    return vector;
  }

  private requestedOf(view: ViewId): Set<number> {
    const cuts = this.requested.get(nameOf(view)) ?? new Set();
    this.requested.set(nameOf(view), cuts);
    return cuts;
  }

  private recorded(view: ViewId, partition: Partition): Offset[] {
    const byPartition = this.offsets.get(nameOf(view)) ?? new Map<string, Offset[]>();
    this.offsets.set(nameOf(view), byPartition);
    const offsets = byPartition.get(partitionName(partition)) ?? [];
    byPartition.set(partitionName(partition), offsets);
    return offsets;
  }
}

const nameOf = ({ name, version }: ViewId): string => `${name}/${version}`;

const notFolded = ({ name, version }: ViewId): TwofoldError =>
  new TwofoldError('unknown-view', `view ${name} is not folded at version ${version}`);
