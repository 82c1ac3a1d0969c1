export { comparedGenerations } from './compared-generations.js';
export { acceptEvents, type AcceptPorts, type AcceptResult, type Accepted } from './accept-events.js';
export { MAX_PAGE_ROWS, answerQuery, type AnswerPorts, type RowsAnswer, type RowsQuery } from './answer-query.js';
export { archiveEvents, type ArchivePorts } from './archive-events.js';
export { announceReplay, type AnnounceReplayPorts } from './announce-replay.js';
export { auditGeneration, type AuditPorts } from './audit-generation.js';
export { buildGeneration, hasNews, nextWay, type BuildPorts } from './build-generation.js';
export { type Repair, type Way } from './rows-of-generation.js';
export { type AnswerEnvelope, type FreshnessPorts } from './describe-answer.js';
export { commandMigration, requestMigration, type CommandMigrationPorts } from './command-migration.js';
export { describeMigration, type DescribeMigrationPorts, type MigrationProgress } from './describe-migration.js';
export { describeReplay, type DescribeReplayPorts, type ReplayProgress } from './describe-replay.js';
export { foldEngine } from './fold-engine.js';
export { foldHistory } from './fold-history.js';
export { foldIntoSpeedViews, type FoldAssignment, type FoldPorts } from './fold-into-speed-views.js';
export { type FoldReport } from './fold-report.js';
export { planMigration, type MigrationPlan, type PlanMigrationPorts } from './plan-migration.js';
export {
  planReplay,
  type PlanReplayPorts,
  type PlannedPartition,
  type ReplayPlan,
  type WantedReplay,
} from './plan-replay.js';
export {
  MAX_RESOLVED_AT_ONCE,
  resolveAlike,
  resolveDeadLetter,
  type Decision,
  type ResolvePorts,
} from './resolve-dead-letter.js';
export { fits } from './read-speed-views.js';
export {
  ANNOUNCE_AFTER_MS,
  MAX_UNFINISHED_REBUILDS,
  announceUnfinished,
  noteProgress,
  requestRebuild,
  type RebuildPorts,
} from './rebuild-view.js';
export { readHistory, type History, type HistoryPorts } from './read-history.js';
export { registerViews, type RegisterPorts } from './register-views.js';
export { servingView } from './serving-view.js';
export { removeVersion, type RemovePorts } from './remove-version.js';
export { runMigration, type RunMigrationPorts } from './run-migration.js';
export { runReplay } from './run-replay.js';
export { type RunReplayPorts } from './run-replay-ports.js';
export { MAX_REPLAYS_UNDER_WAY, requestReplay, type ReplayRequest, type RequestReplayPorts } from './request-replay.js';
export { carryOnReplays, type CarryOnPorts } from './carry-on-replays.js';
export { MAX_STEERED_EVENTS, commandReplay, type CommandReplayPorts } from './command-replay.js';
