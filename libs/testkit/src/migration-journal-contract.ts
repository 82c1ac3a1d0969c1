import { beforeEach, describe, expect, it } from '@jest/globals';
import { FIRST_LAYOUT, migrationEvent, migrationsOf, type MigrationEvent } from '@twofold/core';
import type { MigrationJournal } from '@twofold/ports';

const about = { atMs: 1_000, by: 'ops@example.org', note: 'small files "cost"\n\u{1f6ec}' };
const REQUESTED = migrationEvent(
  'm1',
  'migration.requested',
  { layout: FIRST_LAYOUT, recordsPerSecond: 5, switch: 'auto' },
  about,
);
const PAUSED = migrationEvent('m1', 'migration.paused', {}, about);
const RESUMED = migrationEvent('m1', 'migration.resumed', {}, { ...about, note: null });

/** What every implementation of {@link MigrationJournal} must do. `setup` gives an empty one. */
export function migrationJournalContract(name: string, setup: () => Promise<MigrationJournal>): void {
  describe(`migration journal: ${name}`, () => {
    let journal: MigrationJournal;
    beforeEach(async () => {
      journal = await setup();
    });

    it('keeps events as they were added, in order', async () => {
      expect(await journal.events()).toEqual([]);
      expect(await journal.append(0, [REQUESTED, PAUSED])).toBe(true);
      expect(await journal.append(2, [RESUMED])).toBe(true);
      const events = await journal.events();
      expect(events).toEqual([REQUESTED, PAUSED, RESUMED]);
      expect(migrationsOf(events)).toMatchObject([{ id: 'm1', isPaused: false, layout: FIRST_LAYOUT }]);
    });

    it.each([0, 1, 3])('writes nothing where there are not %i events', async (length) => {
      await journal.append(0, [REQUESTED, PAUSED]);
      expect(await journal.append(length, [RESUMED, PAUSED])).toBe(false);
      expect(await journal.events()).toEqual([REQUESTED, PAUSED]);
    });

    it('has one winner when many append at the same time', async () => {
      await journal.append(0, [REQUESTED]);
      for (let length = 1; length < 20; length += 2) {
        const events = length % 4 === 1 ? [PAUSED, RESUMED] : [RESUMED, PAUSED];
        const won = await Promise.all([0, 1, 2, 3, 4].map(() => journal.append(length, events)));
        expect(won.filter(Boolean)).toHaveLength(1);
        expect(await journal.events()).toHaveLength(length + 2);
      }
    });

    it('tells nothing where a newer build has written', async () => {
      const newer: MigrationEvent = { ...PAUSED, version: 2 };
      await journal.append(0, [REQUESTED, newer]);
      await expect(journal.events()).rejects.toMatchObject({ code: 'unknown-event-version' });
    });
  });
}
