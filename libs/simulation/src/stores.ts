import type { ArchivedEvent, Offset, OffsetVector, Partition } from '@twofold/core';
import { InMemorySpeedViewStore, type InMemoryBatchViewStore } from '@twofold/in-memory';
import type {
  BatchViewStore,
  Boundaries,
  BuildStage,
  DeadLetters,
  DeadLetterTopic,
  EventLogAdmin,
  EventLogReader,
  EventLogWriter,
  MasterDataset,
  SpeedRecordId,
  SpeedViewStore,
} from '@twofold/ports';

export type StoredRecord = ReturnType<InMemorySpeedViewStore['snapshot']>;

/** A speed view store whose records can be taken out and put back: for faults, the checker, and mistakes. */
export type OpenSpeedViews = SpeedViewStore & {
  /** A copy; null where there is none. */
  peek(id: SpeedRecordId): Promise<StoredRecord>;
  put(id: SpeedRecordId, record: StoredRecord): Promise<void>;
};

export class OpenInMemorySpeedViews extends InMemorySpeedViewStore implements OpenSpeedViews {
  async peek(id: SpeedRecordId): Promise<StoredRecord> {
    return this.snapshot(id);
  }

  async put(id: SpeedRecordId, record: StoredRecord): Promise<void> {
    this.restore(id, record);
  }
}

/** Batch views that show their versions: for the boundaries. */
export type OpenBatchViews = BatchViewStore & Pick<InMemoryBatchViewStore, 'views'>;

/** A master dataset whose events can be had: for the engine, and the checker. */
export type OpenMasterDataset = MasterDataset & {
  eventsBelow(cut: OffsetVector, eventType: string | null): readonly (ArchivedEvent & Partition)[];
};

/** A log that retention takes from. */
export type OpenLog = EventLogReader &
  EventLogWriter &
  EventLogAdmin & { removeBelow(partition: Partition, offset: Offset): void };

/** All that outlives a process. */
export type Stores = {
  readonly log: OpenLog;
  readonly speedViews: OpenSpeedViews;
  readonly boundaries: Boundaries;
  readonly batchViews: OpenBatchViews;
  readonly masterDataset: OpenMasterDataset;
  /** What waits, as `masterDataset` writes it down. */
  readonly deadLetters: DeadLetters & DeadLetterTopic;
  readonly stage: BuildStage;
};
