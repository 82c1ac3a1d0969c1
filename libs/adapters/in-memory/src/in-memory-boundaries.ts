import {
  TwofoldError,
  partitionName,
  type Offset,
  type OffsetVector,
  type Partition,
  type ViewId,
} from '@twofold/core';
import type { BatchViewStore, Boundaries, Boundary } from '@twofold/ports';

/** The meaning of boundaries, in maps. Asks the batch views what is registered and published. */
export class InMemoryBoundaries implements Boundaries {
  private readonly requested = new Set<string>();
  /** By view and partition: the offset of cut n at index n − 1. */
  private readonly offsets = new Map<string, Offset[]>();

  constructor(private readonly batchViews: Pick<BatchViewStore, 'published'>) {}

  async requestCut(view: ViewId): Promise<number> {
    const cut = (await this.publishedNumber(view)) + 1;
    this.requested.add(cutName(view, cut));
    return cut;
  }

  async requestedCut(view: ViewId): Promise<number | null> {
    const next = ((await this.batchViews.published(view))?.number ?? 0) + 1;
    return this.requested.has(cutName(view, next)) ? next : null;
  }

  async propose(view: ViewId, cut: number, partition: Partition, offset: Offset): Promise<Offset | null> {
    await this.publishedNumber(view);
    const recorded = this.recorded(view, partition);
    const isNext = recorded.length === cut - 1 && (recorded.at(-1) ?? 0) <= offset;
    if (isNext) recorded.push(offset);
    return recorded[cut - 1] ?? null;
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

  private async publishedNumber(view: ViewId): Promise<number> {
    const published = await this.batchViews.published(view);
    if (published !== null) return published.number;
    throw new TwofoldError('unknown-view', `view ${view.name} is not registered at version ${view.version}`);
  }

  private recorded({ name, version }: ViewId, partition: Partition): Offset[] {
    const key = `${name}/${version}/${partitionName(partition)}`;
    const offsets = this.offsets.get(key) ?? [];
    this.offsets.set(key, offsets);
    return offsets;
  }
}

const cutName = ({ name, version }: ViewId, cut: number): string => `${name}/${version}/${cut}`;
