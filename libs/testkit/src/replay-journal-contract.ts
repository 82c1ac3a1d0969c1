import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  replayEvent,
  replayOf,
  type Difference,
  type ReplayEvent,
  type ReplayEventData,
  type ReplayEventType,
} from '@twofold/core';
import type { ReplayJournal } from '@twofold/ports';
import { uniqueWord } from './things-view.js';

const event = <T extends ReplayEventType>(type: T, data: ReplayEventData[T], atMs = 2_000): ReplayEvent =>
  replayEvent(type, data, { by: 'ann', atMs, note: null });

const PAUSED = event('replay.paused', {});
const RESUMED = event('replay.resumed', {});
const CANCELLED = event('replay.cancelled', {});
const CLEANED = event('replay.cleaned', {});

/** Text of every kind: as a view's dimensions and a person's words may have it. */
const difference: Difference = {
  ...{ comparedRows: 9, onlyBefore: 1, onlyAfter: 0, changedRows: 2 },
  measures: { flights: { changedRows: 2, before: '10', after: '8' } },
  ...{ measuresOnlyBefore: [], measuresOnlyAfter: ['worst'] },
  samples: [{ key: { z: 1, airport: '\0 "\ud83d\ude00', '2': null }, before: { flights: 7 }, after: null }],
};
/** All that leads to a version that serves, beside the one before. */
const PROMOTED: readonly ReplayEvent[] = [
  event('replay.founded', { cut: { flights: [3, 4] }, generationBefore: 7 }),
  event('replay.built', { rowCount: 10, events: 7, busyMs: 20 }),
  event('replay.compared', { difference }),
  event('replay.promotion-decided', { keptUntilMs: 9_000 }),
  event('replay.promoted', {}),
];

/** What every implementation of {@link ReplayJournal} must do. `setup` gives an empty one. */
export function replayJournalContract(name: string, setup: () => Promise<ReplayJournal>): void {
  describe(`replay journal: ${name}`, () => {
    let journal: ReplayJournal;
    beforeEach(async () => {
      journal = await setup();
    });
    afterEach(() => journal.close());

    const requested = (id: string, of: Partial<ReplayEventData['replay.requested']> = {}, atMs = 1_000): ReplayEvent =>
      replayEvent(
        'replay.requested',
        {
          ...{ replayId: id, view: uniqueWord(), version: 'new', before: 'old', windows: null, engine: 'duckdb' },
          ...{ eventsPerSecond: null, promoteWithin: null, ...of },
        },
        { by: 'ann', atMs, note: 'cancelled flights "count"\n\u{1f6ec}' },
      );
    /** A replay of these events after its request; resolves with its id. */
    const begun = async (first: ReplayEvent = requested(uniqueWord()), ...more: ReplayEvent[]): Promise<string> => {
      const { id } = replayOf([first]);
      expect(await journal.append(id, 0, [first, ...more])).toBe(true);
      return id;
    };
    const idsOf = (replays: readonly { readonly id: string }[]): readonly string[] => replays.map(({ id }) => id);

    it('gives a replay as its events have made it, and how many they are', async () => {
      const first = requested(uniqueWord(), { promoteWithin: { rows: 3, share: 0.1 }, eventsPerSecond: 500 });
      const id = await begun(first);
      expect(await journal.get(id)).toEqual({ replay: replayOf([first]), length: 1 });
      expect(await journal.append(id, 1, PROMOTED)).toBe(true);
      expect(await journal.get(id)).toEqual({ replay: replayOf([first, ...PROMOTED]), length: 6 });
    });

    it('keeps events as they were added, in order, and gives some of them', async () => {
      const first = requested(uniqueWord());
      const id = await begun(first, ...PROMOTED);
      const all = [first, ...PROMOTED];
      const kept = await journal.events(id, 0, 100);
      expect(kept).toEqual(all);
      expect(JSON.stringify(kept[3]?.data)).toBe(JSON.stringify(all[3]?.data));
      expect(await journal.events(id, 0, 2)).toEqual(all.slice(0, 2));
      expect(await journal.events(id, 2, 3)).toEqual(all.slice(2, 5));
      expect(await journal.events(id, 6, 3)).toEqual([]);
    });

    it('knows nothing of other ids', async () => {
      expect(await journal.get(uniqueWord())).toBeNull();
      expect(await journal.events(uniqueWord(), 0, 9)).toEqual([]);
      expect(await journal.append(uniqueWord(), 1, [PAUSED])).toBe(false);
    });

    it('tells nothing of a replay that a newer build has written of', async () => {
      const id = await begun(requested(uniqueWord()), { ...PAUSED, version: 2 });
      const refusal = { code: 'unknown-event-version' };
      await expect(journal.append(id, 2, [RESUMED])).rejects.toMatchObject(refusal);
      await expect(journal.get(id)).rejects.toMatchObject(refusal);
      await expect(journal.events(id, 0, 9)).rejects.toMatchObject(refusal);
      await expect(journal.list(9, null)).rejects.toMatchObject(refusal);
      await expect(journal.unfinished()).rejects.toMatchObject(refusal);
    });

    it.each([0, 1, 3, 9])('writes nothing where the replay has another number of events than %i', async (length) => {
      const first = requested(uniqueWord());
      const id = await begun(first, PAUSED);
      expect(await journal.append(id, length, length === 0 ? [first] : [RESUMED, PAUSED])).toBe(false);
      expect(await journal.events(id, 0, 9)).toEqual([first, PAUSED]);
    });

    it('has one winner when many append at the same time', async () => {
      const id = await begun();
      for (let length = 1; length < 20; length += 2) {
        const events = length % 4 === 1 ? [PAUSED, RESUMED] : [RESUMED, PAUSED];
        const won = await Promise.all([0, 1, 2, 3, 4].map(() => journal.append(id, length, events)));
        expect(won.filter(Boolean)).toHaveLength(1);
        expect((await journal.get(id))?.length).toBe(length + 2);
      }
    });

    it('has one winner when many begin it at the same time', async () => {
      const first = requested(uniqueWord());
      const { id } = replayOf([first]);
      const won = await Promise.all([0, 1, 2, 3, 4].map(() => journal.append(id, 0, [first])));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await journal.events(id, 0, 9)).toEqual([first]);
    });

    it('lets one replay of a view version be under way', async () => {
      const view = uniqueWord();
      const first = await begun(requested(uniqueWord(), { view }));
      await begun(requested(uniqueWord(), { view, version: 'another' }));
      await begun(requested(uniqueWord()));
      const second = requested(uniqueWord(), { view });
      const add = () => journal.append(replayOf([second]).id, 0, [second]);
      await expect(add()).rejects.toMatchObject({ code: 'conflict' });
      expect(await journal.get(replayOf([second]).id)).toBeNull();

      await journal.append(first, 1, [CANCELLED]);
      await expect(add()).rejects.toMatchObject({ code: 'conflict' });
      await journal.append(first, 2, [CLEANED]);
      expect(await add()).toBe(true);
    });

    it('has one winner when many ask for replays of a version at the same time', async () => {
      const view = uniqueWord();
      const asked = [0, 1, 2, 3, 4].map(() => begun(requested(uniqueWord(), { view })));
      const outcomes = await Promise.allSettled(asked);
      const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(lost).toHaveLength(4);
      for (const { reason } of lost) expect(reason).toMatchObject({ code: 'conflict' });
    });

    it('lets none come to be under way again beside another', async () => {
      const view = uniqueWord();
      const done = await begun(requested(uniqueWord(), { view }), ...PROMOTED);
      await begun(requested(uniqueWord(), { view }));
      const again = event('replay.rollback-decided', { keptUntilMs: 9 });
      await expect(journal.append(done, 6, [again])).rejects.toMatchObject({ code: 'conflict' });
      expect(await journal.get(done)).toMatchObject({ length: 6, replay: { phase: 'promoted' } });
    });

    it('lists the newest first, of one moment the last added first, of one view if asked, and no more than asked for', async () => {
      const view = uniqueWord();
      const at = (ms: number, of: object = {}): Promise<string> => begun(requested(uniqueWord(), of, ms));
      const [a, b] = [await at(2_000), await at(1_000, { view, version: '1' })];
      const [c, d] = [await at(3_000), await at(3_000, { view, version: '2' })];
      expect(idsOf(await journal.list(10, null))).toEqual([d, c, a, b]);
      expect(idsOf(await journal.list(2, null))).toEqual([d, c]);
      expect(idsOf(await journal.list(10, view))).toEqual([d, b]);
      expect(await journal.list(1, view)).toEqual([(await journal.get(d))?.replay]);
    });

    it('tells those that have something left to be done, oldest first', async () => {
      const at = (ms: number, ...more: ReplayEvent[]): Promise<string> =>
        begun(requested(uniqueWord(), {}, ms), ...more);
      const newer = await at(3_000, ...PROMOTED);
      const older = await at(1_000);
      const cancelled = await at(2_000, CANCELLED);
      await at(1_500, CANCELLED, CLEANED);
      await at(1_500, ...PROMOTED, event('replay.settled', {}));
      const unfinished = await journal.unfinished();
      expect(idsOf(unfinished)).toEqual([older, cancelled, newer]);
      expect(unfinished[2]).toEqual((await journal.get(newer))?.replay);
    });
  });
}
