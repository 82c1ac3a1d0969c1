import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDbBatchEngine } from '@twofold/batch-engine-duckdb';
import { FoldBatchEngine, FoldThreads } from '@twofold/batch-engine-fold';
import { PostgresDeadLetters } from '@twofold/batch-view-store-postgres';
import { catalog } from '@twofold/catalog';
import {
  mergeRows,
  naiveView,
  rowKeyOf,
  streamNamed,
  type Offset,
  type Partition,
  type PlainEvent,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import { KafkaAdmin, KafkaDeadLetterTopic, KafkaRawReader, KafkaWriter } from '@twofold/event-log-kafka';
import { archiveEvents } from '@twofold/flows';
import { ParquetMasterDataset } from '@twofold/master-dataset-parquet';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import { parseSettings, systemClock } from '@twofold/platform';
import type { BatchEngine, EventLogReader, EventRange, OutgoingRecord } from '@twofold/ports';
import { testDatabase, testServers, uniqueWord } from '@twofold/testkit';
import kafkajs from 'kafkajs';
import { batchViewBuilderSettings } from './settings.js';

const PARTITIONS = 3;
const RECORDS = 4_000;
const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2001, 0, 1);
const AIRPORTS = ['ATL', 'JFK', 'ORD', 'SFO', 'LAX'];
const never = new AbortController().signal;

/** A flight of a partition. One in ten is no event, one in ten was there before. */
type Flight = {
  readonly id: string;
  readonly isDead: boolean;
  readonly timeMs: number;
  readonly data: PlainEvent['data'];
};
const flightAt = (offset: Offset): Flight => ({
  id: `flight-${offset % 10 === 7 ? offset - 5 : offset}`,
  isDead: offset % 10 === 3,
  timeMs: START_MS + offset * 60_000 * 7,
  data: {
    delay: (offset % 97) - 20,
    distance: 100 + (offset % 1_000),
    origin: AIRPORTS[offset % 5] ?? '',
    destination: AIRPORTS[offset % 3] ?? '',
  },
});
const outgoing = ({ id, isDead, timeMs, data }: Flight): OutgoingRecord => {
  const time = new Date(timeMs).toISOString();
  const attributes = {
    ...{ ce_specversion: '1.0', ce_id: id, ce_source: 'urn:test', ce_type: 'flight.landed' },
    ...{ ce_dataschema: 'urn:twofold:schema:flight.landed:1', ce_time: time },
  };
  const headers = Object.entries(attributes).map(([name, text]) => [name, Buffer.from(text)] as const);
  return { key: Buffer.from('k'), value: Buffer.from(isDead ? '{' : JSON.stringify({ date: time, ...data })), headers };
};
/** Of partition `partition`, what counts at offsets in [from, to). */
const events = (partition: number, from: Offset, to: Offset): readonly PlainEvent[] =>
  Array.from({ length: to - from }, (_, index) => from + index)
    .filter((offset) => offset % 10 !== 3 && offset % 10 !== 7)
    .map((offset) => {
      const { timeMs, data } = flightAt(offset);
      return { stream: 'flights', partition, offset, type: 'flight.landed', timeMs, data: { date: timeMs, ...data } };
    });

const inOrder = (rows: readonly ViewRow[]): readonly ViewRow[] =>
  [...rows].sort((a, b) => (rowKeyOf(a) < rowKeyOf(b) ? -1 : 1));

/** Where the archive of each partition ends; where its log starts; a partition whose log was cut off too early. */
const ARCHIVED = [2_500, 0, RECORDS];
const STARTS = [1_800, 0, 3_999];
const HEADS = ARCHIVED.map(() => RECORDS);

describe('the engines, over real archive and log', () => {
  const database = testDatabase();
  const namespace = uniqueWord();
  const brokers = testServers().kafkaBrokers;
  const kafka = { brokers, namespace };
  let directory: string;
  let metadata: Metadata;
  let masterDataset: ParquetMasterDataset;
  let log: KafkaRawReader;
  let fold: FoldBatchEngine;
  let duckDb: DuckDbBatchEngine;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'twofold-test-'));
    await migrate(database.url);
    metadata = await openMetadata(database.url);
    masterDataset = await ParquetMasterDataset.open({ directory, database: metadata });
    log = new KafkaRawReader(kafka);
    await writeLog();
    for (const [partition, to] of ARCHIVED.entries()) await archiveTo({ stream: 'flights', partition }, to);
    await removeBelow(STARTS);
    const settings = parseSettings(batchViewBuilderSettings, {
      ...{ KAFKA_BROKERS: brokers.join(','), TWOFOLD_NAMESPACE: namespace },
      ...{ DATABASE_URL: database.url, REDIS_URL: testServers().redisUrl, ARCHIVE_DIR: directory },
    });
    fold = new FoldBatchEngine(new FoldThreads({ entry: builtEntry, data: settings, threads: 2 }));
    duckDb = await DuckDbBatchEngine.open({ masterDataset, tempDirectory: directory });
  });
  afterAll(async () => {
    await Promise.all([fold.close(), duckDb.close(), log.close()]);
    await masterDataset.close();
    await metadata.close();
    await database.drop();
    await rm(directory, { recursive: true });
  });

  /** What the app runs, as it was built: jest's own sources are no module for a thread. */
  const builtEntry = new URL('../dist/fold-thread.js', import.meta.url);

  async function writeLog(): Promise<void> {
    const [admin, writer] = [new KafkaAdmin(kafka), new KafkaWriter(kafka)];
    await admin.ensureStream('flights', PARTITIONS);
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const records = Array.from({ length: RECORDS }, (_, offset) => outgoing(flightAt(offset)));
      await writer.appendTo({ stream: 'flights', partition }, records);
    }
    await Promise.all([admin.close(), writer.close()]);
  }

  /** In ranges of some thousand offsets. */
  async function archiveTo(partition: Partition, end: Offset): Promise<void> {
    const deadLetterTopic = new KafkaDeadLetterTopic(kafka);
    for (let to = 0; to < end;) {
      to = Math.min(to + 1_100, end);
      const upTo: EventLogReader = {
        read: (of, options) => log.read(of, { ...options, below: Math.min(to, options.below ?? to) }),
        bounds: (stream) => log.bounds(stream),
        close: async () => undefined,
      };
      const stop = new AbortController();
      const report = { archived: () => stop.abort(), trouble: (_: unknown, error: unknown) => stop.abort(error) };
      const deadLetters = new PostgresDeadLetters(metadata);
      await archiveEvents(
        { log: upTo, masterDataset, deadLetters, deadLetterTopic, clock: systemClock, wanted: () => to, report },
        { partition, events: catalog.events, stream: streamNamed(catalog.streams, 'flights') },
        stop.signal,
      );
    }
    await deadLetterTopic.close();
    expect(await masterDataset.archivedTo(partition)).toBe(end);
  }

  async function removeBelow(offsets: readonly Offset[]): Promise<void> {
    const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    const partitions = offsets.map((offset, partition) => ({ partition, offset: `${offset}` }));
    const topic = `${namespace}.events.flights`;
    await admin.fetchTopicOffsets(topic); // kafkajs forgets to ask who leads the topic
    await admin.deleteTopicRecords({ topic, partitions });
    await admin.disconnect();
    expect((await log.bounds('flights')).start).toEqual(offsets);
  }

  async function computed(engine: BatchEngine, plan: ViewPlan, range: EventRange): Promise<readonly ViewRow[]> {
    const rows: ViewRow[] = [];
    for await (const chunk of engine.compute(plan, range, never)) rows.push(...chunk);
    return inOrder(engine.givesEachRowOnce ? rows : mergeRows(plan, rows));
  }

  const rangeOf = (
    from: readonly Offset[],
    to: readonly Offset[],
    windows: EventRange['windows'] = null,
  ): EventRange => ({
    ...{ from: { flights: from }, to: { flights: to }, windows },
  });
  const naive = (plan: ViewPlan, { from, to, windows }: EventRange): readonly ViewRow[] =>
    inOrder(
      naiveView(
        plan,
        (to['flights'] ?? [])
          .flatMap((end, partition) => events(partition, from['flights']?.[partition] ?? 0, end))
          .filter(({ timeMs }) => windows === null || (timeMs >= windows.fromMs && timeMs < windows.toMs)),
      ),
    );

  it('come to the rows of the naive reference: the fold from archive and log, whatever lies where', async () => {
    expect(existsSync(builtEntry)).toBe(true);
    for (const plan of catalog.views.filter(({ streams }) => streams.includes('flights'))) {
      const all = rangeOf([], HEADS);
      expect(await computed(fold, plan, all)).toEqual(naive(plan, all));
      const step = rangeOf([1_000, 10, 3_500], [2_600, 3_000, 3_700], {
        fromMs: START_MS,
        toMs: START_MS + 7 * DAY_MS,
      });
      expect(await computed(fold, plan, step)).toEqual(naive(plan, step));
      for (const range of [rangeOf([], ARCHIVED), rangeOf([1_150, 0, 2_200], [2_300, 0, 3_999])]) {
        expect(await computed(fold, plan, range)).toEqual(naive(plan, range));
        expect(await computed(duckDb, plan, range)).toEqual(naive(plan, range));
      }
    }
  });

  it('refuse what neither archive nor log has, naming it', async () => {
    const [plan] = catalog.views.filter(({ streams }) => streams.includes('flights'));
    if (plan === undefined) throw new Error('no view of flights');
    await removeBelow([2_700, 0, 3_999]);
    await expect(computed(fold, plan, rangeOf([], HEADS))).rejects.toMatchObject({
      code: 'history-truncated',
      message: expect.stringContaining('flights/0: neither the archive nor the log has the offsets [2500, 2700)'),
    });
    const archived = rangeOf([], ARCHIVED);
    expect(await computed(fold, plan, archived)).toEqual(naive(plan, archived));
  });
});
