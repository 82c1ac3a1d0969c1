export { PostgresAuditLedger } from './postgres-audit-ledger.js';
export { PostgresBatchViewStore } from './postgres-batch-view-store.js';
export { PostgresBoundaries } from './postgres-boundaries.js';
export { PostgresBuildStage } from './postgres-build-stage.js';
export { PostgresDeadLetters } from './postgres-dead-letters.js';
export { PostgresReplayJournal } from './postgres-replay-journal.js';
export { PostgresReplayLedger } from './postgres-replay-ledger.js';
export { PostgresViewVersions } from './postgres-view-versions.js';
