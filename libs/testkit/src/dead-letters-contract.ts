import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Offset, Partition, RawRecord } from '@twofold/core';
import type {
  ClosedRecord,
  DeadLetterAction,
  DeadLetterFilter,
  DeadLetters,
  OpenedRecord,
  WaitingChanges,
} from '@twofold/ports';

export type DeadLettersUnderTest = {
  readonly deadLetters: DeadLetters;
  /** As a master dataset does in `append`: the range [from, to), and what it changes. */
  append(partition: Partition, from: Offset, to: Offset, changes: WaitingChanges): Promise<void>;
};

/** Bytes that are no text, and a zero. */
const BYTES = Buffer.from([0x00, 0xff, 0xfe, 0x41]);
const rawAt = (offset: Offset): RawRecord => ({
  offset,
  appendedAtMs: 1_700_000_000_000 + offset,
  key: Buffer.from('a'),
  value: BYTES,
  headers: [
    ['ce_id', Buffer.from(`${offset}`)],
    ['odd\0name', BYTES],
    ['empty', Buffer.alloc(0)],
    ['none', null],
    ['ce_id', Buffer.from('again')],
  ],
});
const UNREADABLE = { code: 'unreadable', reason: 'its value is no JSON' } as const;
const INVALID = { code: 'invalid-data', reason: 'price is no integer (at /price)' } as const;
const OVERFLOW = { code: 'held-overflow', reason: 'no room' } as const;
const dead = (offset: Offset, why: OpenedRecord['dead'] = UNREADABLE, place = offset): OpenedRecord => ({
  ...{ offset, place, key: 'a', dead: why, eventType: 'thing.sold', record: rawAt(offset) },
});
const held = (offset: Offset): OpenedRecord => dead(offset, null);
const closed = (offset: Offset, at: Offset, by: ClosedRecord['by']): ClosedRecord => ({ offset, at, by });
const ANY: DeadLetterFilter = { stream: null, code: null, reason: null, state: null };

/** Every sentence of the port in dead-letters.ts, on one implementation. */
export function deadLettersContract(name: string, setup: () => Promise<DeadLettersUnderTest>): void {
  describe(`dead letters: ${name}`, () => {
    let under: DeadLettersUnderTest;
    let ledger: DeadLetters;
    let streams = 0;
    beforeAll(async () => {
      under = await setup();
      ledger = under.deadLetters;
    }, 60_000);

    /** A partition that no other test uses. */
    const newPartition = (): Partition => ({ stream: `sales-${++streams}`, partition: 0 });
    const append = (partition: Partition, from: Offset, to: Offset, changes: Partial<WaitingChanges>): Promise<void> =>
      under.append(partition, from, to, { opened: [], closed: [], ...changes });
    const inStream = ({ stream }: Partition, filter: Partial<DeadLetterFilter> = {}): DeadLetterFilter => ({
      ...ANY,
      stream,
      ...filter,
    });
    const offsetsOf = async (filter: DeadLetterFilter): Promise<readonly Offset[]> =>
      (await ledger.list(filter, null, 100)).map(({ offset }) => offset);

    it('nothing waits where nothing is archived, and the state is that of offset 0', async () => {
      expect(await ledger.lastState(newPartition(), 100, 50)).toEqual({
        ...{ offset: 0, waiting: [], redrives: [], overflowed: [] },
      });
    });

    it('the state as of an offset is what waited there, in order of place, whatever came after', async () => {
      const partition = newPartition();
      await append(partition, 0, 10, { opened: [dead(2), held(3), dead(5)] });
      await append(partition, 10, 20, {
        opened: [dead(12, INVALID, 2), held(15)],
        closed: [closed(2, 12, 'redrive'), closed(12, 16, 'discard'), closed(3, 16, 'release')],
      });
      const waitsAt = async (offset: Offset) =>
        (await ledger.lastState(partition, offset, 0)).waiting.map(
          (one) => `${one.kind} ${one.offset} at ${one.place}`,
        );
      expect(await waitsAt(2)).toEqual([]);
      expect(await waitsAt(3)).toEqual(['dead 2 at 2']);
      expect(await waitsAt(12)).toEqual(['dead 2 at 2', 'held 3 at 3', 'dead 5 at 5']);
      expect(await waitsAt(13)).toEqual(['dead 12 at 2', 'held 3 at 3', 'dead 5 at 5']);
      expect(await waitsAt(16)).toEqual(['dead 12 at 2', 'held 3 at 3', 'dead 5 at 5', 'held 15 at 15']);
      expect(await waitsAt(17)).toEqual(['dead 5 at 5', 'held 15 at 15']);
      expect((await ledger.lastState(partition, 99, 0)).offset).toBe(20);
      expect((await ledger.lastState(partition, 4, 0)).offset).toBe(4);
    });

    it('what is held comes back byte for byte, with the key of its queue', async () => {
      const partition = newPartition();
      await append(partition, 0, 5, { opened: [dead(1), { ...held(3), key: 'a\0b' }] });
      const { waiting } = await ledger.lastState(partition, 5, 0);
      expect(waiting).toEqual([
        { kind: 'dead', offset: 1, place: 1, key: 'a' },
        { kind: 'held', offset: 3, place: 3, key: 'a\0b', record: rawAt(3) },
      ]);
    });

    it('the state names redrives and overflows of the window before it, and no others', async () => {
      const partition = newPartition();
      await append(partition, 0, 20, {
        opened: [dead(1), dead(2), dead(3), dead(4, OVERFLOW), dead(9, OVERFLOW)],
        closed: [closed(1, 5, 'redrive'), closed(2, 8, 'redrive'), closed(3, 9, 'discard')],
      });
      expect(await ledger.lastState(partition, 20, 20)).toMatchObject({ redrives: [5, 8], overflowed: [4, 9] });
      expect(await ledger.lastState(partition, 9, 4)).toMatchObject({ redrives: [5, 8], overflowed: [] });
      expect(await ledger.lastState(partition, 10, 2)).toMatchObject({ redrives: [8], overflowed: [9] });
      expect(await ledger.lastState(partition, 10, 0)).toMatchObject({ redrives: [], overflowed: [] });
    });

    it('lists dead letters in order, by what they are, page by page; held events are none', async () => {
      const partition = newPartition();
      const other = { ...partition, partition: 1 };
      await append(other, 0, 9, { opened: [dead(0)] });
      await append(partition, 0, 9, {
        opened: [dead(1), dead(2, INVALID), held(3), dead(4)],
        closed: [closed(4, 8, 'discard')],
      });
      expect(await offsetsOf(inStream(partition))).toEqual([1, 2, 4, 0]);
      expect(await offsetsOf(inStream(partition, { code: 'invalid-data' }))).toEqual([2]);
      expect(await offsetsOf(inStream(partition, { reason: UNREADABLE.reason, state: 'open' }))).toEqual([1, 0]);
      expect(await offsetsOf(inStream(partition, { state: 'resolved' }))).toEqual([4]);
      const rest = await ledger.list(inStream(partition), { ...partition, offset: 2 }, 1);
      expect(rest).toEqual([
        {
          ...partition,
          offset: 4,
          ...UNREADABLE,
          eventType: 'thing.sold',
          key: 'a',
          appendedAtMs: 1_700_000_000_004,
          closed: { at: 8, by: 'discard' },
        },
      ]);
      expect(await ledger.list(inStream(partition), { ...partition, offset: 4 }, 9)).toMatchObject([other]);
    });

    it('groups the open ones that failed alike, those with the most first', async () => {
      const partition = newPartition();
      await append(partition, 0, 9, {
        opened: [dead(1, INVALID), dead(2), dead(3), held(4), dead(5)],
        closed: [closed(5, 8, 'redrive')],
      });
      const times = { oldestAppendedAtMs: 1_700_000_000_002, newestAppendedAtMs: 1_700_000_000_003 };
      const unreadable = { stream: partition.stream, ...UNREADABLE, count: 2, ...times };
      expect(await ledger.groups(partition.stream, 10)).toEqual([
        { ...unreadable, example: { partition: 0, offset: 2 } },
        {
          ...{ stream: partition.stream, ...INVALID, count: 1, example: { partition: 0, offset: 1 } },
          ...{ oldestAppendedAtMs: 1_700_000_000_001, newestAppendedAtMs: 1_700_000_000_001 },
        },
      ]);
      expect(await ledger.groups(partition.stream, 1)).toHaveLength(1);
      const all = await ledger.groups(null, 1_000);
      expect(all.filter(({ stream }) => stream === partition.stream)).toHaveLength(2);
    });

    it('gives one with every byte, and none for what is not dead or not there', async () => {
      const partition = newPartition();
      await append(partition, 0, 9, { opened: [dead(1), held(3)] });
      expect(await ledger.get(partition, 1)).toMatchObject({ letter: { offset: 1, closed: null }, record: rawAt(1) });
      expect(await ledger.get(partition, 2)).toBeNull();
      expect(await ledger.get(partition, 3)).toBeNull();
      expect(await ledger.get({ ...partition, partition: 1 }, 1)).toBeNull();
    });

    it('takes a reason and a type that quote anything, of any length', async () => {
      const partition = newPartition();
      const reason = `it is ${'\ud83d\ude00'.repeat(3_000)}`;
      const odd = ['a\0', '\ud83d', reason, reason.slice(1)];
      const opened = odd.map((text, offset) => ({ ...dead(offset, { ...INVALID, reason: text }), eventType: text }));
      await append(partition, 0, 10, { opened });
      expect(await offsetsOf(inStream(partition))).toEqual([0, 1, 2, 3]);
      expect((await ledger.groups(partition.stream, 10)).map(({ count }) => count)).toEqual([1, 1, 1, 1]);
    });

    it('gives each to be told until it is noted', async () => {
      const partition = newPartition();
      await append(partition, 0, 9, { opened: [dead(1), held(2), dead(3), dead(4)] });
      const untold = async (limit: number) =>
        (await ledger.untold(partition, limit)).map(({ letter }) => letter.offset);
      expect(await untold(2)).toEqual([1, 3]);
      await ledger.noteTold(partition, [1, 3]);
      await ledger.noteTold(partition, [1]);
      expect(await untold(2)).toEqual([4]);
      expect((await ledger.untold(partition, 2))[0]?.record).toEqual(rawAt(4));
    });

    it('keeps what was done, in order, and where it came to stand', async () => {
      const partition = newPartition();
      const action = (id: string, requestedAtMs: number): DeadLetterAction => ({
        ...{ ...partition, id: `${partition.stream}-${id}`, by: 'ann', note: null, corrected: '{"id":"\\u0000"}' },
        ...{ resolution: { kind: 'redrive', target: 7 }, requestedAtMs, appendedAt: null },
      });
      const [first, second] = [action('1', 2_000), action('2', 1_000)];
      await ledger.addAction(first);
      await ledger.addAction(second);
      await expect(ledger.addAction(first)).rejects.toMatchObject({ code: 'conflict' });
      await ledger.completeAction(second.id, 12);
      await ledger.completeAction(second.id, 12);
      expect(await ledger.actionsOf(partition, 7, 10)).toEqual([first, { ...second, appendedAt: 12 }]);
      expect(await ledger.actionsOf(partition, 7, 1)).toEqual([first]);
      expect(await ledger.actionsOf(partition, 8, 10)).toEqual([]);
    });
  });
}
