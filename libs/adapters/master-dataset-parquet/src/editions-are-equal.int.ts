import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import {
  FIRST_LAYOUT,
  constant,
  defineEvent,
  int,
  multiply,
  optional,
  string,
  type ArchiveLayout,
  type ArchivedEvent,
  type Offset,
  type Partition,
} from '@twofold/core';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import type { OpenedRecord, WaitingChanges } from '@twofold/ports';
import { testDatabase } from '@twofold/testkit';
import { nameWhileWriting, newFileName } from './file-name.js';
import { ParquetArchiveEditions } from './parquet-archive-editions.js';
import { ParquetMasterDataset } from './parquet-master-dataset.js';

const first = defineEvent({ type: 'flight.landed', stream: 'flights', data: { origin: string(), delay: int() } });
/** Delays above 9 leave 64 bits when they are brought up. */
const second = defineEvent({
  ...{ type: 'flight.landed', version: 2, stream: 'flights', from: first },
  data: { origin: string(), delay: int(), gate: optional(string()) },
  upcast: ({ delay }) => ({
    delay: multiply(multiply(delay, constant('int', 1_000_000_000)), constant('int', 1_000_000_000)),
  }),
});
const cancelled = defineEvent({ type: 'flight.cancelled', stream: 'flights', data: { origin: string() } });
const TYPES = [first, second, cancelled];
const NAMES = ['flight.landed', 'flight.cancelled'];
const ON = new AbortController().signal;
const MONTH_MS = 31 * 86_400_000;

/** One offset of the log: a record, with what it releases. */
type Step = {
  readonly kind: 'event' | 'duplicate' | 'dead' | 'held' | 'resolution' | 'strange' | 'nothing';
  readonly version: 1 | 2;
  readonly isLanding: boolean;
  readonly delay: number;
  readonly month: number;
};
const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom('event', 'event', 'event', 'duplicate', 'dead', 'held', 'resolution', 'strange', 'nothing'),
    version: fc.constantFrom(1, 2),
    isLanding: fc.boolean(),
    delay: fc.integer({ min: -3, max: 12 }),
    month: fc.integer({ min: -2, max: 3 }),
  }),
  { minLength: 1, maxLength: 60 },
);
const layouts = fc.record<ArchiveLayout>({
  rangeRecords: fc.integer({ min: 1, max: 40 }),
  compression: fc.constantFrom('zstd', 'snappy'),
  rowGroupRows: fc.constantFrom(2_048, 122_880),
  partitionedBy: fc.constantFrom('offset', 'month'),
  upcast: fc.boolean(),
});

/** The records of the log, in the order in which they count: a resolution releases all that is held, the last first. */
function recordsOf(log: readonly Step[]): readonly ArchivedEvent[] {
  let held: readonly ArchivedEvent[] = [];
  return log.flatMap((step, offset): readonly ArchivedEvent[] => {
    if (step.kind === 'nothing') return [];
    const record = recordAt(step, offset);
    if (step.kind === 'held') held = [record, ...held];
    if (step.kind !== 'resolution') return [record];
    const released = held.map((event) => ({ ...event, appliedOffset: offset, verdict: { kind: 'event' } as const }));
    held = [];
    return [record, ...released];
  });
}

function recordAt({ kind, version, isLanding, delay, month }: Step, offset: Offset): ArchivedEvent {
  const isEvent = kind === 'event' || kind === 'duplicate' || kind === 'held';
  const values = !isLanding ? ['ATL'] : version === 1 ? ['ATL', delay] : ['ATL', delay, offset % 2 === 0 ? 'A1' : null];
  const verdict =
    kind === 'dead'
      ? ({ kind, code: 'unreadable', reason: `no JSON at ${offset}` } as const)
      : ({ kind: kind === 'strange' || kind === 'nothing' ? 'event' : kind } as const);
  return {
    ...{ offset, appliedOffset: offset, appendedAtMs: 1_000_000 - ((offset * 37) % 50), verdict },
    ...{ id: `id-${offset}`, source: '/flights', subject: offset % 3 === 0 ? null : 'ATL' },
    type: kind === 'strange' ? 'ship.landed' : isLanding ? 'flight.landed' : 'flight.cancelled',
    version: isEvent ? (isLanding ? version : 1) : 0,
    timeMs: isEvent ? month * MONTH_MS + offset : 0,
    dataText: `{"delay":${delay}}`,
    values: isEvent ? values : [],
  };
}

const waitingOf = (events: readonly ArchivedEvent[]): WaitingChanges => ({
  opened: events.flatMap(({ offset, verdict }): readonly OpenedRecord[] => {
    if (verdict.kind !== 'dead' && verdict.kind !== 'held') return [];
    const dead = verdict.kind === 'dead' ? { code: verdict.code, reason: verdict.reason } : null;
    const record = { offset, appendedAtMs: 1, key: null, value: null, headers: [] };
    return [{ offset, place: offset, key: 'ATL', dead, eventType: 'flight.landed', record }];
  }),
  closed: events.flatMap(({ offset, appliedOffset: at }) => (at > offset ? [{ offset, at, by: 'release' }] : [])),
});

describe('an edition of the archive', () => {
  const { url, drop } = testDatabase();
  let directory: string;
  let database: Metadata;
  let archive: ParquetMasterDataset;
  let editions: ParquetArchiveEditions;
  let duckDb: DuckDBConnection;
  let streams = 0;
  let edition = 1;

  beforeAll(async () => {
    await migrate(url);
    directory = await mkdtemp(join(tmpdir(), 'twofold-test-'));
    database = await openMetadata(url);
    archive = await ParquetMasterDataset.open({ directory, database });
    editions = await ParquetArchiveEditions.open({ directory, database });
    duckDb = await DuckDBConnection.create();
  }, 60_000);
  afterAll(async () => {
    for (const opened of [archive, editions, database]) await opened.close();
    await drop();
    await rm(directory, { recursive: true, force: true });
  }, 60_000);

  afterEach(async () => {
    for (const { number, state } of await editions.list()) if (state === 'building') await editions.drop(number);
    await empty();
    const { prisma } = database;
    await prisma.archiveEdition.updateMany({ where: { state: 'current' }, data: { layout: FIRST_LAYOUT } });
  });

  /** Nothing is archived, as if nothing ever was. */
  const empty = async (): Promise<void> => {
    await database.prisma.archiveFile.deleteMany();
    await database.prisma.archiveRange.deleteMany();
    await rm(directory, { recursive: true });
    await mkdir(directory);
  };
  /** Appends the records of a new partition, in ranges of so many offsets. */
  const archived = async (log: readonly Step[], rangeOffsets: number): Promise<Partition> => {
    const partition = { stream: `flights-${++streams}`, partition: 0 };
    const records = recordsOf(log);
    for (let from = 0; from < log.length; from += rangeOffsets) {
      const to = Math.min(from + rangeOffsets, log.length);
      const within = records.filter(({ appliedOffset }) => appliedOffset >= from && appliedOffset < to);
      expect(await archive.append(partition, from, to, within, TYPES, waitingOf(within))).toBe(true);
    }
    return partition;
  };
  const begin = async (layout: ArchiveLayout): Promise<void> => editions.begin((edition += 1), layout);
  const rewritten = async (): Promise<void> => {
    for (const { rewrittenTo, archivedTo, ...partition } of await editions.progress(edition))
      for (let at = rewrittenTo; at < archivedTo;) at = (await editions.rewrite(edition, partition, at, TYPES, ON)).to;
  };
  const verified = async (): Promise<unknown> => {
    for (const { verifiedTo, archivedTo, ...partition } of await editions.progress(edition))
      for (let at = verifiedTo; at < archivedTo;) {
        const step = await editions.verify(edition, partition, at, TYPES, ON);
        if ('column' in step) return step;
        at = step.to;
      }
    return null;
  };
  const switched = async (layout: ArchiveLayout): Promise<void> => {
    const [before] = await editions.list();
    await begin(layout);
    await rewritten();
    expect(await verified()).toBeNull();
    expect(await editions.switchTo(edition, 0, async () => undefined)).toBe(true);
    await editions.drop(before?.number ?? 0);
  };
  const read = async (partition: Partition, from: Offset, below: Offset, types = NAMES) => {
    const records: unknown[] = [];
    for await (const chunk of archive.read(partition, { from, below }, types)) records.push(...chunk);
    return records;
  };
  /** All that can be asked of a partition, at every cut and for some ranges. */
  const told = async (partition: Partition, end: Offset): Promise<unknown> => {
    const cuts = Array.from({ length: end + 1 }, (_, cut) => cut);
    const below = (cut: Offset) => ({ [partition.stream]: [cut] });
    const some = cuts.filter((cut) => cut % 7 === 0);
    return {
      summaries: await Promise.all(cuts.map((cut) => archive.summaryBelow(below(cut)))),
      records: await Promise.all(some.map((from) => read(partition, from, Math.min(from + 17, end)))),
      all: await read(partition, 0, end),
      cancellations: await read(partition, 0, end, ['flight.cancelled']),
      identities: await Promise.all(some.map((from) => archive.identities(partition, from, Math.min(from + 9, end)))),
    };
  };
  const filesOf = async ({ stream }: Partition, type: string | null) =>
    archive.filesBelow({ [stream]: [1_000_000] }, type);
  const filesIn = async (where: string): Promise<readonly string[]> =>
    (await readdir(where, { recursive: true })).filter((name) => name.includes('.parquet')).sort();
  const liveFiles = async (): Promise<readonly string[]> => {
    const files = await database.prisma.archiveFile.findMany({ select: { location: true } });
    return files.map(({ location }) => location.slice(directory.length + 1)).sort();
  };

  it('tells the same as the first, whatever its layout, and after several', async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.integer({ min: 1, max: 25 }),
        fc.array(layouts, { minLength: 1, maxLength: 2 }),
        async (log, rangeOffsets, some) => {
          const partition = await archived(log, rangeOffsets);
          const before = await told(partition, log.length);
          for (const layout of some) {
            await switched(layout);
            expect(await told(partition, log.length)).toEqual(before);
            for (const { rowCount, from, to } of (
              await Promise.all([...NAMES, null].map((type) => filesOf(partition, type)))
            ).flat())
              expect(rowCount <= layout.rangeRecords || to - from === 1).toBe(true);
          }
          expect(await filesIn(directory)).toEqual(await liveFiles());
          await empty();
        },
      ),
      { numRuns: Number(process.env['TWOFOLD_EDITION_RUNS'] ?? 25) },
    );
  }, 240_000);

  const event: Step = { kind: 'event', version: 1, isLanding: true, delay: 3, month: 0 };
  const landings = (many: number, of: Partial<Step> = {}): readonly Step[] =>
    Array.from({ length: many }, () => ({ ...event, ...of }));
  const dropped = async (): Promise<void> => {
    await editions.drop(edition);
    expect(await filesIn(directory)).toEqual(await liveFiles());
  };

  const damages = [
    ['a value', `SELECT * REPLACE (CASE WHEN "offset" = 3 THEN 7 ELSE d_delay END AS d_delay) FROM old`, 'd_delay'],
    ['a value that is gone', `SELECT * REPLACE (nullif(subject, 'ATL') AS subject) FROM old`, 'subject'],
    ['a text', `SELECT * REPLACE (data || ' ' AS data) FROM old`, 'data'],
    [
      'values of two rows, changed over',
      `SELECT * REPLACE (CASE "offset" WHEN 3 THEN 'id-4' WHEN 4 THEN 'id-3' ELSE id END AS id) FROM old`,
      'id',
    ],
    ['the order', `SELECT * REPLACE (1 - place AS place) FROM old`, 'place'],
    ['where it counts', `SELECT * REPLACE (applied_offset + 1 AS applied_offset) FROM old`, 'applied_offset'],
    ['a row that is lost', `SELECT * FROM old WHERE "offset" <> 3`, 'verdict'],
    ['a row that is there twice', `FROM old UNION ALL SELECT * FROM old WHERE "offset" = 3`, 'verdict'],
    ['a row three times', `FROM old, range(3) AS t(n) WHERE "offset" = 3 OR n = 0`, 'n'],
    ['a verdict', `SELECT * REPLACE ('duplicate' AS verdict) FROM old`, 'verdict'],
    ['a type', `SELECT * REPLACE (d_delay::DOUBLE AS d_delay) FROM old`, 'd_delay'],
    ['a column that is lost', `SELECT * EXCLUDE (reason) FROM old`, 'reason'],
  ] as const;
  it.each(damages)('that differs by %s is not the same: range and column are named', async (_, damaged, column) => {
    const partition = await archived(landings(20), 5);
    await begin({ ...FIRST_LAYOUT, rangeRecords: 8 });
    await rewritten();
    const { location } = await database.prisma.archiveFile.findFirstOrThrow({
      where: { edition, stream: partition.stream, fromOffset: 0 },
    });
    await duckDb.run(`CREATE OR REPLACE TEMP TABLE old AS FROM read_parquet('${location}')`);
    await duckDb.run(`COPY (${damaged}) TO '${location}' (FORMAT parquet)`);
    expect(await verified()).toEqual({ from: 0, to: 8, eventType: 'flight.landed', column });
    await dropped();
  });

  it('that lacks a file, or has one of a range in which nothing of the type is, is not the same', async () => {
    const log = [...landings(5), ...landings(5, { isLanding: false })];
    const partition = await archived(log, 5);
    await begin({ ...FIRST_LAYOUT, rangeRecords: 5 });
    await rewritten();
    const where = { edition, stream: partition.stream, fromOffset: 5 };
    const [landedFile] = await database.prisma.archiveFile.findMany({ where: { ...where, fromOffset: 0 } });
    await database.prisma.archiveFile.updateMany({ where, data: { eventType: null, eventVersion: null } });
    expect(await verified()).toEqual({ from: 5, to: 10, eventType: null, column: 'verdict' });
    await database.prisma.archiveFile.deleteMany({ where });
    expect(await verified()).toEqual({ from: 5, to: 10, eventType: 'flight.cancelled', column: 'verdict' });
    expect(landedFile).toBeDefined();
    await dropped();
  });

  it('has few large files instead of many small ones, and those that a layout by month divides are of one month', async () => {
    const log = Array.from({ length: 60 }, (_, n): Step => ({ ...event, month: n % 3 }));
    const partition = await archived(log, 2);
    const countOf = async (): Promise<number> => (await filesOf(partition, 'flight.landed')).length;
    expect(await countOf()).toBe(30);
    await switched({ ...FIRST_LAYOUT, rangeRecords: 100 });
    expect(await countOf()).toBe(1);
    await switched({ ...FIRST_LAYOUT, rangeRecords: 100, partitionedBy: 'month' });
    expect(await countOf()).toBe(3);
    const times = (await filesOf(partition, 'flight.landed')).map((file) => file.times);
    expect(times).toEqual([0, 1, 2].map((n) => ({ oldestMs: n * MONTH_MS + n, newestMs: n * MONTH_MS + n + 57 })));
    // whoever appends keeps to the layout
    const records = recordsOf([...log, ...landings(1, { month: 0 }), ...landings(1, { month: 2 })]).slice(60);
    expect(await archive.append(partition, 60, 62, records, TYPES, waitingOf(records))).toBe(true);
    expect(await countOf()).toBe(5);
  });

  it('that upcasts has the columns of the newest version, but of what overflows there', async () => {
    const log = [...landings(4), ...landings(1, { delay: 10 }), ...landings(4, { version: 2 })];
    const partition = await archived(log, 3);
    await switched({ ...FIRST_LAYOUT, upcast: true });
    const files = await filesOf(partition, 'flight.landed');
    expect(files.map(({ eventVersion, rowCount }) => [eventVersion, rowCount]).sort()).toEqual([
      [1, 1],
      [2, 8],
    ]);
    const newest = files.find(({ eventVersion }) => eventVersion === 2)?.location;
    const reader = await duckDb.runAndReadAll(
      `SELECT version, d_delay, typeof(d_delay), d_gate FROM read_parquet('${newest}') WHERE "offset" = 0`,
    );
    expect(reader.getRows()).toEqual([[1, 3_000_000_000_000_000_000n, 'BIGINT', null]]);
  });

  it('that somebody was killed on goes on, without what they left behind', async () => {
    const partition = await archived(landings(20), 5);
    await begin({ ...FIRST_LAYOUT, rangeRecords: 8 });
    await editions.rewrite(edition, partition, 0, TYPES, ON);
    const [made] = await database.prisma.archiveFile.findMany({ where: { edition, stream: partition.stream } });
    const shelf = dirname(String(made?.location));
    for (const name of [newFileName(partition, 8, 16, first), nameWhileWriting(newFileName(partition, 8, 12, null))])
      await writeFile(join(shelf, name), 'half a fi');
    const next = await ParquetArchiveEditions.open({ directory, database });
    await next.rewrite(edition, partition, 8, TYPES, ON);
    await next.close();
    expect(await filesIn(directory)).toEqual(await liveFiles());
    await dropped();
    const rows = await database.prisma.archiveRange.count({ where: { edition } });
    expect([rows, await database.prisma.editionPartition.count({ where: { edition } })]).toEqual([0, 0]);
  });

  it('whose writer slept while it was dropped gets nothing more, and what they leave goes with the next append', async () => {
    const partition = await archived(landings(20), 5);
    await begin(FIRST_LAYOUT);
    await editions.rewrite(edition, partition, 0, TYPES, ON);
    const [made] = await database.prisma.archiveFile.findMany({ where: { edition, stream: partition.stream } });
    await dropped();
    const late = join(String(made?.location), '..');
    await mkdir(late, { recursive: true });
    await writeFile(join(late, newFileName(partition, 0, 20, first)), 'half a fi');
    const next = await ParquetMasterDataset.open({ directory, database });
    const records = recordsOf(landings(21)).slice(20);
    expect(await next.append(partition, 20, 21, records, TYPES, waitingOf(records))).toBe(true);
    await next.close();
    expect(await filesIn(directory)).toEqual(await liveFiles());
  });

  it('waits where its directory cannot be written, and leaves nothing of the attempt', async () => {
    const partition = await archived(landings(10), 5);
    await begin(FIRST_LAYOUT);
    const [{ location = '' } = {}] = await filesOf(partition, 'flight.landed');
    const shelf = `/${partition.stream}/0`;
    const blocked = join(location.slice(0, location.indexOf(shelf)), shelf, `edition-${edition}`);
    await writeFile(blocked, 'no directory');
    const attempt = editions.rewrite(edition, partition, 0, TYPES, ON);
    await expect(attempt).rejects.toMatchObject({ code: 'store-unavailable' });
    await rm(blocked);
    expect(await editions.rewrite(edition, partition, 0, TYPES, ON)).toEqual({ to: 10, records: 10 });
    await dropped();
  });
});
