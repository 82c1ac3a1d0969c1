import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { FIRST_LAYOUT, type ArchiveLayout, type Offset, type Partition } from '@twofold/core';
import type { ArchiveEditions, MasterDataset } from '@twofold/ports';
import { NO_CHANGES } from '@twofold/ports';
import { ARCHIVED_TYPES, landedAt, landedRange } from './archived-flights.js';

export type ArchiveEditionsUnderTest = {
  readonly masterDataset: MasterDataset;
  readonly editions: ArchiveEditions;
  /** The same archive, as another process has it. */
  readonly others: ArchiveEditions;
  close(): Promise<void>;
};

const LAYOUT: ArchiveLayout = { ...FIRST_LAYOUT, rangeRecords: 10, compression: 'snappy' };
const ON = new AbortController().signal;

/** Every sentence of the port in archive-editions.ts, on one implementation. `setup` gives an archive of its own, empty. */
export function archiveEditionsContract(name: string, setup: () => Promise<ArchiveEditionsUnderTest>): void {
  describe(`archive editions: ${name}`, () => {
    const partition: Partition = { stream: 'flights', partition: 0 };
    let archive: ArchiveEditionsUnderTest;
    /** The last that was current, or was made. */
    let edition = 1;
    let end = 0;
    beforeAll(async () => {
      archive = await setup();
    }, 60_000);
    afterAll(() => archive.close(), 60_000);

    const append = async (records: number): Promise<boolean> => {
      const { masterDataset } = archive;
      const events = landedRange(end, end + records);
      const isLive = await masterDataset.append(partition, end, end + records, events, ARCHIVED_TYPES, NO_CHANGES);
      if (isLive) end += records;
      return isLive;
    };
    const current = async () => (await archive.editions.list()).find(({ state }) => state === 'current');
    const rewrite = (from: Offset, by = archive.editions) => by.rewrite(edition, partition, from, ARCHIVED_TYPES, ON);
    const verify = (from: Offset, by = archive.editions) => by.verify(edition, partition, from, ARCHIVED_TYPES, ON);
    const rewriteAll = async (from = 0): Promise<readonly Offset[]> => {
      const ends: Offset[] = [];
      for (let at = from; at < end;) ends.push((at = (await rewrite(at)).to));
      return ends;
    };
    const verifyAll = async (from = 0): Promise<void> => {
      for (let at = from; at < end;) {
        const step = await verify(at);
        if ('column' in step) throw new Error(`${step.column} differs`);
        at = step.to;
      }
    };
    const switchTo = (last: (stop: AbortSignal) => Promise<void> = async () => undefined): Promise<boolean> =>
      archive.editions.switchTo(edition, 5, last);
    const read = async (): Promise<readonly Offset[]> => {
      const offsets: Offset[] = [];
      for await (const chunk of archive.masterDataset.read(partition, { from: 0, below: end }, ['flight.landed']))
        offsets.push(...chunk.map(({ offset }) => offset));
      return offsets;
    };
    const progress = async () => (await archive.editions.progress(edition))[0];

    /** One that is being built, beside a current one of three ranges of four at least. */
    beforeEach(async () => {
      for (const { number, state } of await archive.editions.list())
        if (state === 'building') await archive.editions.drop(number);
      for (let ranges = 0; ranges < 3; ranges++) await append(4);
      await archive.editions.begin((edition += 1), LAYOUT);
    });

    test('the first is current at first; another is begun empty, read by nobody, and once', async () => {
      expect(await current()).toMatchObject({ number: 1, layout: FIRST_LAYOUT });
      const made = (await archive.editions.list()).at(-1);
      expect(made).toEqual({
        number: edition,
        layout: LAYOUT,
        state: 'building',
        ranges: 0,
        files: 0,
        records: 0,
        bytes: 0,
      });
      await archive.others.begin(edition, LAYOUT);
      await rewrite(0);
      expect(await archive.masterDataset.archivedTo(partition)).toBe(end);
      expect(await archive.masterDataset.filesBelow({ flights: [end] }, 'flight.landed')).toHaveLength(end / 4);
      await expect(archive.editions.begin(edition + 50, LAYOUT)).rejects.toMatchObject({ code: 'conflict' });
    });

    test('ranges are as long as the layout wants, and come one after the other', async () => {
      const ends = await rewriteAll();
      expect(ends).toEqual(
        [...Array.from({ length: Math.floor(end / 10) }, (_, n) => (n + 1) * 10), end].slice(0, ends.length),
      );
      expect(await progress()).toMatchObject({ ...partition, rewrittenTo: end, verifiedTo: 0, archivedTo: end });
      const { ranges, records } = (await archive.editions.list()).at(-1) ?? {};
      expect([ranges, records]).toEqual([ends.length, end]);
      await append(4);
      expect(await rewrite(end - 4)).toEqual({ to: end, records: 4 });
    });

    test('what one record releases stays with it, however much it is', async () => {
      const from = end;
      const held = Array.from({ length: 15 }, (_, n) => ({
        ...landedAt(from + n),
        verdict: { kind: 'held' } as const,
      }));
      const released = held.map(({ offset }) => ({ ...landedAt(offset), appliedOffset: from + 15 }));
      const freeing = { ...landedAt(from + 15), verdict: { kind: 'resolution' } as const };
      const events = [...held, freeing, ...released, landedAt(from + 16)];
      await archive.masterDataset.append(partition, from, from + 17, events, ARCHIVED_TYPES, NO_CHANGES);
      end += 17;
      const ends = await rewriteAll();
      expect(ends).toContain(from + 15);
      expect(ends).toContain(from + 16);
      await verifyAll();
      await switchTo();
      const all = Array.from({ length: end }, (_, n) => n);
      expect(await read()).toEqual(all.filter((offset) => offset !== from + 15));
    });

    test('of two at one range one is first, and the other is told where it ends', async () => {
      const steps = await Promise.all([rewrite(0), rewrite(0, archive.others)]);
      expect(steps.map(({ to }) => to)).toEqual([10, 10]);
      expect(steps.map(({ records }) => records).sort()).toEqual([0, 10]);
      expect(await rewrite(0)).toEqual({ to: 10, records: 0 });
      expect((await archive.editions.list()).at(-1)?.records).toBe(10);
    });

    test('what was compared is told, in order, whoever compared it', async () => {
      await rewriteAll();
      expect(await verify(0)).toEqual({ to: 10, records: 10 });
      expect((await progress())?.verifiedTo).toBe(10);
      await verify(0, archive.others);
      expect((await progress())?.verifiedTo).toBe(10);
      await verifyAll(10);
      expect((await progress())?.verifiedTo).toBe(end);
    });

    test.each([
      ['not rewritten to the end', () => rewrite(0)],
      ['not compared to the end', () => rewriteAll()],
      [
        'compared to the end of then',
        async () => {
          await rewriteAll();
          await verifyAll();
          await append(4);
        },
      ],
    ])('one that is %s does not become current', async (_, until) => {
      await until();
      const before = await current();
      expect(await switchTo()).toBe(false);
      expect(await current()).toEqual(before);
      expect(await append(4)).toBe(true);
    });

    test('one that is equal becomes current; the one before is retired, and everybody reads and appends on', async () => {
      await rewriteAll();
      await verifyAll();
      const before = await current();
      expect(await switchTo()).toBe(true);
      expect(await switchTo()).toBe(true);
      expect(await current()).toMatchObject({ number: edition, layout: LAYOUT, records: before?.records });
      expect((await archive.editions.list()).find(({ number }) => number === before?.number)?.state).toBe('retired');
      expect(await archive.masterDataset.archivedTo(partition)).toBe(end);
      expect(await append(4)).toBe(true);
      expect(new Set(await read()).size).toBe((await read()).length);
      expect((await read()).at(-1)).toBe(end - 1);
    });

    test('while the last is brought over nobody appends; what is brought over is there', async () => {
      await rewriteAll();
      await verifyAll();
      await append(4);
      let isOver = false;
      let appended: Promise<boolean> = Promise.resolve(false);
      const switched = await switchTo(async () => {
        appended = append(4).then((isLive) => {
          expect(isOver).toBe(true);
          return isLive;
        });
        await rewrite((await progress())?.rewrittenTo ?? 0);
        await verifyAll((await progress())?.verifiedTo ?? 0);
        isOver = true;
      });
      expect(switched).toBe(true);
      await appended;
      expect((await current())?.number).toBe(edition);
      expect(await archive.masterDataset.archivedTo(partition)).toBe(end);
    });

    test('where the last cannot be brought over nothing has changed, and appends go on', async () => {
      const before = await current();
      const failing = switchTo(async () => {
        throw new Error('the disk is gone');
      });
      await expect(failing).rejects.toThrow('the disk is gone');
      expect((await current())?.number).toBe(before?.number);
      expect(await append(4)).toBe(true);
    });

    test('one that is dropped is gone, is not begun again, and stays away from who still works on it', async () => {
      await rewrite(0);
      await archive.editions.drop(edition);
      await archive.editions.drop(edition);
      expect((await archive.editions.list()).map(({ number }) => number)).not.toContain(edition);
      const gone = { code: 'conflict' };
      await expect(archive.others.begin(edition, LAYOUT)).rejects.toMatchObject(gone);
      await expect(rewrite(10)).rejects.toMatchObject(gone);
      await expect(verify(0)).rejects.toMatchObject(gone);
      expect(await switchTo()).toBe(false);
      expect(await append(4)).toBe(true);
    });

    test('one that was never begun is not begun any more when it is dropped', async () => {
      await archive.editions.drop((edition += 1));
      await expect(archive.editions.begin(edition, LAYOUT)).rejects.toMatchObject({ code: 'conflict' });
    });

    test('the current one is not dropped; one that was, is, and what is read stays the same', async () => {
      const number = (await current())?.number ?? 0;
      await expect(archive.editions.drop(number)).rejects.toMatchObject({ code: 'conflict' });
      await rewriteAll();
      await verifyAll();
      await switchTo();
      const offsets = await read();
      await archive.editions.drop(number);
      expect((await archive.editions.list()).map((one) => one.number)).not.toContain(number);
      expect(await read()).toEqual(offsets);
      expect(await append(4)).toBe(true);
    });

    test('work that is stopped rejects, and leaves the edition where it was', async () => {
      const stopped = AbortSignal.abort();
      const { editions } = archive;
      const refusal = { code: 'conflict' };
      await expect(editions.rewrite(edition, partition, 0, ARCHIVED_TYPES, stopped)).rejects.toMatchObject(refusal);
      await rewrite(0);
      await expect(editions.verify(edition, partition, 0, ARCHIVED_TYPES, stopped)).rejects.toMatchObject(refusal);
      expect(await progress()).toMatchObject({ rewrittenTo: 10, verifiedTo: 0 });
    });
  });
}
