import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  TwofoldError,
  naiveView,
  offsetAt,
  rowKeyOf,
  type ArchivedEvent,
  type Offset,
  type OffsetVector,
  type Partition,
  type PlainEvent,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import {
  InMemoryAuditLedger,
  InMemoryBatchEngine,
  InMemoryBatchViewStore,
  InMemoryBoundaries,
  InMemoryBuildStage,
  InMemoryMasterDataset,
  InMemorySpeedViewStore,
  InMemoryViewVersions,
} from '@twofold/in-memory';
import { NO_CHANGES, ROLL_FORWARD, type Generation, type SpeedRecordId } from '@twofold/ports';
import { NaiveLog, changedView, lawCases, thingsView, vectorOf, type LawCase } from '@twofold/testkit';
import fc from 'fast-check';
import { buildGeneration, nextWay, type BuildPorts, type Way } from './index.js';

const RUNS = 100;
const CUTS = 20;
/** More than any partition of a case has. */
const MANY = 99;
const NOTHING_ELSE = { deadLetters: 0, duplicates: 0, held: 0 };

/** One view of a case, and all that builds its generations; what workers and archivers do is up to the test. */
class World {
  readonly batchViews = new InMemoryBatchViewStore();
  readonly boundaries = new InMemoryBoundaries(this.batchViews);
  readonly speedViews = new InMemorySpeedViewStore();
  readonly masterDataset = new InMemoryMasterDataset();
  readonly stop = new AbortController();
  readonly told: string[] = [];
  elapsedMs = 0;
  /** What others do while somebody waits. */
  onWait: () => unknown = () => undefined;
  private readonly naive: NaiveLog;
  private number = 0;

  private constructor(
    readonly lawCase: LawCase,
    readonly plan: ViewPlan,
  ) {
    this.naive = new NaiveLog(lawCase);
  }

  static async of(lawCase: LawCase, plan: ViewPlan): Promise<World> {
    const world = new World(lawCase, plan);
    const counts = world.partitions.map(({ stream }) => stream);
    await world.batchViews.register(
      plan,
      Object.fromEntries(plan.streams.map((stream) => [stream, counts.filter((name) => name === stream).length])),
    );
    for (const partition of world.partitions) await world.speedViews.reset(world.idOf(partition), null, 0);
    return world;
  }

  /** Those of the view's streams. */
  get partitions(): readonly Partition[] {
    return this.lawCase.partitions.filter(({ stream }) => this.plan.streams.includes(stream));
  }

  idOf = (partition: Partition): SpeedRecordId => ({ view: this.plan.id, partition });

  /** The boundaries of the next cut; what is below them comes to the archive, and is sealed. */
  async cutAt(cut: readonly Offset[]): Promise<void> {
    this.number += 1;
    const vector = vectorOf(this.lawCase, cut);
    for (const partition of this.partitions) {
      const to = offsetAt(vector, partition);
      const from = await this.masterDataset.archivedTo(partition);
      await this.boundaries.propose(this.plan.id, this.number, partition, to);
      if (from === to) continue;
      const records = this.recordsOf(partition).filter(
        (event) => event.appliedOffset >= from && event.appliedOffset < to,
      );
      await this.masterDataset.append(partition, from, to, records, this.lawCase.events, NO_CHANGES);
      await this.fold(partition, from, to);
      await this.speedViews.seal(this.idOf(partition), { applied: to, openStart: from });
    }
  }

  /** Commits the rows of [from, to), if the record is at `from`. */
  async fold(partition: Partition, from: Offset, to: Offset): Promise<boolean> {
    const before = new Set(this.eventsBelow(partition, from));
    const events = this.eventsBelow(partition, to).filter((event) => !before.has(event));
    const change = { applied: to, appliedAtMs: 1, ...NOTHING_ELSE, rows: naiveView(this.plan, events) };
    return this.speedViews.commit(this.idOf(partition), { applied: from, openStart: from }, change);
  }

  build(way: Way, ports: Partial<BuildPorts> = {}): Promise<Generation> {
    const { batchViews, boundaries, speedViews, masterDataset, plan, stop } = this;
    const stores = { batchViews, boundaries, speedViews, masterDataset, stage: new InMemoryBuildStage() };
    const clock = {
      now: () => 0,
      elapsed: () => this.elapsedMs,
      wait: async (ms: number) => {
        this.elapsedMs += ms;
        await this.onWait();
      },
    };
    const announce = { cutRequested: async () => undefined, published: async () => undefined };
    const engine = new InMemoryBatchEngine(masterDataset);
    const others = {
      engineOf: () => engine,
      partitionsAtOnce: 1,
      clock,
      announce,
      want: () => undefined,
      keep: async () => [],
    };
    return buildGeneration({ ...stores, ...others, ...ports }, plan, way, (step) => this.told.push(step), stop.signal);
  }

  async rows(generation: number): Promise<ReadonlyMap<string, ViewRow>> {
    const found: ViewRow[] = [];
    for await (const rows of this.batchViews.scan(this.plan, generation)) found.push(...rows);
    return byKey(found);
  }

  /** The reference. */
  expected(cut: readonly Offset[]): ReadonlyMap<string, ViewRow> {
    return byKey(naiveView(this.plan, this.naive.eventsBelow(this.plan, cut)));
  }

  private eventsBelow(partition: Partition, offset: Offset): readonly PlainEvent[] {
    const cut = this.lawCase.partitions.map((other) => (other === partition ? offset : 0));
    return this.naive.eventsBelow(this.plan, cut);
  }

  private recordsOf(partition: Partition): readonly ArchivedEvent[] {
    const records = this.lawCase.log[this.lawCase.partitions.indexOf(partition)] ?? [];
    const envelope = { appendedAtMs: 1, source: 'urn:test', subject: null, dataText: null };
    return records.map((record) => ({ ...envelope, ...record, id: `${record.offset}` }));
  }
}

const byKey = (rows: readonly ViewRow[]): ReadonlyMap<string, ViewRow> =>
  new Map(rows.map((row) => [rowKeyOf(row), row]));

/** Some of the events are duplicates; some wait for a later one already. */
const withDuplicates = (lawCase: LawCase): LawCase => ({
  ...lawCase,
  log: lawCase.log.map((records) =>
    records.map((record, index) =>
      index % 5 === 4 && record.offset === record.appliedOffset
        ? { ...record, verdict: { kind: 'duplicate' } }
        : record,
    ),
  ),
});

/** Offsets of a case's partitions, cut by cut, none below the one before. */
const cutsOf = ({ log }: LawCase, drawn: readonly (readonly number[])[]): readonly (readonly Offset[])[] => {
  const heads = log.map((records) => (records.at(-1)?.appliedOffset ?? -1) + 1);
  const byPartition = heads.map((head, partition) =>
    drawn.map((places) => (places[partition] ?? 0) % (head + 1)).sort((a, b) => a - b),
  );
  return drawn.map((_, cut) => byPartition.map((offsets) => offsets[cut] ?? 0));
};

const course = fc.array(
  fc.record({
    places: fc.array(fc.nat({ max: MANY }), { minLength: 6, maxLength: 6 }),
    /** The record of a partition that is lost before the build; null: none. */
    lost: fc.option(fc.nat({ max: MANY }), { freq: 4 }),
    way: fc.constantFrom<Way>('roll-forward', 'roll-forward', 'roll-forward', 'recompute'),
  }),
  { minLength: CUTS, maxLength: CUTS },
);

describe('a generation that is rolled forward', () => {
  it('is the one that is computed, cut after cut, whatever the view and whatever is lost in between', async () => {
    const madeBy: (string | null)[] = [];
    const cases = fc.asyncProperty(lawCases.map(withDuplicates), course, async (lawCase, steps) => {
      const naive = new NaiveLog(lawCase);
      const cuts = cutsOf(
        lawCase,
        steps.map(({ places }) => places),
      );
      for (const { plan } of lawCase.views) {
        if (naive.overflowing(plan).length > 0) continue;
        const world = await World.of(lawCase, plan);
        for (const [index, { lost, way }] of steps.entries()) {
          const cut = cuts[index] ?? [];
          await world.cutAt(cut);
          const id = lost === null ? undefined : world.partitions[lost % world.partitions.length];
          if (id !== undefined) world.speedViews.restore(world.idOf(id), null);
          madeBy.push((await world.build(way)).madeBy);
          expect(await world.rows(index + 1)).toEqual(world.expected(cut));
          if (id !== undefined) {
            const end = offsetAt(vectorOf(lawCase, cut), id);
            await world.speedViews.reset(world.idOf(id), null, end);
          }
        }
      }
    });
    await fc.assert(cases, { numRuns: RUNS });
    for (const way of [ROLL_FORWARD, 'naive']) expect(madeBy.filter((by) => by === way).length).toBeGreaterThan(RUNS);
  }, 120_000);

  describe('of two partitions', () => {
    const plan = thingsView('things');
    const partitions = [0, 1].map((partition): Partition => ({ stream: 'things', partition }));
    const [first, second] = partitions as [Partition, Partition];
    const seen = (offset: number) => ({
      ...{ offset, appliedOffset: offset, verdict: { kind: 'event' } as const, type: 'thing.seen', version: 1 },
      ...{ timeMs: offset, values: [`thing ${offset % 3}`, offset, null, null, null, null, null, null] },
    });
    const records = Array.from({ length: 10 }, (_, offset) => seen(offset));
    const lawCase: LawCase = {
      ...{ events: plan.sources.flatMap(({ versions }) => versions), views: [], partitions, log: [records, records] },
      course: { cuts: [], deliveries: [] },
    };
    let world: World;
    beforeEach(async () => {
      world = await World.of(lawCase, plan);
      await world.cutAt([3, 4]);
      await world.build('roll-forward');
    });

    it('tells how it was made; the first one is computed', async () => {
      expect(await world.batchViews.published(plan.id)).toMatchObject({ number: 1, madeBy: 'naive' });
      await world.cutAt([7, 4]);
      expect(await world.build('roll-forward')).toMatchObject({ number: 2, madeBy: ROLL_FORWARD });
      expect(await world.rows(2)).toEqual(world.expected([7, 4]));
      expect(world.told).toContain(`made by ${ROLL_FORWARD}`);
      await world.cutAt([8, 8]);
      expect(await world.build('recompute')).toMatchObject({ number: 3, madeBy: 'naive' });
    });

    it('waits for the archive, so that it can be computed as well', async () => {
      await world.cutAt([7, 8]);
      let isArchived = false;
      const masterDataset = Object.create(world.masterDataset) as InMemoryMasterDataset;
      masterDataset.archivedTo = async (partition) => (isArchived ? world.masterDataset.archivedTo(partition) : 0);
      world.onWait = () => (isArchived = true);
      await world.build('roll-forward', { masterDataset });
      expect(world.elapsedMs).toBeGreaterThan(0);
    });

    it('waits for a worker that has not sealed yet', async () => {
      await world.cutAt([7, 8]);
      await world.speedViews.reset(world.idOf(second), await world.speedViews.probe(world.idOf(second)), 4);
      world.onWait = async () => {
        if (await world.fold(second, 4, 8))
          await world.speedViews.seal(world.idOf(second), { applied: 8, openStart: 4 });
      };
      expect(await world.build('roll-forward')).toMatchObject({ madeBy: ROLL_FORWARD });
      expect(await world.rows(2)).toEqual(world.expected([7, 8]));
    });

    it.each([
      ['a record is lost', () => world.speedViews.restore(world.idOf(first), null), /no speed record of things\/0/],
      [
        'a record was begun anew at the cut',
        async () => world.speedViews.reset(world.idOf(first), await world.speedViews.probe(world.idOf(first)), 7),
        /begins at 7, beyond 3/,
      ],
      [
        'no worker seals within the bound',
        async () => world.speedViews.reset(world.idOf(first), await world.speedViews.probe(world.idOf(first)), 3),
        /no epoch of things\/0 was sealed at 7 within 5 s/,
      ],
      [
        'Redis is away',
        () => {
          world.speedViews.readSealed = () =>
            Promise.reject(new TwofoldError('store-unavailable', 'Redis does not answer'));
        },
        /Redis does not answer/,
      ],
      [
        'the epochs are too large',
        () => {
          world.speedViews.readSealed = () => Promise.reject(new TwofoldError('answer-too-large', 'too many rows'));
        },
        /too many rows/,
      ],
    ])('is computed instead where %s, and says why', async (_, happen, reason) => {
      await world.cutAt([7, 8]);
      await happen();
      expect(await world.build('roll-forward')).toMatchObject({ number: 2, madeBy: 'naive' });
      expect(await world.rows(2)).toEqual(world.expected([7, 8]));
      expect(world.told.join('\n')).toMatch(reason);
    });

    it('is not registered when it is told to stop', async () => {
      await world.cutAt([7, 8]);
      world.stop.abort();
      await expect(world.build('roll-forward')).rejects.toMatchObject({ code: 'conflict' });
      expect(await world.batchViews.history(plan.id, 9)).toHaveLength(1);
    });

    it('tells a mistake of the program as one', async () => {
      await world.cutAt([7, 8]);
      world.speedViews.readSealed = () => Promise.reject(new RangeError('a bug'));
      await expect(world.build('roll-forward')).rejects.toThrow('a bug');
    });

    it('is never the first of a version that was founded: its epochs begin at the founding cut, not at the start', async () => {
      const founded = changedView(plan);
      const { batchViews, boundaries } = world;
      await batchViews.register(founded, { things: 2 });
      const versions = new InMemoryViewVersions(batchViews, boundaries, new InMemoryAuditLedger());
      const founding: OffsetVector = { things: [3, 4] };
      await versions.found(founded.id, founding);
      for (const partition of partitions)
        await world.speedViews.reset({ view: founded.id, partition }, null, offsetAt(founding, partition));
      const engine = new InMemoryBatchEngine(world.masterDataset);
      const ports = {
        ...world,
        ...{ engineOf: () => engine, partitionsAtOnce: 1, stage: new InMemoryBuildStage() },
        ...{ want: () => undefined, keep: async () => [] },
      };
      const clock = { now: () => 0, elapsed: () => 0, wait: async () => undefined };
      const announce = { cutRequested: async () => undefined, published: async () => undefined };
      const tell = () => undefined;
      const build = buildGeneration({ ...ports, clock, announce }, founded, 'roll-forward', tell, world.stop.signal);
      expect(await build).toMatchObject({ number: 1, madeBy: 'naive', rowCount: world.expected([3, 4]).size });
    });
  });
});

describe('the way of the next generation', () => {
  it('is from history for every n-th', () => {
    const wayAfter = (number: number, every: number): Way => nextWay({ number } as Generation, every);
    expect([8, 9, 10].map((number) => wayAfter(number, 10))).toEqual(['roll-forward', 'recompute', 'roll-forward']);
    expect([0, 1, 2].map((number) => wayAfter(number, 1))).toEqual(['recompute', 'recompute', 'recompute']);
  });
});
