import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  compareText,
  encodeParts,
  groupKeyOf,
  rowKeyOf,
  type RowSelection,
  type Scalar,
  type ViewRow,
} from '@twofold/core';
import type {
  Epoch,
  RecordPair,
  SealedStep,
  SpeedCommit,
  SpeedRecord,
  SpeedRecordId,
  SpeedViewStore,
} from '@twofold/ports';

export type SpeedViewStoreUnderTest = {
  readonly store: SpeedViewStore;
  /** A record that nobody used before, in a store without others of its view or stream. */
  readonly id: SpeedRecordId;
  /** The same store in the hands of another process; absent where there is only one. */
  readonly other?: SpeedViewStore;
};

const MANY = 10_000;
const everything: RowSelection = { dimensions: [null], fromWindow: null, toWindow: null };
const row = (airport: string | null, window: number, ...parts: Scalar[]): ViewRow => ({
  dimensions: [airport],
  window,
  parts,
});
const change = (applied: number, rows: readonly ViewRow[] = [], deadLetters = 0): SpeedCommit => ({
  applied,
  appliedAtMs: applied * 10,
  deadLetters,
  duplicates: 2 * deadLetters,
  held: 0 - deadLetters,
  rows,
});
const pair = (applied: number, openStart: number): RecordPair => ({ applied, openStart });
const epoch = (start: number, end: number | null, deadLetters = 0): Epoch => ({
  ...{ start, end, deadLetters },
  duplicates: 2 * deadLetters,
  held: 0 - deadLetters,
});
const inOrder = (rows: readonly ViewRow[] = []): readonly ViewRow[] =>
  [...rows].sort((a, b) => compareText(rowKeyOf(a) + encodeParts(a.parts), rowKeyOf(b) + encodeParts(b.parts)));

/** Every sentence of SpeedViewStore's contract, but for the store being away: that takes a real one. */
export function speedViewStoreContract(name: string, setup: () => Promise<SpeedViewStoreUnderTest>): void {
  describe(`${name} is a SpeedViewStore`, () => {
    let store: SpeedViewStore;
    let other: SpeedViewStore;
    let id: SpeedRecordId;
    beforeEach(async () => {
      const underTest = await setup();
      ({ store, id, other = store } = underTest);
    });
    afterEach(async () => {
      await store.close();
      if (other !== store) await other.close();
    });

    const begin = (cut = 0): Promise<boolean> => store.reset(id, null, cut);
    const rowsFrom = async (from: number, selection = everything): Promise<readonly ViewRow[]> =>
      inOrder((await store.read(id, from, selection, MANY))?.rows);
    const epochs = async (): Promise<readonly Epoch[] | undefined> =>
      (await store.read(id, 0, everything, MANY))?.record.epochs;
    /** Epochs [0,2), [2,4), [4,6) sealed, and [6,…) open with offset 6; a row of its own in each. */
    const sealThrice = async (): Promise<void> => {
      await begin();
      for (const start of [0, 2, 4]) {
        await store.commit(id, pair(start, start), change(start + 2, [row('ATL', start, start)]));
        await store.seal(id, pair(start + 2, start));
      }
      await store.commit(id, pair(6, 6), change(7, [row('ATL', 6, 6)]));
    };

    it('has no record at first: nothing to load, probe or read, and no write that names a pair matches', async () => {
      expect(await store.load(id)).toBeNull();
      expect(await store.probe(id)).toBeNull();
      expect(await store.read(id, 0, everything, MANY)).toBeNull();
      expect(await store.readSealed(id, 0, MANY, null)).toBeNull();
      expect(await store.readSealedKeys(id, 0, MANY, [row('ATL', 1)])).toBeNull();
      expect(await store.commit(id, pair(0, 0), change(1))).toBe(false);
      expect(await store.seal(id, pair(0, 0))).toBe(false);
      expect(await store.reset(id, pair(0, 0), 0)).toBe(false);
      expect(await store.dropSealed(id, 100)).toBe(0);
      await store.sweep(id);
      expect(await store.probe(id)).toBeNull();
    });

    it('begins a record with one open, empty epoch at the cut, once', async () => {
      expect(await begin(7)).toBe(true);
      expect(await begin(9)).toBe(false);
      expect(await store.load(id)).toEqual({
        record: { applied: 7, appliedAtMs: null, epochs: [epoch(7, null)] },
        openRows: [],
      });
    });

    it('keeps a record of its own for each view version and partition', async () => {
      const { view, partition } = id;
      const others: readonly SpeedRecordId[] = [
        { view: { ...view, version: `${view.version}1` }, partition },
        { view: { ...view, name: `${view.name}s` }, partition },
        { view, partition: { ...partition, partition: 1 } },
        { view, partition: { ...partition, stream: `${partition.stream}s` } },
      ];
      await sealThrice();
      for (const each of others) expect(await store.probe(each)).toBeNull();
      for (const each of others) await store.reset(each, null, 3);
      for (const each of others) await store.commit(each, pair(3, 3), change(4, [row('JFK', 1, 1)]));
      await store.reset(id, pair(7, 6), 0);
      await store.sweep(id);
      for (const each of others) expect((await store.load(each))?.openRows).toEqual([row('JFK', 1, 1)]);
    });

    it('commits rows as absolute values, with the offset, the time and the dead letters', async () => {
      await begin();
      expect(await store.commit(id, pair(0, 0), change(3, [row('ATL', 1, 5, null), row('JFK', 1, 1, 'x')], 1))).toBe(
        true,
      );
      expect(await store.commit(id, pair(3, 0), change(4, [row('ATL', 1, 6, -2)], 2))).toBe(true);
      const loaded = await store.load(id);
      expect(loaded?.record).toEqual({ applied: 4, appliedAtMs: 40, epochs: [epoch(0, null, 2)] });
      expect(inOrder(loaded?.openRows)).toEqual(inOrder([row('ATL', 1, 6, -2), row('JFK', 1, 1, 'x')]));
      expect(await store.probe(id)).toEqual(pair(4, 0));
    });

    it('commits an offset without rows, and a new window of a group that it has', async () => {
      await begin();
      await store.commit(id, pair(0, 0), change(1, [row('ATL', 1, 1)]));
      expect(await store.commit(id, pair(1, 0), change(2))).toBe(true);
      await store.commit(id, pair(2, 0), change(3, [row('ATL', 2, 2)]));
      expect(await rowsFrom(0)).toEqual([row('ATL', 1, 1), row('ATL', 2, 2)]);
      expect((await store.load(id))?.record.appliedAtMs).toBe(30);
    });

    it('refuses a commit whose offset is not the applied one, and writes nothing', async () => {
      await begin();
      await store.commit(id, pair(0, 0), change(2, [row('ATL', 1, 2)], 1));
      expect(await store.commit(id, pair(0, 0), change(1, [row('ATL', 1, 1), row('JFK', 1, 1)], 5))).toBe(false);
      expect(await store.commit(id, pair(3, 0), change(4, [row('ATL', 1, 4), row('JFK', 1, 1)], 5))).toBe(false);
      expect(await store.load(id)).toEqual({
        record: { applied: 2, appliedAtMs: 20, epochs: [epoch(0, null, 1)] },
        openRows: [row('ATL', 1, 2)],
      });
    });

    it('refuses a commit with the right offset after a seal: the open epoch is another (the offset alone is not enough)', async () => {
      await begin();
      await store.commit(id, pair(0, 0), change(1, [row('ATL', 1, 1)]));
      await other.seal(id, pair(1, 0));
      expect(await store.commit(id, pair(1, 0), change(2, [row('ATL', 1, 2)]))).toBe(false);
      expect(await store.seal(id, pair(1, 0))).toBe(false);
      expect(await store.reset(id, pair(1, 0), 0)).toBe(false);
      expect(await rowsFrom(1)).toEqual([]);
      expect(await rowsFrom(0)).toEqual([row('ATL', 1, 1)]);
    });

    it('refuses every write with the right open start after a reset (the start alone is not enough)', async () => {
      await begin();
      await store.commit(id, pair(0, 0), change(1, [row('ATL', 1, 1)]));
      expect(await other.reset(id, pair(1, 0), 0)).toBe(true);
      expect(await store.commit(id, pair(1, 0), change(2, [row('ATL', 1, 2)]))).toBe(false);
      expect(await store.seal(id, pair(1, 0))).toBe(false);
      expect(await store.reset(id, pair(1, 0), 1)).toBe(false);
      expect(await store.probe(id)).toEqual(pair(0, 0));
      expect(await rowsFrom(0)).toEqual([]);
    });

    it('takes a commit of whoever has the pair that stands, from whatever age: the pair names the rows', async () => {
      await begin();
      await store.commit(id, pair(0, 0), change(1, [row('ATL', 1, 1)]));
      await other.reset(id, pair(1, 0), 0);
      await other.commit(id, pair(0, 0), change(1, [row('ATL', 1, 1)]));
      expect(await store.commit(id, pair(1, 0), change(2, [row('ATL', 1, 2)]))).toBe(true);
      expect(await rowsFrom(0)).toEqual([row('ATL', 1, 2)]);
    });

    it('seals the open epoch at the applied offset and opens an empty one there, only on its pair', async () => {
      await begin();
      await store.commit(id, pair(0, 0), change(5, [row('ATL', 1, 5)], 1));
      expect(await store.seal(id, pair(4, 0))).toBe(false);
      expect(await store.seal(id, pair(5, 1))).toBe(false);
      expect(await epochs()).toEqual([epoch(0, null, 1)]);
      expect(await store.seal(id, pair(5, 0))).toBe(true);
      expect(await store.seal(id, pair(5, 0))).toBe(false);
      expect(await store.load(id)).toEqual({
        record: { applied: 5, appliedAtMs: 50, epochs: [epoch(0, 5, 1), epoch(5, null)] },
        openRows: [],
      });
      await store.commit(id, pair(5, 5), change(6, [row('ATL', 1, 1)]));
      expect(await epochs()).toEqual([epoch(0, 5, 1), epoch(5, null)]);
      expect((await store.load(id))?.openRows).toEqual([row('ATL', 1, 1)]);
    });

    it('reads the rows of each epoch from an offset on, one per epoch where they share dimensions and window', async () => {
      await begin();
      await store.commit(id, pair(0, 0), change(5, [row('ATL', 1, 5)]));
      await store.seal(id, pair(5, 0));
      await store.commit(id, pair(5, 5), change(6, [row('ATL', 1, 1)]));
      expect(await rowsFrom(0)).toEqual(inOrder([row('ATL', 1, 5), row('ATL', 1, 1)]));
      expect(await rowsFrom(1)).toEqual([row('ATL', 1, 1)]);
      expect(await rowsFrom(5)).toEqual([row('ATL', 1, 1)]);
      expect(await rowsFrom(6)).toEqual([]);
    });

    /** All steps of reading sealed epochs. */
    const sealedRows = async (from: number, to: number): Promise<readonly ViewRow[]> => {
      const rows: ViewRow[] = [];
      for (let after: string | null = null; ;) {
        const step: SealedStep | null = await store.readSealed(id, from, to, after);
        rows.push(...(step?.rows ?? []));
        after = step?.next ?? null;
        if (after === null) return inOrder(rows);
      }
    };

    it('reads the sealed epochs that lie within two offsets, never the open one, and says what the record is', async () => {
      await sealThrice();
      const [first, second, third] = [0, 2, 4].map((start) => row('ATL', start, start));
      expect(await sealedRows(0, 6)).toEqual([first, second, third]);
      expect(await sealedRows(2, 4)).toEqual([second]);
      expect(await sealedRows(1, 5)).toEqual([second]);
      expect(await sealedRows(3, 4)).toEqual([]);
      expect(await sealedRows(4, 100)).toEqual([third]);
      expect((await store.readSealed(id, 6, 7, null))?.record).toEqual((await store.load(id))?.record);
    });

    it('reads rows of sealed epochs by their keys, one per epoch, and says what the record is', async () => {
      await begin();
      for (const start of [0, 2, 4]) {
        const rows = [row('ATL', 1, start), row('ATL', 2, start), row(null, 1, start), row('"', 1, start)];
        await store.commit(id, pair(start, start), change(start + 2, rows));
        await store.seal(id, pair(start + 2, start));
      }
      await store.commit(id, pair(6, 6), change(7, [row('ATL', 1, 6)]));
      const read = async (from: number, to: number, keys: readonly ViewRow[]): Promise<readonly ViewRow[]> =>
        inOrder((await store.readSealedKeys(id, from, to, keys))?.rows);
      const keys = [row('ATL', 1), row(null, 1), row('JFK', 1), row('ATL', 3)];
      expect(await read(2, 6, keys)).toEqual(
        inOrder([row('ATL', 1, 2), row('ATL', 1, 4), row(null, 1, 2), row(null, 1, 4)]),
      );
      expect(await read(1, 5, [row('"', 1)])).toEqual([row('"', 1, 2)]);
      expect(await read(6, 7, keys)).toEqual([]);
      expect(await store.readSealedKeys(id, 0, 6, [])).toEqual({ record: (await store.load(id))?.record, rows: [] });
    });

    it('reads rows of sealed epochs that share dimensions and window one per epoch, and of one without dimensions', async () => {
      await begin();
      const total: ViewRow = { dimensions: [], window: 1, parts: [9] };
      await store.commit(id, pair(0, 0), change(5, [row('ATL', 1, 5), total]));
      await store.seal(id, pair(5, 0));
      await store.commit(id, pair(5, 5), change(6, [row('ATL', 1, 1), row('ATL', 2, 1), row(null, 1, 1)]));
      await store.seal(id, pair(6, 5));
      expect(await sealedRows(0, 6)).toEqual(
        inOrder([row('ATL', 1, 5), total, row('ATL', 1, 1), row('ATL', 2, 1), row(null, 1, 1)]),
      );
    });

    it('reads nothing of sealed epochs that were dropped, or were the record before', async () => {
      await sealThrice();
      await other.dropSealed(id, 4);
      expect(await sealedRows(0, 6)).toEqual([row('ATL', 4, 4)]);
      await other.reset(id, pair(7, 6), 0);
      expect(await sealedRows(0, 6)).toEqual([]);
    });

    it('replaces a record by an empty one whose old rows are no longer visible, even at the same start', async () => {
      await begin();
      await store.commit(id, pair(0, 0), change(2, [row('ATL', 1, 2)]));
      expect(await store.reset(id, null, 0)).toBe(false);
      expect(await store.reset(id, pair(2, 1), 0)).toBe(false);
      expect(await store.reset(id, pair(3, 0), 0)).toBe(false);
      expect(await rowsFrom(0)).toEqual([row('ATL', 1, 2)]);
      expect(await store.reset(id, pair(2, 0), 0)).toBe(true);
      expect(await store.load(id)).toEqual({
        record: { applied: 0, appliedAtMs: null, epochs: [epoch(0, null)] },
        openRows: [],
      });
      expect(await rowsFrom(0)).toEqual([]);
      await store.commit(id, pair(0, 0), change(1, [row('JFK', 1, 1)]));
      await store.sweep(id);
      expect(await rowsFrom(0)).toEqual([row('JFK', 1, 1)]);
    });

    it('replaces sealed epochs together with the open one, by one at any cut', async () => {
      await sealThrice();
      expect(await store.reset(id, pair(7, 6), 3)).toBe(true);
      expect(await epochs()).toEqual([epoch(3, null)]);
      expect(await rowsFrom(0)).toEqual([]);
      expect(await store.probe(id)).toEqual(pair(3, 3));
    });

    it('drops sealed epochs that end at or below the cut, and never the open one', async () => {
      await sealThrice();
      expect(await store.dropSealed(id, 1)).toBe(0);
      expect(await store.dropSealed(id, 3)).toBe(1);
      expect(await store.dropSealed(id, 3)).toBe(0);
      expect(await epochs()).toEqual([epoch(2, 4), epoch(4, 6), epoch(6, null)]);
      expect(await rowsFrom(0)).toEqual([row('ATL', 2, 2), row('ATL', 4, 4), row('ATL', 6, 6)]);
      expect(await store.dropSealed(id, 4)).toBe(1);
      expect(await store.dropSealed(id, 100)).toBe(1);
      expect(await epochs()).toEqual([epoch(6, null)]);
      expect(await rowsFrom(0)).toEqual([row('ATL', 6, 6)]);
    });

    it('keeps an open epoch that a cut goes through, with its rows and its start (it is not sealed yet)', async () => {
      await begin();
      await store.commit(id, pair(0, 0), change(5, [row('ATL', 1, 5)]));
      expect(await store.dropSealed(id, 3)).toBe(0);
      expect(await store.dropSealed(id, 5)).toBe(0);
      expect(await store.probe(id)).toEqual(pair(5, 0));
      expect(await rowsFrom(0)).toEqual([row('ATL', 1, 5)]);
    });

    it('takes a record away whole, so that no writer who knew it writes any more, and one begins anew', async () => {
      await sealThrice();
      await other.remove(id);
      expect(await store.load(id)).toBeNull();
      expect(await store.probe(id)).toBeNull();
      expect(await store.commit(id, pair(7, 6), change(8, [row('ATL', 7, 7)]))).toBe(false);
      expect(await store.seal(id, pair(7, 6))).toBe(false);
      expect(await store.reset(id, pair(7, 6), 0)).toBe(false);
      await other.remove(id);
      expect(await store.reset(id, null, 2)).toBe(true);
      await store.sweep(id);
      expect(await epochs()).toEqual([epoch(2, null)]);
      expect(await rowsFrom(0)).toEqual([]);
    });

    it('goes on writing with the same pair while another drops and sweeps', async () => {
      await sealThrice();
      await other.dropSealed(id, 6);
      expect(await store.commit(id, pair(7, 6), change(8, [row('ATL', 7, 7)]))).toBe(true);
      await other.sweep(id);
      expect(await store.seal(id, pair(8, 6))).toBe(true);
      expect(await rowsFrom(0)).toEqual([row('ATL', 6, 6), row('ATL', 7, 7)]);
    });

    it('sweeps what is dropped and nothing else, any number of times, also when the one who dropped it was killed', async () => {
      await sealThrice();
      await store.dropSealed(id, 3);
      await Promise.all([other.sweep(id), store.sweep(id)]);
      await other.sweep(id);
      expect(await rowsFrom(0)).toEqual([row('ATL', 2, 2), row('ATL', 4, 4), row('ATL', 6, 6)]);
      expect(await epochs()).toEqual([epoch(2, 4), epoch(4, 6), epoch(6, null)]);
    });

    it('keeps what JSON cannot say plainly: big integers, nulls, negative windows, any text', async () => {
      await begin();
      const texts = ['', ' ', '"', '\\', '"\\,😀\n', ',', '[1]', ':', '{}', '\x1f', 'null', 'é', 'e\u0301'];
      const rows = [
        row(null, -3, 2n ** 62n, -(2n ** 63n), 2n ** 63n - 1n),
        row('numbers', -2_000_000, 2 ** 53 - 1, -(2 ** 53) + 1, 0.1, 1e300, 5e-324),
        ...texts.map((text, window) => row(text, window, text, null, true, false)),
      ];
      await store.commit(id, pair(0, 0), change(1, rows));
      expect(await rowsFrom(0)).toEqual(inOrder(rows));
      expect(inOrder((await store.load(id))?.openRows)).toEqual(inOrder(rows));
      for (const text of texts) {
        const found = await rowsFrom(0, { ...everything, dimensions: [[text]] });
        expect(found).toEqual(rows.filter(({ dimensions }) => dimensions[0] === text));
      }
    });

    it('keeps rows of no dimension', async () => {
      await begin();
      const rows = [-1, 0, 1].map((window): ViewRow => ({ dimensions: [], window, parts: [window] }));
      await store.commit(id, pair(0, 0), change(1, rows));
      expect(inOrder((await store.load(id))?.openRows)).toEqual(inOrder(rows));
      expect(await rowsFrom(0, { dimensions: [], fromWindow: 0, toWindow: 1 })).toEqual([rows[1]]);
      expect(await rowsFrom(0, { dimensions: [], fromWindow: null, toWindow: null })).toEqual(inOrder(rows));
    });

    it('selects by dimension and range of windows, however wide', async () => {
      await begin();
      const rows = ['ATL', 'ATLX', 'JFK', null].flatMap((airport) =>
        [-1, 0, 1, 200].map((window) => row(airport, window, 1)),
      );
      await store.commit(id, pair(0, 0), change(1, rows));
      const wanted: RowSelection['dimensions'] = [null, ['ATL'], ['JFK', null], [null], ['none'], []];
      for (const values of wanted) {
        for (const fromWindow of [null, -1, 0, 5]) {
          for (const toWindow of [null, -5, 0, 2, 5, 300]) {
            const selection = { dimensions: [values], fromWindow, toWindow };
            expect(await rowsFrom(0, selection)).toEqual(inOrder(rows.filter((each) => isSelected(selection, each))));
          }
        }
      }
    });

    it('refuses to read more rows than it may, and takes commits of thousands', async () => {
      await begin();
      const rows = Array.from({ length: MANY }, (_, index) => row(`A${index % 100}`, index, index));
      const oneGroup = Array.from({ length: MANY }, (_, index) => row('B', index, index));
      await store.commit(id, pair(0, 0), change(1, rows));
      expect(await rowsFrom(0)).toEqual(inOrder(rows));
      await expect(store.read(id, 0, everything, MANY - 1)).rejects.toMatchObject({ code: 'answer-too-large' });
      await store.commit(id, pair(1, 0), change(2, oneGroup));
      expect(await rowsFrom(0, { ...everything, dimensions: [['B']] })).toEqual(inOrder(oneGroup));
      expect((await store.load(id))?.openRows).toHaveLength(2 * MANY);
    });

    it('lets exactly one of many equal commits happen, whoever sends them', async () => {
      await begin();
      const sent = Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? store : other).commit(id, pair(0, 0), change(1, [row('ATL', 0, index)])),
      );
      const outcomes = await Promise.all(sent);
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect(await rowsFrom(0)).toEqual([row('ATL', 0, outcomes.indexOf(true))]);
    });

    it('never shows rows of one moment with an offset or epochs of another', async () => {
      await begin();
      let isWriting = true;
      const write = async (): Promise<void> => {
        for (let at = 0, start = 0; at < 300 && isWriting; at++) {
          const rows = [row('ATL', start, at + 1), row('JFK', start, at + 1)];
          await other.commit(id, pair(at, start), change(at + 1, rows));
          if (at % 10 === 9 && (await other.seal(id, pair(at + 1, start)))) start = at + 1;
          if (at % 50 === 49) await other.dropSealed(id, at - 20);
        }
        isWriting = false;
      };
      const readAll = async (): Promise<void> => {
        while (isWriting) {
          const read = await store.read(id, 0, everything, MANY);
          const loaded = await store.load(id);
          if (read === null || loaded === null) throw new Error('the record is lost');
          expectOneMoment(read.record, read.rows);
          expectOneMoment(loaded.record, loaded.openRows);
        }
      };
      const stop = (): void => {
        isWriting = false;
      };
      const [writing, reading] = await Promise.allSettled([write(), readAll().finally(stop)]);
      if (reading.status === 'rejected') throw reading.reason;
      expect(writing.status).toBe('fulfilled');
    });
  });
}

/** Where each row tells, in its part, the offset that it was folded to, and in its window the start of its epoch. */
function expectOneMoment(record: SpeedRecord, rows: readonly ViewRow[]): void {
  expect(isContiguous(record)).toBe(true);
  for (const { window, parts } of rows) {
    const { end } = record.epochs.find(({ start }) => start === window) ?? {};
    expect(parts).toEqual([end ?? record.applied]);
  }
}

const isContiguous = ({ applied, epochs }: SpeedRecord): boolean =>
  epochs.every(({ end }, index) => end === (epochs[index + 1]?.start ?? null)) &&
  (epochs.at(-1)?.start ?? Infinity) <= applied;

const isSelected = (
  { dimensions, fromWindow, toWindow }: RowSelection,
  { dimensions: values, window }: ViewRow,
): boolean =>
  window >= (fromWindow ?? -Infinity) &&
  window < (toWindow ?? Infinity) &&
  dimensions.every(
    (wanted, at) =>
      wanted === null || wanted.some((value) => groupKeyOf([value]) === groupKeyOf(values.slice(at, at + 1))),
  );
