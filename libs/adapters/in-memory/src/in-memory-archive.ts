import {
  FIRST_LAYOUT,
  partitionName,
  type ArchiveLayout,
  type ArchivedEvent,
  type EventType,
  type Offset,
  type Partition,
} from '@twofold/core';
import type { EditionState } from '@twofold/ports';

/** A range of an edition. */
export type InMemoryRange = {
  readonly partition: Partition;
  readonly from: Offset;
  readonly to: Offset;
  /** In the order in which they count. */
  readonly events: readonly ArchivedEvent[];
  /** By version of event type; null: the records that are set aside, or no event of a known type. */
  readonly byVersion: ReadonlyMap<EventType | null, readonly ArchivedEvent[]>;
};

export type InMemoryEdition = {
  readonly number: number;
  readonly layout: ArchiveLayout;
  state: EditionState | 'removed';
  readonly ranges: Map<string, InMemoryRange[]>;
  readonly verifiedTo: Map<string, Offset>;
};

/** The editions that {@link InMemoryMasterDataset} and {@link InMemoryArchiveEditions} share. */
export class InMemoryArchive {
  readonly editions = new Map<number, InMemoryEdition>();
  /** Ends when nobody makes another edition current. */
  switching: Promise<unknown> = Promise.resolve();

  constructor() {
    this.add(1, FIRST_LAYOUT, 'current');
  }

  add(number: number, layout: ArchiveLayout, state: InMemoryEdition['state']): void {
    this.editions.set(number, { number, layout, state, ranges: new Map(), verifiedTo: new Map() });
  }

  get current(): InMemoryEdition {
    const [current] = [...this.editions.values()].filter(({ state }) => state === 'current');
    if (current === undefined) throw new Error('impossible: no edition is current');
    return current;
  }

  rangesOf({ ranges }: InMemoryEdition, partition: Partition): InMemoryRange[] {
    const ofPartition = ranges.get(partitionName(partition)) ?? [];
    ranges.set(partitionName(partition), ofPartition);
    return ofPartition;
  }
}
