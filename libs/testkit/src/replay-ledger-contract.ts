import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Rebuild, RebuildState, ReplayLedger } from '@twofold/ports';
import { uniqueWord } from './things-view.js';

/** What every implementation of {@link ReplayLedger} must do. `setup` gives an empty one. */
export function replayLedgerContract(name: string, setup: () => Promise<ReplayLedger>): void {
  describe(`replay ledger: ${name}`, () => {
    let ledger: ReplayLedger;
    beforeEach(async () => {
      ledger = await setup();
    });
    afterEach(() => ledger.close());

    const added = async (rebuild: Partial<Rebuild> = {}): Promise<Rebuild> => {
      const whole = { ...requested(), ...rebuild };
      await ledger.add(whole);
      return whole;
    };
    const moveTo = (state: RebuildState, updatedAtMs = 2_000) => ({
      state,
      detail: `now ${state}`,
      generation: null,
      updatedAtMs,
    });

    it('keeps a request as it was added', async () => {
      const rebuild = await added();
      expect(await ledger.get(rebuild.id)).toEqual(rebuild);
    });

    it('knows nothing of other ids', async () => {
      expect(await ledger.get(uniqueWord())).toBeNull();
      expect(await ledger.update(uniqueWord(), moveTo('building'))).toBeNull();
    });

    it('refuses a second request of the same id, and keeps the first', async () => {
      const rebuild = await added();
      await expect(ledger.add({ ...rebuild, detail: 'another' })).rejects.toMatchObject({ code: 'conflict' });
      expect(await ledger.get(rebuild.id)).toEqual(rebuild);
    });

    it('moves a rebuild on, and says what stands', async () => {
      const rebuild = await added();
      const building = { ...rebuild, ...moveTo('building') };
      expect(await ledger.update(rebuild.id, moveTo('building'))).toEqual(building);
      const done = {
        state: 'published',
        detail: 'generation 4 is published',
        generation: 4,
        updatedAtMs: 3_000,
      } as const;
      expect(await ledger.update(rebuild.id, done)).toEqual({ ...rebuild, ...done });
      expect(await ledger.get(rebuild.id)).toEqual({ ...rebuild, ...done });
    });

    it.each(['published', 'failed'] as const)('leaves a rebuild that ended as %s as it is', async (end) => {
      const { id } = await added();
      const ended = await ledger.update(id, moveTo(end));
      expect(await ledger.update(id, moveTo('building', 9_000))).toEqual(ended);
      expect(await ledger.get(id)).toEqual(ended);
    });

    it('ends once, when many say how at the same time', async () => {
      const { id } = await added();
      const ends = Array.from({ length: 20 }, (_, index) =>
        moveTo(index % 2 === 0 ? 'published' : 'failed', 2_000 + index),
      );
      const heard = await Promise.all(ends.map((end) => ledger.update(id, end)));
      const stands = await ledger.get(id);
      for (const rebuild of heard) expect(rebuild).toEqual(stands);
    });

    it('lists the newest first, of one moment the last added first, and no more than asked for', async () => {
      const [a, b, c, d] = [
        await added({ requestedAtMs: 2_000 }),
        await added({ requestedAtMs: 1_000 }),
        await added({ requestedAtMs: 3_000 }),
        await added({ requestedAtMs: 3_000 }),
      ];
      expect(await ledger.list(10)).toEqual([d, c, a, b]);
      expect(await ledger.list(2)).toEqual([d, c]);
    });

    it('tells those that have not ended, oldest first', async () => {
      const [newer, older] = [await added({ requestedAtMs: 2_000 }), await added({ requestedAtMs: 1_000 })];
      const [published, failed] = [await added(), await added()];
      await ledger.update(published.id, moveTo('published'));
      await ledger.update(failed.id, moveTo('failed'));
      const building = await ledger.update(newer.id, moveTo('building'));
      expect(await ledger.unfinished()).toEqual([older, building]);
    });
  });
}

const requested = (): Rebuild => ({
  id: uniqueWord(),
  view: { name: 'things', version: '0123456789abcdef' },
  state: 'requested',
  detail: 'waits',
  generation: null,
  requestedAtMs: 1_000,
  updatedAtMs: 1_000,
});
