import { TwofoldError, type ErrorCode } from '../errors/twofold-error.js';
import type { Decision } from '../replay/decide-replay.js';
import { PLATFORM } from '../replay/replay-event.js';
import {
  isMigrationOver,
  type Migration,
  type MigrationPhase,
  type Migrations,
  type VerifiedEdition,
} from './migration.js';
import {
  migrationEvent,
  type MigrationEvent,
  type MigrationEventData,
  type MigrationEventType,
} from './migration-event.js';

/** What people want of a migration. */
export type MigrationCommand =
  | { readonly kind: 'pause' | 'resume' | 'cancel' | 'switch' }
  | { readonly kind: 'throttle'; readonly recordsPerSecond: number | null };

/** What the apps found or did. */
export type MigrationFinding =
  | ({ readonly kind: 'verified' } & VerifiedEdition)
  | { readonly kind: 'switched'; readonly keptUntilMs: number }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'removed' };

/** Asks for a migration. @throws TwofoldError `conflict`: another is not over */
export function decideMigrationRequest(
  migrations: Migrations,
  id: string,
  asked: MigrationEventData['migration.requested'],
  decision: Decision,
): MigrationEvent {
  const other = migrations.find((migration) => !isMigrationOver(migration));
  if (other !== undefined)
    throw new TwofoldError('conflict', `migration ${other.id} is ${other.phase}: one is made at a time`);
  return migrationEvent(id, 'migration.requested', asked, decision);
}

/**
 * What a command makes of a migration. Nothing, where it is so already: a command may be repeated.
 * @throws TwofoldError `conflict`: not in this phase
 */
export function decideMigration(
  migration: Migration,
  command: MigrationCommand,
  decision: Decision,
): readonly MigrationEvent[] {
  const { id, phase } = migration;
  const only = <T extends MigrationEventType>(type: T, data: MigrationEventData[T]): readonly MigrationEvent[] => [
    migrationEvent(id, type, data, decision),
  ];
  const mustBe = (...phases: readonly MigrationPhase[]): void => {
    if (!phases.includes(phase))
      throw new TwofoldError(
        'conflict',
        `migration ${id} is ${phase}: ${command.kind} is possible while it is ${phases.join(' or ')}`,
      );
  };
  switch (command.kind) {
    case 'pause':
      mustBe('rewriting');
      return migration.isPaused ? [] : only('migration.paused', {});
    case 'resume':
      mustBe('rewriting');
      return migration.isPaused ? only('migration.resumed', {}) : [];
    case 'throttle': {
      mustBe('rewriting');
      const { recordsPerSecond } = command;
      return migration.recordsPerSecond === recordsPerSecond ? [] : only('migration.throttled', { recordsPerSecond });
    }
    case 'cancel':
      if (phase === 'cancelled') return [];
      mustBe('rewriting', 'verified');
      return only('migration.cancelled', {});
    case 'switch':
      if (phase === 'switching' || phase === 'switched') return [];
      mustBe('verified');
      return only('migration.switch-decided', {});
  }
}

/** What a finding makes of a migration. Nothing, where it comes too late: a decision came first, or another found the same. */
export function noteMigration(
  { id, phase, switch: how }: Migration,
  finding: MigrationFinding,
  atMs: number,
): readonly MigrationEvent[] {
  const noted = <T extends MigrationEventType>(type: T, data: MigrationEventData[T], note: string | null = null) =>
    migrationEvent(id, type, data, { by: PLATFORM, atMs, note });
  switch (finding.kind) {
    case 'verified': {
      if (phase !== 'rewriting') return [];
      const { records, files, bytes, busyMs } = finding;
      const verified = noted('migration.verified', { records, files, bytes, busyMs });
      return how === 'by-hand' ? [verified] : [verified, noted('migration.switch-decided', {}, 'as it was asked for')];
    }
    case 'switched':
      return phase === 'switching' ? [noted('migration.switched', { keptUntilMs: finding.keptUntilMs })] : [];
    case 'failed': {
      const { code, message } = finding;
      return phase === 'rewriting' || phase === 'switching' ? [noted('migration.failed', { code, message })] : [];
    }
    case 'removed':
      if (phase === 'cancelled' || phase === 'failed') return [noted('migration.cleaned', {})];
      return phase === 'switched' ? [noted('migration.settled', {})] : [];
  }
}
