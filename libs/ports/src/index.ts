export {
  type ArchiveEdition,
  type ArchiveEditions,
  type EditionDifference,
  type EditionProgress,
  type EditionState,
  type EditionStep,
} from './archive-editions.js';
export { KEPT_AUDITS, type Audit, type AuditLedger, type AuditState, type DriftSample } from './audit-ledger.js';
export { FOLD, type BatchEngine, type EventRange, type PartitionWork, type RowsBefore } from './batch-engine.js';
export {
  REPAIR,
  ROLL_FORWARD,
  type BatchViewStore,
  type BuildSummary,
  type Generation,
  type CombinedRows,
  type RowsRead,
} from './batch-view-store.js';
export { type Boundaries, type Boundary } from './boundaries.js';
export { type BuildStage, type StagedPartition, type StagedStep } from './build-stage.js';
export { type Clock } from './clock.js';
export { type ControlChannel, type ControlEvent } from './control-channel.js';
export {
  NO_CHANGES,
  type ClosedRecord,
  type DeadLetter,
  type DeadLetterAction,
  type DeadLetterFilter,
  type DeadLetterGroup,
  type DeadLetterTopic,
  type DeadLetters,
  type OpenedRecord,
  type WaitingChanges,
} from './dead-letters.js';
export {
  type Appended,
  type Assignment,
  type EventBatch,
  type EventLogAdmin,
  type EventLogReader,
  type EventLogWriter,
  type OutgoingEvent,
  type OutgoingRecord,
  type PartitionAssigner,
  type ReadOptions,
} from './event-log.js';
export { type ArchiveFile, type ArchivedIdentity, type MasterDataset } from './master-dataset.js';
export { type MigrationJournal } from './migration-journal.js';
export { type JournaledReplay, type ReplayJournal } from './replay-journal.js';
export { type Rebuild, type RebuildState, type ReplayLedger } from './replay-ledger.js';
export {
  type Epoch,
  type RecordPair,
  type SealedStep,
  type SpeedCommit,
  type SpeedRecord,
  type SpeedRecordId,
  type SpeedViewStore,
} from './speed-view-store.js';
export type { RowOrder } from '@twofold/core';
export { type StoredVersion, type ViewVersionState, type ViewVersions } from './view-versions.js';
