/** Injects the RebuildPorts of the flow. */
export const REBUILD_PORTS = Symbol('rebuild-ports');
/** Injects the DeadLetterPorts of the controller. */
export const DEAD_LETTER_PORTS = Symbol('dead-letter-ports');
/** Injects the AuditLedger port. */
export const AUDIT_LEDGER = Symbol('audit-ledger');
/** Injects the ReplayPorts. */
export const REPLAY_PORTS = Symbol('replay-ports');
/** Injects the ReplayAnswers. */
export const REPLAY_ANSWERS = Symbol('replay-answers');
/** Injects the MigrationPorts of the controller. */
export const MIGRATION_PORTS = Symbol('migration-ports');
