import {
  impossible,
  offsetAt,
  partitionName,
  type ArchivedEvent,
  type EventType,
  type Offset,
  type OffsetVector,
  type Partition,
} from '@twofold/core';
import type { ArchiveFile, MasterDataset } from '@twofold/ports';

type Range = {
  readonly partition: Partition;
  readonly from: Offset;
  readonly to: Offset;
  /** By event type; null: the records that are no event of a known type. */
  readonly byType: ReadonlyMap<string | null, readonly ArchivedEvent[]>;
};

/** The meaning of the master dataset, in arrays. Its files are names only; `eventsBelow` has what stands in them. */
export class InMemoryMasterDataset implements MasterDataset {
  private readonly ranges = new Map<string, Range[]>();

  async archivedTo(partition: Partition): Promise<Offset> {
    return this.rangesOf(partition).at(-1)?.to ?? 0;
  }

  async append(
    partition: Partition,
    from: Offset,
    to: Offset,
    events: readonly ArchivedEvent[],
    types: readonly EventType[],
  ): Promise<boolean> {
    if (to <= from) impossible(`the range [${from}, ${to}) is empty`);
    const ranges = this.rangesOf(partition);
    if ((ranges.at(-1)?.to ?? 0) !== from) return false;
    const known = new Set(types.map(({ type }) => type));
    const isKnown = ({ verdict, type }: ArchivedEvent): boolean => verdict.kind === 'event' && known.has(type);
    ranges.push({ partition, from, to, byType: Map.groupBy(events, (event) => (isKnown(event) ? event.type : null)) });
    return true;
  }

  async filesBelow(cut: OffsetVector, eventType: string | null): Promise<readonly ArchiveFile[]> {
    return this.rangesBelow(cut).flatMap(({ partition, from, to, byType }) => {
      const rowCount = byType.get(eventType)?.length ?? 0;
      const location = `/in-memory/${partitionName(partition)}/${from}-${to}/${eventType ?? 'other'}`;
      return rowCount === 0 ? [] : [{ partition, from, to, eventType, rowCount, location }];
    });
  }

  async summaryBelow(
    cut: OffsetVector,
  ): Promise<{ readonly deadLetters: number; readonly appliedAtMs: number | null }> {
    const records = this.rangesBelow(cut).flatMap((range) => recordsBelow(cut, range));
    return {
      deadLetters: records.filter(({ verdict }) => verdict.kind === 'dead').length,
      appliedAtMs: records.reduce<number | null>(
        (newest, { appendedAtMs }) => Math.max(newest ?? appendedAtMs, appendedAtMs),
        null,
      ),
    };
  }

  /** The archived events of a type (null: records that are no event of a known type) below a cut, partition by partition. */
  eventsBelow(cut: OffsetVector, eventType: string | null): readonly ArchivedEvent[] {
    return this.rangesBelow(cut).flatMap((range) =>
      (range.byType.get(eventType) ?? []).filter(({ offset }) => offset < offsetAt(cut, range.partition)),
    );
  }

  async close(): Promise<void> {}

  private rangesOf(partition: Partition): Range[] {
    const ranges = this.ranges.get(partitionName(partition)) ?? [];
    this.ranges.set(partitionName(partition), ranges);
    return ranges;
  }

  private rangesBelow(cut: OffsetVector): readonly Range[] {
    return Object.entries(cut).flatMap(([stream, offsets]) =>
      offsets.flatMap((offset, partition) => this.rangesOf({ stream, partition }).filter(({ from }) => from < offset)),
    );
  }
}

const recordsBelow = (cut: OffsetVector, { partition, byType }: Range): readonly ArchivedEvent[] =>
  [...byType.values()].flat().filter(({ offset }) => offset < offsetAt(cut, partition));
