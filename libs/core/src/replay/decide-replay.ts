import type { OffsetVector } from '../answer/offset-vector.js';
import { TwofoldError, type ErrorCode } from '../errors/twofold-error.js';
import { differsWithin, type Difference } from './difference.js';
import { isRepair, type Replay, type ReplayPhase } from './replay.js';
import { PLATFORM, replayEvent, type ReplayEvent, type ReplayEventData, type ReplayEventType } from './replay-event.js';

/** What people want of a replay. `keepMs`: how long the version that then does not serve is kept. */
export type ReplayCommand =
  | { readonly kind: 'pause' | 'resume' | 'cancel' }
  | { readonly kind: 'throttle'; readonly eventsPerSecond: number | null }
  | { readonly kind: 'promote' | 'rollback'; readonly keepMs: number };

/** What the apps found or did. */
export type ReplayFinding =
  | { readonly kind: 'founded'; readonly cut: OffsetVector; readonly generationBefore: number }
  | { readonly kind: 'built'; readonly rowCount: number; readonly events: number; readonly busyMs: number }
  | { readonly kind: 'compared'; readonly difference: Difference; readonly keepMs: number }
  | { readonly kind: 'moved' }
  | { readonly kind: 'move-refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'removed' };

/** Who decides, when, and why. */
export type Decision = { readonly by: string; readonly atMs: number; readonly note: string | null };

/** Phases that lead to a generation. */
const BUILDING: readonly ReplayPhase[] = ['queued', 'running'];

/**
 * What a command makes of a replay. Nothing, where it is so already: a command may be repeated.
 * @throws TwofoldError `conflict`: not in this phase
 */
export function decideReplay(replay: Replay, command: ReplayCommand, decision: Decision): readonly ReplayEvent[] {
  const { phase } = replay;
  const only = <T extends ReplayEventType>(type: T, data: ReplayEventData[T]): readonly ReplayEvent[] => [
    replayEvent(type, data, decision),
  ];
  const mustBe = (...phases: readonly ReplayPhase[]): void => {
    if (!phases.includes(phase)) throw notNow(replay, command.kind, phases);
  };
  switch (command.kind) {
    case 'pause':
      mustBe(...BUILDING);
      return replay.isPaused ? [] : only('replay.paused', {});
    case 'resume':
      mustBe(...BUILDING);
      return replay.isPaused ? only('replay.resumed', {}) : [];
    case 'throttle':
      mustBe(...BUILDING);
      return replay.eventsPerSecond === command.eventsPerSecond
        ? []
        : only('replay.throttled', { eventsPerSecond: command.eventsPerSecond });
    case 'cancel':
      if (phase === 'cancelled') return [];
      mustBe(...BUILDING, 'built', 'compared');
      return only('replay.cancelled', {});
    case 'promote':
      if (phase === 'promoting' || phase === 'promoted') return [];
      mustBe('compared', 'rolled-back');
      return only('replay.promotion-decided', { keptUntilMs: decision.atMs + command.keepMs });
    case 'rollback':
      if (phase === 'rolling-back' || phase === 'rolled-back') return [];
      if (isRepair(replay))
        throw new TwofoldError('conflict', `replay ${replay.id} is a repair: there is no other version to go back to`);
      mustBe('promoted');
      return only('replay.rollback-decided', { keptUntilMs: decision.atMs + command.keepMs });
  }
}

/**
 * What a finding makes of a replay. Nothing, where it comes too late: whoever found it was slower than a decision, or than another who
 * found the same.
 */
export function noteFinding(replay: Replay, finding: ReplayFinding, atMs: number): readonly ReplayEvent[] {
  const about: Decision = { by: PLATFORM, atMs, note: null };
  const { phase } = replay;
  switch (finding.kind) {
    case 'founded': {
      const { cut, generationBefore } = finding;
      return phase === 'queued' ? [replayEvent('replay.founded', { cut, generationBefore }, about)] : [];
    }
    case 'built': {
      const { rowCount, events, busyMs } = finding;
      return phase === 'running' ? [replayEvent('replay.built', { rowCount, events, busyMs }, about)] : [];
    }
    case 'compared':
      return phase === 'built' ? comparedBy(replay, finding, about) : [];
    case 'moved':
      if (phase === 'promoting') return [replayEvent('replay.promoted', {}, about)];
      return phase === 'rolling-back' ? [replayEvent('replay.rolled-back', {}, about)] : [];
    case 'move-refused': {
      const isMoving = phase === 'promoting' || phase === 'rolling-back';
      return isMoving ? [replayEvent('replay.move-refused', { reason: finding.reason }, about)] : [];
    }
    case 'failed': {
      const { code, message } = finding;
      const canFail = BUILDING.includes(phase) || phase === 'built';
      return canFail ? [replayEvent('replay.failed', { code, message }, about)] : [];
    }
    case 'removed':
      if (phase === 'cancelled' || phase === 'failed') return [replayEvent('replay.cleaned', {}, about)];
      return phase === 'promoted' || phase === 'rolled-back' ? [replayEvent('replay.settled', {}, about)] : [];
  }
}

/** Where the difference is within the bounds that were asked for, the replay promotes itself. */
function comparedBy(
  { promoteWithin }: Replay,
  { difference, keepMs }: Extract<ReplayFinding, { kind: 'compared' }>,
  about: Decision,
): readonly ReplayEvent[] {
  const compared = replayEvent('replay.compared', { difference }, about);
  if (promoteWithin === null || !differsWithin(difference, promoteWithin)) return [compared];
  const note = 'the difference is within the bounds that were asked for';
  const decided = replayEvent('replay.promotion-decided', { keptUntilMs: about.atMs + keepMs }, { ...about, note });
  return [compared, decided];
}

const notNow = ({ id, phase }: Replay, command: string, phases: readonly ReplayPhase[]): TwofoldError =>
  new TwofoldError('conflict', `replay ${id} is ${phase}: ${command} is possible while it is ${phases.join(' or ')}`);
