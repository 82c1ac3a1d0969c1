import { describe, expect, it } from '@jest/globals';
import type { SpeedCommit, SpeedRecordId } from '@twofold/ports';
import { speedViewStoreContract } from '@twofold/testkit';
import { InMemorySpeedViewStore } from './in-memory-speed-view-store.js';

const id: SpeedRecordId = { view: { name: 'things', version: '1' }, partition: { stream: 'things', partition: 0 } };

speedViewStoreContract('InMemorySpeedViewStore', async () => ({ store: new InMemorySpeedViewStore(), id }));

describe('InMemorySpeedViewStore', () => {
  const change = (applied: number): SpeedCommit => ({
    applied,
    appliedAtMs: applied,
    deadLetters: 0,
    duplicates: 0,
    held: 0,
    rows: [{ dimensions: ['ATL'], window: 0, parts: [applied] }],
  });

  it('goes back to an earlier record, as a whole, as often as it is asked', async () => {
    const store = new InMemorySpeedViewStore();
    await store.reset(id, null, 0);
    await store.commit(id, { applied: 0, openStart: 0 }, change(1));
    const earlier = store.snapshot(id);
    const loaded = await store.load(id);
    for (let time = 0; time < 2; time++) {
      await store.commit(id, { applied: 1, openStart: 0 }, change(2));
      await store.seal(id, { applied: 2, openStart: 0 });
      await store.commit(id, { applied: 2, openStart: 2 }, change(3));
      store.restore(id, earlier);
      expect(await store.load(id)).toEqual(loaded);
    }
    expect(await store.commit(id, { applied: 3, openStart: 2 }, change(4))).toBe(false);
    expect(await store.commit(id, { applied: 1, openStart: 0 }, change(2))).toBe(true);
  });

  it('loses a record, and comes back with none', async () => {
    const store = new InMemorySpeedViewStore();
    expect(store.snapshot(id)).toBeNull();
    await store.reset(id, null, 0);
    store.restore(id, null);
    expect(await store.load(id)).toBeNull();
    expect(await store.commit(id, { applied: 0, openStart: 0 }, change(1))).toBe(false);
    expect(await store.reset(id, null, 0)).toBe(true);
  });
});
