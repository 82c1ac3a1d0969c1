import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NOTHING_ASIDE, type ArchivedEvent, type ArchivedRecord, type Offset, type Partition } from '@twofold/core';
import {
  NO_CHANGES,
  type ArchiveFile,
  type ClosedRecord,
  type MasterDataset,
  type OpenedRecord,
  type WaitingChanges,
} from '@twofold/ports';
import { ARCHIVED_TYPES, appendedAt, landedAt, landedRange } from './archived-flights.js';

export type MasterDatasetUnderTest = {
  /** The dataset as one process has it; all of them are of one archive. */
  open(): Promise<MasterDataset>;
  /** The offsets of the records that a live file holds, in its order. */
  offsetsIn(file: ArchiveFile): Promise<readonly Offset[]>;
};

const cancelledAt = (offset: Offset): ArchivedEvent => ({
  ...landedAt(offset),
  type: 'flight.cancelled',
  values: ['ATL'],
});
const strangeAt = (offset: Offset): ArchivedEvent => ({
  ...landedAt(offset),
  type: 'ship.landed',
  version: 0,
  timeMs: 0,
  values: [],
});
const deadAt = (offset: Offset): ArchivedEvent => ({
  ...landedAt(offset),
  verdict: { kind: 'dead', code: 'unreadable', reason: 'its value is no JSON' },
  version: 0,
  timeMs: 0,
  dataText: '{"origin',
  values: [],
});

const WHY = { code: 'unreadable', reason: 'its value is no JSON' } as const;
const opened = (offset: Offset, dead: OpenedRecord['dead']): OpenedRecord => ({
  ...{ offset, place: offset, key: 'ATL', dead, eventType: 'flight.landed' },
  record: { offset, appendedAtMs: appendedAt(offset), key: Buffer.from('ATL'), value: null, headers: [] },
});
/** Nothing is resolved. */
const waitingOf = (events: readonly ArchivedEvent[]): WaitingChanges => ({
  opened: events.flatMap(({ offset, verdict }) => (verdict.kind === 'dead' ? [opened(offset, WHY)] : [])),
  closed: [],
});

const duplicateAt = (offset: Offset): ArchivedEvent => ({ ...landedAt(offset), verdict: { kind: 'duplicate' } });

/** Every sentence of the port in master-dataset.ts, on one implementation. */
export function masterDatasetContract(name: string, setup: () => Promise<MasterDatasetUnderTest>): void {
  describe(`master dataset: ${name}`, () => {
    let archive: MasterDatasetUnderTest;
    let one: MasterDataset;
    let other: MasterDataset;
    let streams = 0;
    beforeAll(async () => {
      archive = await setup();
      one = await archive.open();
      other = await archive.open();
    }, 60_000);
    afterAll(() => Promise.all([one.close(), other.close()]), 60_000);

    /** A partition that no other test uses. */
    const newPartition = (): Partition => ({ stream: `flights-${++streams}`, partition: 0 });
    const below = ({ stream, partition }: Partition, offset: Offset): Record<string, Offset[]> => ({
      [stream]: [...new Array<Offset>(partition).fill(0), offset],
    });
    const offsetsOf = async (partition: Partition, eventType: string | null, cut: Offset): Promise<Offset[]> => {
      const files = await one.filesBelow(below(partition, cut), eventType);
      return (await Promise.all(files.map((file) => archive.offsetsIn(file)))).flat();
    };

    test('a partition is archived to 0 at first, then to the end of its last range', async () => {
      const partition = newPartition();
      expect(await one.archivedTo(partition)).toBe(0);
      expect(await one.append(partition, 0, 3, landedRange(0, 3), ARCHIVED_TYPES, NO_CHANGES)).toBe(true);
      expect(await one.archivedTo(partition)).toBe(3);
      expect(await one.append(partition, 3, 7, landedRange(3, 7), ARCHIVED_TYPES, NO_CHANGES)).toBe(true);
      expect(await other.archivedTo(partition)).toBe(7);
    });

    test('partitions and streams have archives of their own', async () => {
      const [first, foreign] = [newPartition(), newPartition()];
      const second = { ...first, partition: 1 };
      await one.append(first, 0, 3, landedRange(0, 3), ARCHIVED_TYPES, NO_CHANGES);
      await one.append(second, 0, 5, landedRange(0, 5), ARCHIVED_TYPES, NO_CHANGES);
      expect(await Promise.all([first, second, foreign].map((of) => one.archivedTo(of)))).toEqual([3, 5, 0]);
      const files = await one.filesBelow({ [first.stream]: [3, 5], [foreign.stream]: [9] }, 'flight.landed');
      expect(files.map(({ partition, to }) => [partition, to])).toEqual([
        [first, 3],
        [second, 5],
      ]);
    });

    test('a file holds the events of one version of a type, in order of offset; another the records of no known type', async () => {
      const partition = newPartition();
      const events = [landedAt(0), deadAt(1), cancelledAt(2), landedAt(3, 2), strangeAt(4), landedAt(5)];
      await one.append(partition, 0, 6, events, ARCHIVED_TYPES, NO_CHANGES);
      const described = async (eventType: string | null): Promise<unknown> =>
        Promise.all(
          (await one.filesBelow(below(partition, 6), eventType)).map(async (file) => [
            file.eventType,
            file.eventVersion,
            file.from,
            file.to,
            file.rowCount,
            await archive.offsetsIn(file),
          ]),
        );
      expect(await described('flight.landed')).toHaveLength(2);
      expect(await described('flight.landed')).toEqual(
        expect.arrayContaining([
          ['flight.landed', 1, 0, 6, 2, [0, 5]],
          ['flight.landed', 2, 0, 6, 1, [3]],
        ]),
      );
      expect(await described('flight.cancelled')).toEqual([['flight.cancelled', 1, 0, 6, 1, [2]]]);
      expect(await described(null)).toEqual([[null, null, 0, 6, 2, [1, 4]]]);
      expect(await described('ship.landed')).toEqual([]);
    });

    test('a file says how large it is: the more there is in it, the larger', async () => {
      const partition = newPartition();
      await one.append(partition, 0, 1, landedRange(0, 1), ARCHIVED_TYPES, NO_CHANGES);
      await one.append(partition, 1, 2_001, landedRange(1, 2_001), ARCHIVED_TYPES, NO_CHANGES);
      const [small, large] = await one.filesBelow(below(partition, 2_001), 'flight.landed');
      expect(small?.sizeBytes).toBeGreaterThan(0);
      expect(large?.sizeBytes).toBeGreaterThan(small?.sizeBytes ?? 0);
    });

    test('the offsets of a range need not be dense, and a range may hold no record at all', async () => {
      const partition = newPartition();
      expect(await one.append(partition, 0, 10, [landedAt(2), landedAt(7)], ARCHIVED_TYPES, NO_CHANGES)).toBe(true);
      expect(await one.append(partition, 10, 20, [], ARCHIVED_TYPES, NO_CHANGES)).toBe(true);
      expect(await one.append(partition, 20, 30, landedRange(20, 21), ARCHIVED_TYPES, NO_CHANGES)).toBe(true);
      expect(await one.archivedTo(partition)).toBe(30);
      expect(await offsetsOf(partition, 'flight.landed', 30)).toEqual([2, 7, 20]);
      expect(await one.summaryBelow(below(partition, 20))).toEqual({ ...NOTHING_ASIDE, appliedAtMs: appendedAt(7) });
    });

    test.each([
      ['the last range again', 4, 8],
      ['a range that overlaps the last', 4, 12],
      ['a range that begins inside another', 6, 12],
      ['a range that begins before all', 0, 20],
      ['a range that leaves a gap', 9, 12],
    ])('%s is refused, and nothing of it is live', async (_, from, to) => {
      const partition = newPartition();
      await one.append(partition, 0, 4, landedRange(0, 4), ARCHIVED_TYPES, NO_CHANGES);
      await one.append(partition, 4, 8, landedRange(4, 8), ARCHIVED_TYPES, NO_CHANGES);
      expect(await other.append(partition, from, to, landedRange(from, to, deadAt), ARCHIVED_TYPES, NO_CHANGES)).toBe(
        false,
      );
      expect(await one.archivedTo(partition)).toBe(8);
      expect(await offsetsOf(partition, 'flight.landed', 100)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(await offsetsOf(partition, null, 100)).toEqual([]);
      expect(await one.append(partition, 8, 9, landedRange(8, 9), ARCHIVED_TYPES, NO_CHANGES)).toBe(true);
    });

    test('of two archivers at one range exactly one is first, every time, and no record is lost or twice', async () => {
      const partition = newPartition();
      let end = 0;
      for (let round = 0; round < 15; round++) {
        const tries = [one, other].map((archiver, index) => {
          const to = end + 1 + ((round + index) % 3);
          return archiver.append(partition, end, to, landedRange(end, to), ARCHIVED_TYPES, NO_CHANGES);
        });
        expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
        end = await one.archivedTo(partition);
        expect(await offsetsOf(partition, 'flight.landed', end)).toEqual(Array.from({ length: end }, (_, n) => n));
      }
    }, 60_000);

    test('two archivers that each go on as fast as they can leave every record in the archive once', async () => {
      const partition = newPartition();
      const archiveOn = async (archiver: MasterDataset, records: number): Promise<number> => {
        let won = 0;
        for (let from = 0; (from = await archiver.archivedTo(partition)) < 120;) {
          if (
            await archiver.append(
              partition,
              from,
              from + records,
              landedRange(from, from + records),
              ARCHIVED_TYPES,
              NO_CHANGES,
            )
          )
            won++;
        }
        return won;
      };
      const won = await Promise.all([archiveOn(one, 5), archiveOn(other, 7)]);
      const end = await one.archivedTo(partition);
      expect(won[0] * 5 + won[1] * 7).toBe(end);
      expect(await offsetsOf(partition, 'flight.landed', end)).toEqual(Array.from({ length: end }, (_, n) => n));
    }, 60_000);

    test('the files below a cut are those of the ranges that begin below it, the one it goes through among them', async () => {
      const partition = newPartition();
      for (const from of [0, 10, 20])
        await one.append(partition, from, from + 10, landedRange(from, from + 10), ARCHIVED_TYPES, NO_CHANGES);
      const endsBelow = async (cut: Offset): Promise<Offset[]> =>
        (await one.filesBelow(below(partition, cut), 'flight.landed')).map(({ to }) => to);
      expect(await endsBelow(0)).toEqual([]);
      expect(await endsBelow(1)).toEqual([10]);
      expect(await endsBelow(10)).toEqual([10]);
      expect(await endsBelow(11)).toEqual([10, 20]);
      expect(await endsBelow(30)).toEqual([10, 20, 30]);
      expect(await one.filesBelow({}, 'flight.landed')).toEqual([]);
    });

    test('identities are those of events, duplicates among them, in order, of exactly the range asked for', async () => {
      const partition = newPartition();
      const heldAt = (offset: Offset): ArchivedEvent => ({ ...landedAt(offset), verdict: { kind: 'held' } });
      const freed = { ...landedAt(5), appliedOffset: 7 };
      const resolution: ArchivedEvent = { ...landedAt(7), verdict: { kind: 'resolution' } };
      const first = [landedAt(0), deadAt(1), strangeAt(2), duplicateAt(3)];
      await one.append(partition, 0, 4, first, ARCHIVED_TYPES, waitingOf(first));
      const second = [landedAt(4), heldAt(5), duplicateAt(6), resolution, freed, landedAt(8)];
      await one.append(partition, 4, 9, second, ARCHIVED_TYPES, NO_CHANGES);
      const within = async (from: Offset, below: Offset) => one.identities(partition, from, below);
      const identityAt = (offset: Offset) => {
        const { appendedAtMs, source, id } = landedAt(offset);
        return { offset, appendedAtMs, source, id };
      };
      expect((await within(0, 9)).map(({ offset }) => offset)).toEqual([0, 3, 4, 5, 6, 8]);
      expect(await within(3, 8)).toEqual([3, 4, 5, 6].map(identityAt));
      expect(await within(4, 4)).toEqual([]);
      expect(await within(7, 8)).toEqual([]);
    });

    describe('what is read', () => {
      const readOf = async (
        partition: Partition,
        from: Offset,
        below: Offset,
        types: readonly string[],
      ): Promise<readonly ArchivedRecord[]> => {
        const records: ArchivedRecord[] = [];
        for await (const chunk of one.read(partition, { from, below }, types)) records.push(...chunk);
        return records;
      };
      const [ofLanded, ofBoth] = [['flight.landed'], ['flight.landed', 'flight.cancelled']];

      test('are the events of these types that apply in the range, all versions, as they came', async () => {
        const partition = newPartition();
        const first = [landedAt(0), deadAt(1), cancelledAt(2), landedAt(3, 2), strangeAt(4), duplicateAt(5)];
        await one.append(partition, 0, 7, first, ARCHIVED_TYPES, waitingOf(first));
        await one.append(partition, 7, 9, [landedAt(7), cancelledAt(8)], ARCHIVED_TYPES, NO_CHANGES);
        const offsetsOf = async (from: Offset, below: Offset, types: readonly string[]): Promise<readonly Offset[]> =>
          (await readOf(partition, from, below, types)).map(({ offset }) => offset);
        expect(await offsetsOf(0, 9, ofBoth)).toEqual([0, 2, 3, 7, 8]);
        expect(await offsetsOf(0, 9, ofLanded)).toEqual([0, 3, 7]);
        expect(await offsetsOf(2, 8, ofBoth)).toEqual([2, 3, 7]);
        expect(await offsetsOf(3, 4, ofBoth)).toEqual([3]);
        expect(await offsetsOf(4, 7, ofBoth)).toEqual([]);
        expect(await offsetsOf(9, 9, ofBoth)).toEqual([]);
        expect(await offsetsOf(0, 9, [])).toEqual([]);
        const { offset, appliedOffset, subject, type, version, timeMs, dataText } = landedAt(3, 2);
        const [, second] = await readOf(partition, 0, 9, ofLanded);
        expect(second).toMatchObject({ offset, appliedOffset, subject, type, version, timeMs, dataText });
      });

      test('come by the offset at which they count, and what one record released in the order of its release', async () => {
        const partition = newPartition();
        const held = (event: ArchivedEvent): ArchivedEvent => ({ ...event, verdict: { kind: 'held' } });
        const first = [deadAt(0), held(landedAt(1)), held(cancelledAt(2)), held(landedAt(3, 2)), landedAt(4)];
        await one.append(partition, 0, 5, first, ARCHIVED_TYPES, NO_CHANGES);
        const released = [landedAt(3, 2), cancelledAt(2), landedAt(1)].map((event) => ({ ...event, appliedOffset: 6 }));
        const second = [landedAt(5), cancelledAt(6), ...released, landedAt(7)];
        await one.append(partition, 5, 8, second, ARCHIVED_TYPES, NO_CHANGES);
        const placesOf = async (from: Offset, below: Offset): Promise<readonly (readonly Offset[])[]> =>
          (await readOf(partition, from, below, ofBoth)).map(({ offset, appliedOffset }) => [appliedOffset, offset]);
        const all = [4, 5, 6].map((offset) => [offset, offset]);
        const freed = [3, 2, 1].map((offset) => [6, offset]);
        expect(await placesOf(0, 8)).toEqual([...all, ...freed, [7, 7]]);
        expect(await placesOf(6, 7)).toEqual([[6, 6], ...freed]);
        expect(await placesOf(0, 6)).toEqual(all.slice(0, 2));
      });

      test('may be many, over many ranges; whoever has enough leaves, and may be stopped', async () => {
        const partition = newPartition();
        for (let from = 0; from < 9_000; from += 3_000)
          await one.append(partition, from, from + 3_000, landedRange(from, from + 3_000), ARCHIVED_TYPES, NO_CHANGES);
        const records = await readOf(partition, 10, 8_990, ofLanded);
        expect(records.map(({ offset }) => offset)).toEqual(Array.from({ length: 8_980 }, (_, n) => n + 10));
        for await (const chunk of one.read(partition, { from: 0, below: 9_000 }, ofLanded)) {
          expect(chunk.length).toBeGreaterThan(0);
          break;
        }
        const stop = new AbortController();
        const stopping = one.read(partition, { from: 0, below: 9_000 }, ofLanded, stop.signal)[Symbol.asyncIterator]();
        expect(await stopping.next()).toMatchObject({ done: false });
        stop.abort();
        await expect(stopping.next()).rejects.toMatchObject({ code: 'conflict' });
      });
    });

    test('the summary counts what is set aside and tells the newest append time, exactly at the cut', async () => {
      const partition = newPartition();
      const first = [landedAt(0), deadAt(1), strangeAt(2), deadAt(3)];
      await one.append(partition, 0, 4, first, ARCHIVED_TYPES, waitingOf(first));
      const second = [landedAt(4), deadAt(5), duplicateAt(6), deadAt(7), duplicateAt(8)];
      await one.append(partition, 4, 9, second, ARCHIVED_TYPES, waitingOf(second));
      const summaryAt = (cut: Offset) => one.summaryBelow(below(partition, cut));
      expect(await summaryAt(0)).toEqual({ deadLetters: 0, duplicates: 0, held: 0, appliedAtMs: null });
      expect(await summaryAt(1)).toEqual({ deadLetters: 0, duplicates: 0, held: 0, appliedAtMs: appendedAt(0) });
      expect(await summaryAt(3)).toEqual({ deadLetters: 1, duplicates: 0, held: 0, appliedAtMs: appendedAt(2) });
      expect(await summaryAt(4)).toEqual({ deadLetters: 2, duplicates: 0, held: 0, appliedAtMs: appendedAt(3) });
      expect(await summaryAt(6)).toEqual({ deadLetters: 3, duplicates: 0, held: 0, appliedAtMs: appendedAt(5) });
      expect(await summaryAt(7)).toEqual({ deadLetters: 3, duplicates: 1, held: 0, appliedAtMs: appendedAt(6) });
      expect(await summaryAt(9)).toEqual({ deadLetters: 4, duplicates: 2, held: 0, appliedAtMs: appendedAt(8) });
      expect(await offsetsOf(partition, 'flight.landed', 9)).toEqual([0, 4]);
      expect(await offsetsOf(partition, null, 9)).toEqual([1, 2, 3, 5, 6, 7, 8]);
    });

    test('an event that was held has a row as such, and counts from what releases it on; the summary is as of the cut', async () => {
      const partition = newPartition();
      const heldAt = (offset: Offset): ArchivedEvent => ({ ...landedAt(offset), verdict: { kind: 'held' } });
      const freed = (offset: Offset, appliedOffset: Offset): ArchivedEvent => ({ ...landedAt(offset), appliedOffset });
      const resolution = { kind: 'resolution' } as const;
      const first = [deadAt(0), heldAt(1), landedAt(2)];
      await one.append(partition, 0, 3, first, ARCHIVED_TYPES, {
        opened: [opened(0, WHY), opened(1, null)],
        closed: [],
      });
      const second = [
        heldAt(3),
        { ...landedAt(4), verdict: resolution },
        freed(1, 4),
        freed(3, 4),
        landedAt(5),
        deadAt(6),
      ];
      const closed: readonly ClosedRecord[] = [
        { offset: 0, at: 4, by: 'discard' },
        { offset: 1, at: 4, by: 'release' },
        { offset: 3, at: 4, by: 'release' },
      ];
      const waiting: WaitingChanges = { opened: [opened(3, null), opened(6, WHY)], closed };
      expect(await one.append(partition, 3, 7, second, ARCHIVED_TYPES, waiting)).toBe(true);
      const asideAt = async (cut: Offset): Promise<readonly number[]> => {
        const { deadLetters, held } = await one.summaryBelow(below(partition, cut));
        return [deadLetters, held];
      };
      expect(await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(asideAt))).toEqual([
        ...[
          [0, 0],
          [1, 0],
          [1, 1],
          [1, 1],
        ],
        ...[
          [1, 2],
          [0, 0],
          [0, 0],
          [1, 0],
        ],
      ]);
      expect(await offsetsOf(partition, 'flight.landed', 3)).toEqual([2]);
      expect(await offsetsOf(partition, 'flight.landed', 7)).toEqual([2, 1, 3, 5]);
      expect(await offsetsOf(partition, null, 7)).toEqual([0, 1, 3, 4, 6]);
    });

    test('the summary of a cut through several partitions is of all of them', async () => {
      const first = newPartition();
      const second = { ...first, partition: 1 };
      const [ofFirst, ofSecond] = [[...landedRange(0, 8), deadAt(8)], landedRange(0, 4, deadAt)];
      await one.append(first, 0, 9, ofFirst, ARCHIVED_TYPES, waitingOf(ofFirst));
      await one.append(second, 0, 4, ofSecond, ARCHIVED_TYPES, waitingOf(ofSecond));
      expect(await one.summaryBelow({ [first.stream]: [9, 2] })).toEqual({
        deadLetters: 3,
        duplicates: 0,
        held: 0,
        appliedAtMs: appendedAt(8),
      });
    });
  });
}
