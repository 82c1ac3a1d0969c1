import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FIRST_LAYOUT } from './archive-layout.js';
import {
  decideMigration,
  decideMigrationRequest,
  noteMigration,
  type MigrationCommand,
  type MigrationFinding,
} from './decide-migration.js';
import { evolveMigrations, migrationsOf } from './evolve-migration.js';
import { migrationEvent, readMigrationEvent, type MigrationEvent } from './migration-event.js';
import { currentEditionOf, isMigrationOver, type Migration } from './migration.js';

const WHO = { by: 'ops@example.org', atMs: 10, note: null };
const VERIFIED: MigrationFinding = { kind: 'verified', records: 9, files: 2, bytes: 80, busyMs: 7 };
const SWITCHED: MigrationFinding = { kind: 'switched', keptUntilMs: 99 };
const FAILED: MigrationFinding = { kind: 'failed', code: 'conflict', message: 'd_delay differs' };
const REMOVED: MigrationFinding = { kind: 'removed' };

type Step = MigrationCommand | MigrationFinding;
const isFinding = (step: Step): step is MigrationFinding =>
  ['verified', 'switched', 'failed', 'removed'].includes(step.kind);

const request = (events: readonly MigrationEvent[], id: string, how: Migration['switch']): MigrationEvent =>
  decideMigrationRequest(migrationsOf(events), id, { layout: FIRST_LAYOUT, recordsPerSecond: null, switch: how }, WHO);
const last = (events: readonly MigrationEvent[]): Migration => {
  const found = migrationsOf(events).at(-1);
  if (found === undefined) throw new Error('no migration');
  return found;
};
const take = (events: readonly MigrationEvent[], step: Step): readonly MigrationEvent[] =>
  isFinding(step) ? noteMigration(last(events), step, 20) : decideMigration(last(events), step, WHO);
const given = (how: Migration['switch'], ...steps: readonly Step[]): readonly MigrationEvent[] =>
  steps.reduce<readonly MigrationEvent[]>(
    (events, step) => [...events, ...take(events, step)],
    [request([], 'm1', how)],
  );

describe('a migration', () => {
  it('that switches by itself goes from rewriting to settled', () => {
    const phases = [[], [VERIFIED], [VERIFIED, SWITCHED], [VERIFIED, SWITCHED, REMOVED]].map(
      (steps) => last(given('auto', ...steps)).phase,
    );
    expect(phases).toEqual(['rewriting', 'switching', 'switched', 'settled']);
    expect(last(given('auto', VERIFIED, SWITCHED))).toMatchObject({
      ...{ edition: 2, before: 1, keptUntilMs: 99, requestedBy: WHO.by },
      verified: { records: 9, files: 2, bytes: 80, busyMs: 7 },
    });
  });

  it('waits for whoever wants to switch by hand', () => {
    const verified = given('by-hand', VERIFIED);
    expect(last(verified).phase).toBe('verified');
    expect(take(verified, SWITCHED)).toEqual([]);
    expect(last(given('by-hand', VERIFIED, { kind: 'switch' })).phase).toBe('switching');
  });

  it('is steered while it is rewritten', () => {
    expect(last(given('auto', { kind: 'pause' })).isPaused).toBe(true);
    expect(last(given('auto', { kind: 'pause' }, { kind: 'resume' })).isPaused).toBe(false);
    expect(last(given('auto', { kind: 'throttle', recordsPerSecond: 5 })).recordsPerSecond).toBe(5);
    const late = () => take(given('auto', VERIFIED), { kind: 'pause' });
    expect(late).toThrow('migration m1 is switching: pause is possible while it is rewriting');
  });

  it('is cancelled until it is decided that it switches; what was found too late changes nothing', () => {
    const cancelled = given('by-hand', VERIFIED, { kind: 'cancel' });
    expect(last(cancelled).phase).toBe('cancelled');
    for (const finding of [VERIFIED, SWITCHED, FAILED]) expect(take(cancelled, finding)).toEqual([]);
    expect(last(given('by-hand', VERIFIED, { kind: 'cancel' }, REMOVED)).phase).toBe('cleaned');
    expect(() => take(given('auto', VERIFIED), { kind: 'cancel' })).toThrow('is switching');
  });

  it('that fails says why', () => {
    expect(last(given('auto', FAILED))).toMatchObject({ phase: 'failed', failure: { message: 'd_delay differs' } });
    expect(take(given('auto', VERIFIED, SWITCHED), FAILED)).toEqual([]);
  });

  it('is made one at a time; editions are numbered on, and follow the current one', () => {
    expect(() => request(given('auto'), 'm2', 'auto')).toThrow('migration m1 is rewriting: one is made at a time');
    const given2 = given('auto', { kind: 'cancel' }, REMOVED);
    const second = [...given2, request(given2, 'm2', 'auto')];
    expect(last(second)).toMatchObject({ edition: 3, before: 1 });
    const switched = [VERIFIED, SWITCHED, REMOVED].reduce((events, step) => [...events, ...take(events, step)], second);
    expect(last([...switched, request(switched, 'm3', 'auto')])).toMatchObject({ edition: 4, before: 3 });
  });

  it('is known from what this build wrote', () => {
    const paused = migrationEvent('m1', 'migration.paused', {}, WHO);
    expect(readMigrationEvent(paused)).toBe(paused);
    expect(() => readMigrationEvent({ ...paused, version: 2 })).toThrow('version 2 is not known here');
    expect(() => readMigrationEvent({ ...paused, type: 'migration.sung' })).toThrow('no event "migration.sung"');
  });

  const steps: readonly Step[] = [
    ...([{ kind: 'pause' }, { kind: 'resume' }, { kind: 'cancel' }, { kind: 'switch' }] as const),
    ...[VERIFIED, SWITCHED, FAILED, REMOVED],
    { kind: 'throttle', recordsPerSecond: 5 },
  ];

  it('is not moved by the same step twice, ends for good, and makes its edition current only when verified', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('auto', 'by-hand'),
        fc.array(fc.constantFrom(...steps), { maxLength: 30 }),
        (how, all) => {
          let events: readonly MigrationEvent[] = [request([], 'm1', how)];
          for (const step of all) {
            const before = last(events);
            let more: readonly MigrationEvent[];
            try {
              more = take(events, step);
            } catch (error) {
              expect(error).toMatchObject({ code: 'conflict' });
              expect(isFinding(step)).toBe(false);
              continue;
            }
            if (isMigrationOver(before)) expect(more).toEqual([]);
            events = [...events, ...more];
            const after = last(events);
            expect(currentEditionOf([after])).toBe(['switched', 'settled'].includes(after.phase) ? 2 : 1);
            if (['verified', 'switching', 'switched'].includes(after.phase)) expect(after.verified).not.toBeNull();
            if (!isFinding(step)) expect(take(events, step)).toEqual([]);
          }
          expect(events.reduce(evolveMigrations, [])).toEqual(migrationsOf(events));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
