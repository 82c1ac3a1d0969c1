import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDbBatchEngine } from '@twofold/batch-engine-duckdb';
import { PostgresBatchViewStore, PostgresBoundaries, PostgresBuildStage } from '@twofold/batch-view-store-postgres';
import {
  approximateDistinct,
  average,
  compileFold,
  count,
  daily,
  defineEvent,
  defineView,
  distinct,
  int,
  latest,
  naiveView,
  optional,
  planView,
  quantile,
  rowKeyOf,
  string,
  sum,
  type ArchivedEvent,
  type Offset,
  type PlainEvent,
  type ViewRow,
} from '@twofold/core';
import { buildGeneration, type BuildPorts, type Way } from '@twofold/flows';
import { ParquetMasterDataset } from '@twofold/master-dataset-parquet';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import { systemClock } from '@twofold/platform';
import { NO_CHANGES, ROLL_FORWARD, type Generation, type SpeedRecordId } from '@twofold/ports';
import { RedisSpeedViewStore } from '@twofold/speed-view-store-redis';
import { testDatabase, testServers, uniqueWord } from '@twofold/testkit';

const CUTS = 20;
/** Of the events of a partition: some come to rows that stand, some make new ones. */
const EVENTS_PER_CUT = 300;
const SHOPS = 700;
const PARTITIONS = 2;
const DAY_MS = 86_400_000;
const LOST_AT_CUT = 10;
const TEST_MS = 120_000;

const sold = defineEvent({
  type: 'thing.sold',
  stream: uniqueWord(),
  data: { shop: optional(string()), price: int() },
});
const plan = planView(
  defineView({
    name: `sales-${uniqueWord()}`,
    from: sold,
    by: ({ shop }) => ({ shop }),
    window: daily(),
    measures: ({ shop, price }) => ({
      sales: count(),
      revenue: sum(price),
      mean: average(price),
      last: latest(price),
      prices: distinct(price, { atMost: 3 }),
      aboutPrices: approximateDistinct(price),
      median: quantile(price, 0.5),
      shops: distinct(shop),
    }),
  }),
  [sold],
);
const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ stream: sold.stream, partition }));

/** The sale at an offset: so that shops, days and prices come again in later cuts. */
const saleAt = (partition: number, offset: Offset) => ({
  timeMs: ((offset * 7) % 5) * DAY_MS + offset,
  shop: offset % 50 === 0 ? null : `shop ${(offset * (partition + 3)) % SHOPS}`,
  price: (offset * 31) % 97,
});
const offsetsOf = (from: Offset, to: Offset): readonly Offset[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

describe('rolling forward with Redis and Postgres', () => {
  const database = testDatabase();
  let metadata: Metadata;
  let directory: string;
  let ports: BuildPorts & { readonly speedViews: RedisSpeedViewStore; readonly masterDataset: ParquetMasterDataset };
  let engine: DuckDbBatchEngine;
  beforeAll(async () => {
    await migrate(database.url);
    metadata = await openMetadata(database.url);
    directory = await mkdtemp(join(tmpdir(), 'twofold-test-'));
    const masterDataset = await ParquetMasterDataset.open({ directory, database: metadata });
    engine = await DuckDbBatchEngine.open({ masterDataset, tempDirectory: tmpdir() });
    const namespace = `test-${randomUUID()}`;
    ports = {
      ...{ batchViews: new PostgresBatchViewStore(metadata), boundaries: new PostgresBoundaries(metadata) },
      speedViews: await RedisSpeedViewStore.connect({ url: testServers().redisUrl, namespace }),
      ...{ masterDataset, stage: new PostgresBuildStage(metadata), engineOf: () => engine, partitionsAtOnce: 1 },
      ...{ clock: systemClock, want: () => undefined, keep: async () => [] },
      announce: { cutRequested: async () => undefined, published: async () => undefined },
    };
    await ports.batchViews.register(plan, { [sold.stream]: PARTITIONS });
    for (const partition of partitions) await ports.speedViews.reset(idOf(partition.partition), null, 0);
  });
  afterAll(async () => {
    await ports.speedViews.close();
    await ports.masterDataset.close();
    await engine.close();
    await metadata.close();
    await database.drop();
    await rm(directory, { recursive: true });
  });

  const idOf = (partition: number): SpeedRecordId => ({ view: plan.id, partition: { stream: sold.stream, partition } });
  /** What workers and archivers do of a cut: both its partitions from where they are to `to`. */
  const cutAt = async (number: number, from: Offset, to: Offset): Promise<void> => {
    for (const partition of partitions) {
      await ports.boundaries.propose(plan.id, number, partition, to);
      if (from === to) continue;
      const sales = offsetsOf(from, to).map((offset) => ({ offset, ...saleAt(partition.partition, offset) }));
      const events = sales.map(({ offset, timeMs, shop, price }): ArchivedEvent => ({
        ...{ offset, appliedOffset: offset, appendedAtMs: offset, verdict: { kind: 'event' }, timeMs },
        ...{ id: `${offset}`, source: 'urn:test', subject: null, type: sold.type, version: sold.version },
        ...{ dataText: JSON.stringify({ shop, price }), values: [shop, price] },
      }));
      await ports.masterDataset.append(partition, from, to, events, [sold], NO_CHANGES);
      const fold = compileFold(plan)(partition);
      for (const { offset, timeMs, shop, price } of sales) fold.apply(0, [shop, price], timeMs, offset);
      const change = { applied: to, appliedAtMs: to, deadLetters: 0, duplicates: 0, held: 0, rows: fold.takeChanged() };
      const id = idOf(partition.partition);
      expect(await ports.speedViews.commit(id, { applied: from, openStart: from }, change)).toBe(true);
      expect(await ports.speedViews.seal(id, { applied: to, openStart: from })).toBe(true);
    }
  };
  const build = (way: Way): Promise<Generation> =>
    buildGeneration(ports, plan, way, () => undefined, new AbortController().signal);
  const rowsOf = async (generation: number): Promise<ReadonlyMap<string, ViewRow>> => {
    const found: ViewRow[] = [];
    for await (const rows of ports.batchViews.scan(plan, generation)) found.push(...rows);
    return byKey(found);
  };
  const expected = (to: Offset): ReadonlyMap<string, ViewRow> =>
    byKey(
      naiveView(
        plan,
        partitions.flatMap(({ stream, partition }) =>
          offsetsOf(0, to).map((offset): PlainEvent => {
            const { timeMs, ...data } = saleAt(partition, offset);
            return { stream, partition, offset, timeMs, type: sold.type, data };
          }),
        ),
      ),
    );

  it(
    'comes to the generation that is computed from history, after twenty cuts, with Redis lost at one of them',
    async () => {
      for (let number = 1; number <= CUTS; number++) {
        const to = number * EVENTS_PER_CUT;
        await cutAt(number, to - EVENTS_PER_CUT, to);
        if (number === LOST_AT_CUT)
          for (const { partition } of partitions)
            await ports.speedViews.reset(idOf(partition), await ports.speedViews.probe(idOf(partition)), to);
        const isComputed = number === 1 || number === LOST_AT_CUT;
        expect((await build('roll-forward')).madeBy).toBe(isComputed ? engine.name : ROLL_FORWARD);
      }
      const head = CUTS * EVENTS_PER_CUT;
      const rolledForward = await rowsOf(CUTS);
      expect(rolledForward).toEqual(expected(head));
      await cutAt(CUTS + 1, head, head);
      expect((await build('recompute')).madeBy).toBe(engine.name);
      expect(await rowsOf(CUTS + 1)).toEqual(rolledForward);
    },
    TEST_MS,
  );
});

const byKey = (rows: readonly ViewRow[]): ReadonlyMap<string, ViewRow> =>
  new Map(rows.map((row) => [rowKeyOf(row), row]));
