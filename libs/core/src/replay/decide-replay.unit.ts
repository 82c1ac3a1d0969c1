import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TwofoldError } from '../errors/twofold-error.js';
import { decideReplay, noteFinding, type ReplayCommand, type ReplayFinding } from './decide-replay.js';
import type { Difference, DifferenceBounds } from './difference.js';
import { replayOf } from './evolve-replay.js';
import { isFinal, isUnderWay, type Replay, type ReplayPhase } from './replay.js';
import { replayEvent, type ReplayEvent } from './replay-event.js';

const KEEP_MS = 1_000;
const NOW_MS = 50;
const CUT = { flights: [3, 4] };

const difference = (changedRows: number, comparedRows = 100): Difference => ({
  ...{ comparedRows, onlyBefore: 0, onlyAfter: 0, changedRows },
  ...{ measures: {}, measuresOnlyBefore: [], measuresOnlyAfter: [], samples: [] },
});

const requested = (promoteWithin: DifferenceBounds | null = null): ReplayEvent =>
  replayEvent(
    'replay.requested',
    {
      ...{ replayId: 'r1', view: 'delays', version: 'new', before: 'old', windows: null, engine: 'duckdb' },
      ...{ eventsPerSecond: null, promoteWithin },
    },
    { by: 'ops@example.org', atMs: 1, note: null },
  );

type Step = ReplayCommand | ReplayFinding;

const COMMANDS = ['pause', 'resume', 'cancel', 'throttle', 'promote', 'rollback'];
const isCommand = (step: Step): step is ReplayCommand => COMMANDS.includes(step.kind);

const take = (events: readonly ReplayEvent[], step: Step): readonly ReplayEvent[] => {
  const replay = replayOf(events);
  return isCommand(step)
    ? decideReplay(replay, step, { by: 'ops@example.org', atMs: NOW_MS, note: 'because' })
    : noteFinding(replay, step, NOW_MS);
};

/** Given these steps, what the next one makes of it. */
const given = (steps: readonly Step[], first = requested()): readonly ReplayEvent[] =>
  steps.reduce<readonly ReplayEvent[]>((events, step) => [...events, ...take(events, step)], [first]);

const FOUNDED: Step = { kind: 'founded', cut: CUT, generationBefore: 7 };
const BUILT: Step = { kind: 'built', rowCount: 10, events: 7, busyMs: 20 };
const COMPARED: Step = { kind: 'compared', difference: difference(3), keepMs: KEEP_MS };
const PROMOTE: Step = { kind: 'promote', keepMs: KEEP_MS };
const ROLLBACK: Step = { kind: 'rollback', keepMs: KEEP_MS };
const MOVED: Step = { kind: 'moved' };
const READY = [FOUNDED, BUILT, COMPARED];

const phaseAfter = (...steps: readonly Step[]): ReplayPhase => replayOf(given(steps)).phase;

describe('a replay', () => {
  it('is built, compared, promoted, rolled back, promoted again, and settled', () => {
    expect(phaseAfter()).toBe('queued');
    expect(phaseAfter(FOUNDED)).toBe('running');
    expect(phaseAfter(FOUNDED, BUILT)).toBe('built');
    expect(phaseAfter(...READY)).toBe('compared');
    expect(phaseAfter(...READY, PROMOTE)).toBe('promoting');
    expect(phaseAfter(...READY, PROMOTE, MOVED)).toBe('promoted');
    expect(phaseAfter(...READY, PROMOTE, MOVED, ROLLBACK, MOVED)).toBe('rolled-back');
    const twice = [...READY, PROMOTE, MOVED, ROLLBACK, MOVED, PROMOTE, MOVED];
    expect(replayOf(given(twice))).toMatchObject({
      ...{ phase: 'promoted', cut: CUT, generationBefore: 7, rowCount: 10, keptUntilMs: NOW_MS + KEEP_MS },
      speed: { events: 7, busyMs: 20 },
    });
    expect(phaseAfter(...twice, { kind: 'removed' })).toBe('settled');
  });

  it('keeps who decided, when and why', () => {
    expect(given([...READY, PROMOTE]).at(-1)).toMatchObject({
      ...{ type: 'replay.promotion-decided', version: 1, by: 'ops@example.org', atMs: NOW_MS, note: 'because' },
    });
  });

  it('goes back to where it was when it cannot be moved, and says why', () => {
    const refused: Step = { kind: 'move-refused', reason: 'another version serves' };
    expect(replayOf(given([...READY, PROMOTE, refused]))).toMatchObject({
      ...{ phase: 'compared', refusal: 'another version serves' },
    });
    expect(phaseAfter(...READY, PROMOTE, MOVED, ROLLBACK, refused)).toBe('promoted');
    expect(phaseAfter(...READY, PROMOTE, MOVED, ROLLBACK, MOVED, PROMOTE, refused)).toBe('rolled-back');
    expect(replayOf(given([...READY, PROMOTE, refused, PROMOTE])).refusal).toBeNull();
  });

  it('promotes itself within the bounds that were asked for, and not beyond', () => {
    const phaseWithin = (bounds: DifferenceBounds): ReplayPhase => replayOf(given(READY, requested(bounds))).phase;
    expect(phaseWithin({ rows: 3, share: 0.03 })).toBe('promoting');
    expect(phaseWithin({ rows: 2, share: 1 })).toBe('compared');
    expect(phaseWithin({ rows: 3, share: 0.029 })).toBe('compared');
    const otherMeasures: Step = {
      ...{ kind: 'compared', keepMs: KEEP_MS },
      difference: { ...difference(0), measuresOnlyAfter: ['worstDelay'] },
    };
    const first = requested({ rows: 9, share: 1 });
    expect(replayOf(given([FOUNDED, BUILT, otherMeasures], first)).phase).toBe('compared');
  });

  it('that repairs the version that serves is not rolled back', () => {
    const repair = replayEvent(
      'replay.requested',
      {
        ...{ replayId: 'r1', view: 'delays', version: 'old', before: 'old', engine: 'duckdb' },
        ...{ windows: { fromMs: 0, toMs: 10 }, eventsPerSecond: null, promoteWithin: null },
      },
      { by: 'ops@example.org', atMs: 1, note: null },
    );
    const promoted = given([...READY, PROMOTE, MOVED], repair);
    expect(replayOf(promoted)).toMatchObject({ phase: 'promoted', windows: { fromMs: 0, toMs: 10 } });
    expect(() => take(promoted, ROLLBACK)).toThrow('there is no other version');
    expect(take(promoted, { kind: 'removed' })).toMatchObject([{ type: 'replay.settled' }]);
  });

  it('is paused, resumed and throttled while it is built, and not after', () => {
    expect(replayOf(given([FOUNDED, { kind: 'pause' }])).isPaused).toBe(true);
    expect(replayOf(given([{ kind: 'pause' }, FOUNDED, { kind: 'resume' }])).isPaused).toBe(false);
    const throttled: Step = { kind: 'throttle', eventsPerSecond: 500 };
    expect(replayOf(given([FOUNDED, throttled])).eventsPerSecond).toBe(500);
    for (const step of [{ kind: 'pause' }, { kind: 'resume' }, throttled] as const)
      expect(() => given([...READY, step])).toThrow(TwofoldError);
  });

  it.each([
    ['queued', []],
    ['running', [FOUNDED]],
    ['built', [FOUNDED, BUILT]],
    ['compared', READY],
  ])('can be cancelled while it is %s; what is found later comes too late', (_, steps) => {
    const cancelled = given([...steps, { kind: 'cancel' }]);
    expect(replayOf(cancelled).phase).toBe('cancelled');
    for (const late of [FOUNDED, BUILT, COMPARED, MOVED, { kind: 'failed', code: 'overflow', message: '' } as const])
      expect(take(cancelled, late)).toEqual([]);
    expect(given([...steps, { kind: 'cancel' }, { kind: 'removed' }]).at(-1)?.type).toBe('replay.cleaned');
  });

  it('that fails says why, and is cleaned up', () => {
    const failed = given([FOUNDED, { kind: 'failed', code: 'history-truncated', message: 'offsets 0 to 9 are gone' }]);
    expect(replayOf(failed)).toMatchObject({ phase: 'failed', failure: { code: 'history-truncated' } });
    expect(take(failed, { kind: 'removed' })).toMatchObject([{ type: 'replay.cleaned' }]);
  });

  const steps: readonly Step[] = [
    ...[FOUNDED, BUILT, COMPARED, PROMOTE, ROLLBACK, MOVED],
    ...([{ kind: 'pause' }, { kind: 'resume' }, { kind: 'cancel' }, { kind: 'removed' }] as const),
    { kind: 'throttle', eventsPerSecond: 5 },
    { kind: 'move-refused', reason: 'no' },
    { kind: 'failed', code: 'overflow', message: 'too much' },
  ];

  it('is not moved by the same step twice, ends for good, and never says too late what was decided before', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...steps), { maxLength: 40 }), (all) => {
        let events: readonly ReplayEvent[] = [requested()];
        for (const step of all) {
          const before = replayOf(events);
          let more: readonly ReplayEvent[];
          try {
            more = take(events, step);
          } catch (error) {
            expect(error).toMatchObject({ code: 'conflict' });
            expect(isCommand(step)).toBe(true);
            continue;
          }
          if (isFinal(before)) expect(more).toEqual([]);
          events = [...events, ...more];
          const after: Replay = replayOf(events);
          if (before.phase === 'cancelled') expect(['cancelled', 'cleaned']).toContain(after.phase);
          if (after.phase === 'settled') expect(isUnderWay(after)).toBe(false);
          if (isCommand(step)) expect(take(events, step)).toEqual([]);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
