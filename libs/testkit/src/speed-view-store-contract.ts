import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { compareText, rowKeyOf, type RowSelection, type ViewRow } from '@twofold/core';
import type { RecordPair, SpeedCommit, SpeedRecordId, SpeedViewStore } from '@twofold/ports';

export type SpeedViewStoreUnderTest = {
  readonly store: SpeedViewStore;
  /** A record that nobody used before. */
  readonly id: SpeedRecordId;
};

const MANY = 10_000;
const everything: RowSelection = { dimensions: [null], fromWindow: null, toWindow: null };
const row = (airport: string | null, window: number, ...parts: ViewRow['parts'][number][]): ViewRow => ({
  dimensions: [airport],
  window,
  parts,
});
const change = (applied: number, rows: readonly ViewRow[] = [], deadLetters = 0): SpeedCommit => ({
  applied,
  appliedAtMs: applied * 10,
  deadLetters,
  rows,
});
const pair = (applied: number, openStart: number): RecordPair => ({ applied, openStart });
const inOrder = (rows: readonly ViewRow[] = []): readonly ViewRow[] =>
  [...rows].sort((a, b) => compareText(rowKeyOf(a), rowKeyOf(b)));

/** Every sentence of SpeedViewStore's contract. */
export function speedViewStoreContract(name: string, setup: () => Promise<SpeedViewStoreUnderTest>): void {
  describe(`${name} is a SpeedViewStore`, () => {
    let store: SpeedViewStore;
    let id: SpeedRecordId;
    beforeEach(async () => {
      ({ store, id } = await setup());
    });
    afterEach(() => store.close());

    const begin = (cut = 0): Promise<boolean> => store.reset(id, null, cut);
    const rowsFrom = async (from: number, selection = everything): Promise<readonly ViewRow[]> =>
      inOrder((await store.read(id, from, selection, MANY))?.rows);

    it('has no record at first: nothing to load, probe or read, and no write that names a pair matches', async () => {
      expect(await store.load(id)).toBeNull();
      expect(await store.probe(id)).toBeNull();
      expect(await store.read(id, 0, everything, MANY)).toBeNull();
      expect(await store.commit(id, pair(0, 0), change(1))).toBe(false);
      expect(await store.seal(id, pair(0, 0))).toBe(false);
      expect(await store.reset(id, pair(0, 0), 0)).toBe(false);
      expect(await store.dropSealed(id, 100)).toBe(0);
      expect(await store.probe(id)).toBeNull();
    });

    it('begins a record with one open, empty epoch at the cut, once', async () => {
      expect(await begin(7)).toBe(true);
      expect(await begin(9)).toBe(false);
      expect(await store.load(id)).toEqual({
        record: { applied: 7, appliedAtMs: null, epochs: [{ start: 7, end: null, deadLetters: 0 }] },
        openRows: [],
      });
    });

    it('commits rows as absolute values, with the offset, the time and the dead letters', async () => {
      await begin();
      expect(await store.commit(id, pair(0, 0), change(3, [row('ATL', 1, 5, null), row('JFK', 1, 1, 'x')], 1))).toBe(
        true,
      );
      expect(await store.commit(id, pair(3, 0), change(4, [row('ATL', 1, 6, -2)], 2))).toBe(true);
      const loaded = await store.load(id);
      expect(loaded?.record).toEqual({
        applied: 4,
        appliedAtMs: 40,
        epochs: [{ start: 0, end: null, deadLetters: 2 }],
      });
      expect(inOrder(loaded?.openRows)).toEqual(inOrder([row('ATL', 1, 6, -2), row('JFK', 1, 1, 'x')]));
      expect(await store.probe(id)).toEqual(pair(4, 0));
    });

    it('refuses a commit whose offset is not the applied one, and writes nothing', async () => {
      await begin();
      await store.commit(id, pair(0, 0), change(2, [row('ATL', 1, 2)]));
      expect(await store.commit(id, pair(0, 0), change(1, [row('ATL', 1, 1)]))).toBe(false);
      expect(await store.commit(id, pair(3, 0), change(4, [row('ATL', 1, 4)]))).toBe(false);
      expect(await rowsFrom(0)).toEqual([row('ATL', 1, 2)]);
      expect(await store.probe(id)).toEqual(pair(2, 0));
    });

    it('refuses a commit with the right offset after a seal: the open epoch is another (the offset alone is not enough)', async () => {
      await begin();
      await store.commit(id, pair(0, 0), change(1, [row('ATL', 1, 1)]));
      await store.seal(id, pair(1, 0));
      expect(await store.commit(id, pair(1, 0), change(2, [row('ATL', 1, 2)]))).toBe(false);
      expect(await rowsFrom(1)).toEqual([]);
      expect(await rowsFrom(0)).toEqual([row('ATL', 1, 1)]);
    });

    it('refuses a commit with the right open start after a reset (the start alone is not enough)', async () => {
      await begin();
      await store.commit(id, pair(0, 0), change(1, [row('ATL', 1, 1)]));
      expect(await store.reset(id, pair(1, 0), 0)).toBe(true);
      expect(await store.commit(id, pair(1, 0), change(2, [row('ATL', 1, 2)]))).toBe(false);
      expect(await rowsFrom(0)).toEqual([]);
    });

    it('seals the open epoch at the applied offset and opens an empty one there, only on its pair', async () => {
      await begin();
      await store.commit(id, pair(0, 0), change(5, [row('ATL', 1, 5)], 1));
      expect(await store.seal(id, pair(4, 0))).toBe(false);
      expect(await store.seal(id, pair(5, 1))).toBe(false);
      expect(await store.seal(id, pair(5, 0))).toBe(true);
      expect(await store.seal(id, pair(5, 0))).toBe(false);
      await store.commit(id, pair(5, 5), change(6, [row('ATL', 1, 1)]));
      const read = await store.read(id, 0, everything, MANY);
      expect(read?.record.epochs).toEqual([
        { start: 0, end: 5, deadLetters: 1 },
        { start: 5, end: null, deadLetters: 0 },
      ]);
      expect(read?.rows).toHaveLength(2);
      expect(await rowsFrom(5)).toEqual([row('ATL', 1, 1)]);
      expect((await store.load(id))?.openRows).toEqual([row('ATL', 1, 1)]);
    });

    it('replaces a record by an empty one whose old rows are no longer visible, even at the same start', async () => {
      await begin();
      await store.commit(id, pair(0, 0), change(2, [row('ATL', 1, 2)]));
      expect(await store.reset(id, null, 0)).toBe(false);
      expect(await store.reset(id, pair(2, 1), 0)).toBe(false);
      expect(await store.reset(id, pair(2, 0), 0)).toBe(true);
      expect(await rowsFrom(0)).toEqual([]);
      await store.commit(id, pair(0, 0), change(1, [row('JFK', 1, 1)]));
      await store.sweep(id);
      expect(await rowsFrom(0)).toEqual([row('JFK', 1, 1)]);
    });

    it('drops sealed epochs that end at or below the cut, and never the open one', async () => {
      await begin();
      for (const [from, to] of [
        [0, 2],
        [2, 4],
        [4, 6],
      ] as const) {
        await store.commit(id, pair(from, from), change(to, [row('ATL', from, to)]));
        await store.seal(id, pair(to, from));
      }
      await store.commit(id, pair(6, 6), change(7, [row('ATL', 6, 7)]));
      expect(await store.dropSealed(id, 3)).toBe(1);
      expect(await store.dropSealed(id, 3)).toBe(0);
      expect((await store.read(id, 0, everything, MANY))?.record.epochs.map(({ start }) => start)).toEqual([2, 4, 6]);
      expect(await store.dropSealed(id, 100)).toBe(2);
      await store.sweep(id);
      await store.sweep(id);
      expect((await store.read(id, 0, everything, MANY))?.record.epochs).toEqual([
        { start: 6, end: null, deadLetters: 0 },
      ]);
      expect(await rowsFrom(0)).toEqual([row('ATL', 6, 7)]);
    });

    it('keeps what JSON cannot say plainly: big integers, nulls, negative windows, any text', async () => {
      await begin();
      const rows = [row(null, -3, 2n ** 62n, -(2n ** 63n)), row('', 0, null, true), row('"\\,😀\n', 1, 'é"', false)];
      await store.commit(id, pair(0, 0), change(1, rows));
      expect(await rowsFrom(0)).toEqual(inOrder(rows));
    });

    it('selects by dimension and range of windows', async () => {
      await begin();
      const rows = ['ATL', 'ATLX', 'JFK', null].flatMap((airport) =>
        [-1, 0, 1, 200].map((window) => row(airport, window, 1)),
      );
      await store.commit(id, pair(0, 0), change(1, rows));
      const selected = (
        dimension: RowSelection['dimensions'][number],
        fromWindow: number | null,
        toWindow: number | null,
      ) => rowsFrom(0, { dimensions: [dimension], fromWindow, toWindow });
      expect(await selected(['ATL'], null, null)).toEqual(inOrder(rows.filter((r) => r.dimensions[0] === 'ATL')));
      expect(await selected(['JFK', null], 0, 2)).toEqual(
        inOrder(
          rows
            .filter((r) => r.dimensions[0] === 'JFK' || r.dimensions[0] === null)
            .filter((r) => r.window >= 0 && r.window < 2),
        ),
      );
      expect(await selected(null, 1, null)).toEqual(inOrder(rows.filter((r) => r.window >= 1)));
      expect(await selected(null, null, 0)).toEqual(inOrder(rows.filter((r) => r.window < 0)));
      expect(await selected(['none'], null, null)).toEqual([]);
      expect(await selected(null, 5, 5)).toEqual([]);
    });

    it('refuses to read more rows than it may, and takes commits of thousands', async () => {
      await begin();
      const rows = Array.from({ length: MANY }, (_, index) => row(`A${index % 100}`, index, index));
      await store.commit(id, pair(0, 0), change(1, rows));
      expect(await rowsFrom(0)).toHaveLength(MANY);
      await expect(store.read(id, 0, everything, MANY - 1)).rejects.toMatchObject({ code: 'answer-too-large' });
    });

    it('lets exactly one of many equal commits happen', async () => {
      await begin();
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.commit(id, pair(0, 0), change(1, [row('ATL', 0, index)]))),
      );
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect(await rowsFrom(0)).toEqual([row('ATL', 0, outcomes.indexOf(true))]);
    });

    it('never shows rows of one moment with an offset of another', async () => {
      await begin();
      const writing = (async () => {
        for (let applied = 0; applied < 200; applied++)
          await store.commit(
            id,
            pair(applied, 0),
            change(applied + 1, [row('ATL', 0, applied + 1), row('JFK', 0, applied + 1)]),
          );
      })();
      for (let reads = 0; reads < 100; reads++) {
        const read = await store.read(id, 0, everything, MANY);
        for (const { parts } of read?.rows ?? []) expect(parts[0]).toBe(read?.record.applied);
      }
      await writing;
    });
  });
}
