import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LogRecord, Offset, Partition, RawRecord } from '@twofold/core';
import type {
  Appended,
  Assignment,
  EventBatch,
  EventLogAdmin,
  EventLogReader,
  EventLogWriter,
  OutgoingEvent,
  OutgoingRecord,
  PartitionAssigner,
  ReadOptions,
} from '@twofold/ports';
import { eventually } from './eventually.js';

/** A log, and hands on it that no port has. `unavailableAfterMs` of its adapters should be a few seconds. */
export type EventLogUnderTest = {
  readonly writer: EventLogWriter;
  /** A writer as another process would have it. */
  readonly otherWriter: EventLogWriter;
  readonly reader: EventLogReader;
  readonly admin: EventLogAdmin;
  /** An admin as another process would have it. */
  readonly otherAdmin: EventLogAdmin;
  /** As retention does: the partition then starts at `offset`. */
  removeBelow(partition: Partition, offset: Offset): Promise<void>;
  /** Appends events to the partition in a transaction, then aborts it. */
  appendAborted(partition: Partition, events: readonly OutgoingEvent[]): Promise<void>;
  /** An assigner as one process has it; left out where another run of the suite has tried it. */
  readonly openAssigner?: () => PartitionAssigner;
  close(): Promise<void>;
};

type Seen = {
  readonly offset: Offset;
  readonly appendedAtMs: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly id: string | undefined;
};

/** Every sentence of the ports in event-log.ts, on one implementation. */
export function eventLogContract(name: string, setup: () => Promise<EventLogUnderTest>): void {
  describe(`event log: ${name}`, () => {
    let log: EventLogUnderTest;
    let streams = 0;
    beforeAll(async () => {
      log = await setup();
    }, 60_000);
    afterAll(() => log.close(), 60_000);

    const newStream = async (partitions: number): Promise<string> => {
      const stream = `contract-${++streams}`;
      expect(await log.admin.ensureStream(stream, partitions)).toBe(partitions);
      return stream;
    };
    const readTo = async (partition: Partition, end: Offset, options: Partial<ReadOptions> = {}): Promise<Seen[]> => {
      const seen: Seen[] = [];
      for (let from = options.from ?? 0; from < end;) {
        const batch = await log.reader.read(partition, { waitMs: 2_000, ...options, from });
        expect(batch.nextOffset).toBeGreaterThanOrEqual(from);
        seen.push(...recordsOf(batch));
        from = batch.nextOffset;
      }
      return seen;
    };
    const endOf = async ({ stream, partition }: Partition): Promise<Offset> =>
      (await log.reader.bounds(stream)).end[partition] ?? -1;

    describe('a writer', () => {
      test('tells each event’s place, in the order given', async () => {
        const stream = await newStream(3);
        const events = numbered(50, (n) => `key-${n % 7}`);
        const places = await log.writer.append(stream, events);
        expect(places).toHaveLength(50);
        for (let partition = 0; partition < 3; partition++) {
          const end = await endOf({ stream, partition });
          const written = events.filter((_, n) => places[n]?.partition === partition);
          expect(end).toBe(written.length);
          const seen = await readTo({ stream, partition }, end);
          expect(seen.map(({ value }) => value)).toEqual(written.map(({ value }) => value));
          expect(seen.map(({ offset }) => offset)).toEqual(
            places.filter((place) => place.partition === partition).map(({ offset }) => offset),
          );
        }
      });

      test('appends records with every byte to the partition given, whatever their keys', async () => {
        const stream = await newStream(3);
        const bytes = Buffer.from([0x00, 0xff, 0x41]);
        const records: readonly OutgoingRecord[] = [
          { key: null, value: null, headers: [] },
          {
            key: bytes,
            value: bytes,
            headers: [
              ['of bytes', bytes],
              ['zwei ✈', Buffer.from('1')],
              ['zwei ✈', Buffer.from('2')],
              ['empty', Buffer.alloc(0)],
            ],
          },
        ];
        for (const partition of [2, 0]) {
          await log.writer.appendTo({ stream, partition }, records.slice(0, 1));
          expect(await log.writer.appendTo({ stream, partition }, records)).toEqual([1, 2]);
          const batch = await readAtLeast(log.reader, { stream, partition }, 3);
          const copies: RawRecord[] = [];
          batch.forEach((record) => copies.push(record.copy()));
          expect(copies).toMatchObject([records[0], ...records]);
          expect(copies.map(({ offset }) => offset)).toEqual([0, 1, 2]);
        }
        expect(await endOf({ stream, partition: 1 })).toBe(0);
      });

      test('puts a key into the same partition always, whoever writes', async () => {
        const stream = await newStream(5);
        const keys = numbered(40, (n) => `kéy ${n} ✈`);
        const first = await log.writer.append(stream, keys);
        const again = await log.otherWriter.append(stream, [...keys].reverse());
        expect([...again].reverse().map(partitionOf)).toEqual(first.map(partitionOf));
        expect(new Set(first.map(partitionOf)).size).toBeGreaterThan(1);
      });

      test('keeps the order of a key across calls made one after the other, awaited or not', async () => {
        const stream = await newStream(2);
        const events = numbered(300, (n) => `key-${n % 3}`);
        const calls: Promise<readonly Appended[]>[] = [];
        for (let n = 0; n < events.length; n += 4) calls.push(log.writer.append(stream, events.slice(n, n + 4)));
        const places = (await Promise.all(calls)).flat();
        for (const key of ['key-0', 'key-1', 'key-2']) {
          const offsets = places.filter((_, n) => events[n]?.key === key).map(({ offset }) => offset);
          expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
        }
      });

      test('writes each event once, from many callers at once', async () => {
        const stream = await newStream(4);
        const callers = Array.from({ length: 60 }, (_, caller) => numbered(5, (n) => `${caller}-${n}`));
        await Promise.all(
          callers.map((events, n) => (n % 2 === 0 ? log.writer : log.otherWriter).append(stream, events)),
        );
        const { end } = await log.reader.bounds(stream);
        const seen = await Promise.all(end.map((to, partition) => readTo({ stream, partition }, to)));
        const keys = seen.flat().map(({ key }) => key);
        expect(keys.sort()).toEqual(callers.flatMap((events) => events.map(({ key }) => key)).sort());
      });

      test('takes a call larger than one request', async () => {
        const stream = await newStream(2);
        const filling = 'x'.repeat(1_000);
        const events = numbered(5_000, (n) => `key-${n % 11}`).map((event) => ({ ...event, value: filling }));
        const places = await log.writer.append(stream, events);
        expect(new Set(places.map(({ partition, offset }) => `${partition}/${offset}`)).size).toBe(5_000);
        const { end } = await log.reader.bounds(stream);
        expect(end.reduce((sum, offset) => sum + offset, 0)).toBe(5_000);
      }, 30_000);

      test('appends nothing when there is nothing', async () => {
        const stream = await newStream(1);
        expect(await log.writer.append(stream, [])).toEqual([]);
        expect(await log.reader.bounds(stream)).toEqual({ start: [0], end: [0] });
      });

      test('rejects with log-unavailable what the log does not take', async () => {
        const refused = log.writer.append(
          'no-such-stream',
          numbered(1, () => 'key'),
        );
        await expect(refused).rejects.toMatchObject({ code: 'log-unavailable' });
      }, 30_000);
    });

    describe('a reader', () => {
      test('gives key, value, headers and append time as they were written', async () => {
        const stream = await newStream(1);
        const before = Date.now();
        await log.writer.append(stream, [
          { key: 'ATL', headers: { ce_id: 'a', ce_type: 'flight.landed' }, value: '{"delay":1}' },
          { key: 'Zürich ✈ 東京', headers: { ce_id: 'é✓🛬', ce_löng: 'y'.repeat(300) }, value: '{"städt":"🛬"}' },
          { key: '', headers: {}, value: '' },
        ]);
        const batch = await readAtLeast(log.reader, { stream, partition: 0 }, 3);
        const seen: unknown[] = [];
        batch.forEach((record) =>
          seen.push([
            record.offset,
            record.key(),
            record.valueText(),
            record.header('ce_id'),
            record.header('ce_type'),
            record.header('ce_löng')?.length,
            bytesOf(record, 'ce_id'),
            record.seek('ce_lang'),
          ]),
        );
        expect(seen).toEqual([
          [0, 'ATL', '{"delay":1}', 'a', 'flight.landed', undefined, 'a', false],
          [1, 'Zürich ✈ 東京', '{"städt":"🛬"}', 'é✓🛬', undefined, 300, 'é✓🛬', false],
          [2, '', '', undefined, undefined, undefined, null, false],
        ]);
        for (const { appendedAtMs } of recordsOf(batch)) {
          expect(appendedAtMs).toBeGreaterThanOrEqual(before - 1_000);
          expect(appendedAtMs).toBeLessThanOrEqual(Date.now() + 1_000);
        }
      });

      test('tells how many records it visits and when the last was appended, and visits them again if asked', async () => {
        const stream = await newStream(1);
        await log.writer.append(
          stream,
          numbered(10, () => 'key'),
        );
        const batch = await readAtLeast(log.reader, { stream, partition: 0 }, 10);
        const seen = recordsOf(batch);
        expect(batch.recordCount).toBe(seen.length);
        expect(batch.lastAppendedAtMs).toBe(seen.at(-1)?.appendedAtMs);
        expect(batch.partition).toEqual({ stream, partition: 0 });
        expect(recordsOf(batch)).toEqual(seen);
        const part = await log.reader.read({ stream, partition: 0 }, { from: 3, below: 5 });
        expect([part.recordCount, recordsOf(part).length, part.nextOffset]).toEqual([2, 2, 5]);
      });

      test('reads every offset of [from, below) once, and nothing else', async () => {
        const stream = await newStream(1);
        const partition = { stream, partition: 0 };
        for (const size of [1, 7, 20, 2])
          await log.writer.append(
            stream,
            numbered(size, () => 'key'),
          );
        for (const [from, below] of [
          [0, 30],
          [0, 1],
          [1, 8],
          [5, 6],
          [8, 28],
          [13, 30],
          [29, 30],
        ] as const) {
          const seen = await readTo(partition, below, { from, below });
          const wanted = Array.from({ length: below - from }, (_, n) => from + n);
          expect(seen.map(({ offset }) => offset)).toEqual(wanted);
        }
      }, 30_000);

      test('covers no offset at or beyond `below`, even when nothing is there', async () => {
        const stream = await newStream(1);
        await log.writer.append(
          stream,
          numbered(4, () => 'key'),
        );
        const batch = await log.reader.read({ stream, partition: 0 }, { from: 2, below: 2, waitMs: 50 });
        expect([batch.nextOffset, batch.recordCount, batch.lastAppendedAtMs]).toEqual([2, 0, null]);
      });

      test('gets on with any maxBytes, and gives it all', async () => {
        const stream = await newStream(1);
        for (let n = 0; n < 12; n++)
          await log.writer.append(
            stream,
            numbered(3, () => 'key'),
          );
        for (const maxBytes of [1, 200, 1_000_000]) {
          const seen = await readTo({ stream, partition: 0 }, 36, { maxBytes });
          expect(seen).toHaveLength(36);
        }
        const little = await log.reader.read({ stream, partition: 0 }, { from: 0, maxBytes: 1, waitMs: 2_000 });
        expect(little.recordCount).toBeGreaterThan(0);
        expect(little.recordCount).toBeLessThan(36);
      }, 30_000);

      test('gives a record that is larger than maxBytes', async () => {
        const stream = await newStream(1);
        await log.writer.append(stream, [{ key: 'key', headers: {}, value: 'x'.repeat(500_000) }]);
        const batch = await log.reader.read({ stream, partition: 0 }, { from: 0, maxBytes: 100, waitMs: 2_000 });
        expect(recordsOf(batch)[0]?.value).toHaveLength(500_000);
      });

      test('waits for a first record, then gives an empty batch', async () => {
        const stream = await newStream(1);
        await log.writer.append(
          stream,
          numbered(2, () => 'key'),
        );
        const began = performance.now();
        const batch = await log.reader.read({ stream, partition: 0 }, { from: 2, waitMs: 300 });
        expect(performance.now() - began).toBeGreaterThan(250);
        expect([batch.nextOffset, batch.recordCount, batch.lastAppendedAtMs]).toEqual([2, 0, null]);
        expect(recordsOf(batch)).toEqual([]);
      });

      test('ends the wait when a record comes', async () => {
        const stream = await newStream(1);
        await log.writer.append(
          stream,
          numbered(1, () => 'key'),
        );
        const began = performance.now();
        const waiting = log.reader.read({ stream, partition: 0 }, { from: 1, waitMs: 20_000 });
        await log.writer.append(
          stream,
          numbered(1, () => 'late'),
        );
        const batch = await waiting;
        expect(recordsOf(batch).map(({ key }) => key)).toEqual(['late']);
        expect(performance.now() - began).toBeLessThan(10_000);
      }, 30_000);

      test('ends the wait when the signal is aborted, with an empty batch, and reads on afterwards', async () => {
        const stream = await newStream(1);
        const partition = { stream, partition: 0 };
        await log.writer.append(
          stream,
          numbered(1, () => 'key'),
        );
        const stop = new AbortController();
        const waiting = log.reader.read(partition, { from: 1, waitMs: 20_000, signal: stop.signal });
        stop.abort();
        const batch = await waiting;
        expect([batch.nextOffset, batch.recordCount]).toEqual([1, 0]);
        const aborted = await log.reader.read(partition, { from: 0, signal: stop.signal });
        expect([aborted.nextOffset, aborted.recordCount]).toEqual([0, 0]);
        await log.writer.append(
          stream,
          numbered(1, () => 'key'),
        );
        expect(await readTo(partition, 2, { from: 0 })).toHaveLength(2);
      }, 30_000);

      test('reads partitions side by side: one that waits does not hold up another', async () => {
        const stream = await newStream(2);
        const [place] = await log.writer.append(
          stream,
          numbered(1, () => 'key'),
        );
        const full = place?.partition ?? 0;
        const stop = new AbortController();
        const waiting = log.reader.read(
          { stream, partition: 1 - full },
          { from: 0, waitMs: 20_000, signal: stop.signal },
        );
        const began = performance.now();
        expect(await readTo({ stream, partition: full }, 1)).toHaveLength(1);
        expect(performance.now() - began).toBeLessThan(5_000);
        stop.abort();
        await waiting;
      }, 30_000);

      test('leaves out an aborted transaction, and passes it', async () => {
        const stream = await newStream(1);
        const partition = { stream, partition: 0 };
        await log.writer.append(
          stream,
          numbered(3, () => 'good'),
        );
        await log.appendAborted(
          partition,
          numbered(4, () => 'aborted'),
        );
        await log.writer.append(
          stream,
          numbered(2, () => 'good'),
        );
        await log.appendAborted(
          partition,
          numbered(1, () => 'aborted'),
        );
        const end = await endOf(partition);
        expect(end).toBeGreaterThan(5);
        for (const maxBytes of [1, 1_000_000]) {
          const seen = await readTo(partition, end, { maxBytes });
          expect(seen.map(({ key }) => key)).toEqual(['good', 'good', 'good', 'good', 'good']);
        }
        const afterLast = await log.reader.read(partition, { from: end - 1, waitMs: 2_000 });
        expect([afterLast.nextOffset, afterLast.recordCount]).toEqual([end, 0]);
      }, 30_000);

      test('rejects with offset-out-of-range below the start and beyond the end', async () => {
        const stream = await newStream(1);
        const partition = { stream, partition: 0 };
        await log.writer.append(
          stream,
          numbered(10, () => 'key'),
        );
        await log.removeBelow(partition, 4);
        expect(await log.reader.bounds(stream)).toEqual({ start: [4], end: [10] });
        for (const from of [0, 3, 11]) {
          const refused = log.reader.read(partition, { from, waitMs: 100 });
          await expect(refused).rejects.toMatchObject({ code: 'offset-out-of-range' });
        }
        expect(await readTo(partition, 10, { from: 4 })).toHaveLength(6);
      }, 30_000);

      test('rejects with log-unavailable what is not there, within its bound', async () => {
        const refused = log.reader.read({ stream: 'no-such-stream', partition: 0 }, { from: 0, waitMs: 100 });
        await expect(refused).rejects.toMatchObject({ code: 'log-unavailable' });
        await expect(log.reader.bounds('no-such-stream')).rejects.toMatchObject({ code: 'log-unavailable' });
      }, 60_000);
    });

    describe('an admin', () => {
      test('creates a stream once, from several processes at once, and never changes it', async () => {
        const stream = `contract-${++streams}`;
        expect(await log.admin.partitionCount(stream)).toBeNull();
        const admins = [log.admin, log.otherAdmin, log.admin, log.otherAdmin];
        expect(await Promise.all(admins.map((admin) => admin.ensureStream(stream, 3)))).toEqual([3, 3, 3, 3]);
        expect(await log.otherAdmin.ensureStream(stream, 6)).toBe(3);
        expect(await log.admin.partitionCount(stream)).toBe(3);
        expect((await log.reader.bounds(stream)).end).toEqual([0, 0, 0]);
      }, 30_000);
    });

    test('an assigner shares all partitions among the members of a group, and shares anew when one comes or goes', async () => {
      if (log.openAssigner === undefined) return;
      const { openAssigner } = log;
      const stream = await newStream(4);
      const join = (group: string): Member => memberOf(openAssigner(), group, stream);
      const first = join('workers');
      await eventually('one member holds all', () => first.holds().join() === '0,1,2,3');
      const other = join('others');
      await eventually('another group holds all as well', () => other.holds().join() === '0,1,2,3');
      const second = join('workers');
      const shared = (): boolean =>
        second.holds().length === 2 && [...first.holds(), ...second.holds()].sort().join() === '0,1,2,3';
      await eventually('two members hold two each', shared);
      // What stayed was never taken away.
      expect(first.assignedTimes().filter((times) => times === 1)).toHaveLength(4);
      await first.leave();
      expect(first.holds()).toEqual([]);
      await eventually('the one that is left holds all', () => second.holds().join() === '0,1,2,3');
      expect(other.holds()).toHaveLength(4);
      await Promise.all([second.leave(), other.leave()]);
    }, 60_000);
  });
}

type Member = {
  holds(): number[];
  /** How often each partition was assigned so far. */
  assignedTimes(): number[];
  leave(): Promise<void>;
};

function memberOf(assigner: PartitionAssigner, group: string, stream: string): Member {
  const held = new Set<Assignment>();
  const times = new Map<number, number>();
  const stop = new AbortController();
  const onAssigned = (assignment: Assignment): void => {
    const { partition } = assignment.partition;
    times.set(partition, (times.get(partition) ?? 0) + 1);
    held.add(assignment);
    assignment.released.addEventListener('abort', () => held.delete(assignment), { once: true });
  };
  const following = assigner.follow(group, [stream], onAssigned, stop.signal);
  return {
    holds: () => [...held].map(({ partition }) => partition.partition).sort((a, b) => a - b),
    assignedTimes: () => [...times.values()],
    leave: () => {
      stop.abort();
      return following;
    },
  };
}

const numbered = (count: number, keyOf: (n: number) => string): OutgoingEvent[] =>
  Array.from({ length: count }, (_, n) => ({
    key: keyOf(n),
    headers: { ce_id: String(n), ce_source: '/contract' },
    value: JSON.stringify({ n }),
  }));

const partitionOf = ({ partition }: Appended): number => partition;

function recordsOf(batch: EventBatch): Seen[] {
  const seen: Seen[] = [];
  batch.forEach((record: LogRecord) =>
    seen.push({
      offset: record.offset,
      appendedAtMs: record.appendedAtMs,
      key: record.key(),
      value: record.valueText(),
      id: record.header('ce_id'),
    }),
  );
  return seen;
}

async function readAtLeast(reader: EventLogReader, partition: Partition, count: number): Promise<EventBatch> {
  const batch = await reader.read(partition, { from: 0, waitMs: 2_000 });
  expect(batch.recordCount).toBeGreaterThanOrEqual(count);
  return batch;
}

/** The text of a header as it stands in the bytes; null: it is not there, or empty. */
const bytesOf = (record: LogRecord, name: string): string | null =>
  record.seek(name) ? record.headerBytes.toString('utf8', record.headerStart, record.headerEnd) : null;
