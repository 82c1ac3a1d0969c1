import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  TwofoldError,
  approximateDistinct,
  average,
  count,
  daily,
  defineEvent,
  defineView,
  distinct,
  latest,
  max,
  naiveView,
  optional,
  planView,
  rowKeyOf,
  string,
  int,
  sum,
  type PlainEvent,
  type Scalar,
  type ViewRow,
} from '@twofold/core';
import { InMemoryAuditLedger, InMemoryBatchViewStore, InMemorySpeedViewStore } from '@twofold/in-memory';
import { ROLL_FORWARD, type Audit, type BatchViewStore, type Clock, type SpeedRecordId } from '@twofold/ports';
import fc from 'fast-check';
import { SEAL_WAIT_MS } from './audit-generation.js';
import { auditGeneration } from './index.js';

const PARTITIONS = 2;
const RUNS = 500;
const DAY_MS = 86_400_000;

const sold = defineEvent({ type: 'thing.sold', stream: 'sales', data: { shop: optional(string()), price: int() } });
const plan = planView(
  defineView({
    name: 'sales-by-shop',
    from: sold,
    by: ({ shop }) => ({ shop }),
    window: daily(),
    measures: ({ shop, price }) => ({
      sales: count(),
      revenue: sum(price),
      mean: average(price),
      dearest: max(price),
      last: latest(price),
      shops: distinct(shop),
      prices: approximateDistinct(price),
    }),
  }),
  [sold],
);

/** The events of one partition; `cuts`: how many of them stand below cuts 1 and 2. */
type PartitionLog = { readonly events: readonly PlainEvent[]; readonly cuts: readonly [number, number] };

function logOf(partition: number, sales: readonly Sale[], cuts: readonly [number, number]): PartitionLog {
  const events = sales.map(({ shop, price, day }, offset): PlainEvent => {
    const place = { stream: 'sales', partition, offset, timeMs: day * DAY_MS };
    return { ...place, type: sold.type, data: { shop, price } };
  });
  const [one, two] = cuts.map((cut) => Math.min(cut, events.length)).sort((a, b) => a - b);
  return { events, cuts: [one ?? 0, two ?? 0] };
}

type Sale = { readonly shop: string | null; readonly price: number; readonly day: number };

/** What the stores hold when generation 1 or 2 is published: by the reference, so without any drift. */
function rowsOf(logs: readonly PartitionLog[], number: 1 | 2) {
  const below = (cut: 0 | 1 | 2): readonly number[] => logs.map(({ cuts }) => (cut === 0 ? 0 : (cuts[cut - 1] ?? 0)));
  const generation = (cut: 1 | 2): readonly ViewRow[] =>
    naiveView(
      plan,
      logs.flatMap(({ events }, index) => events.slice(0, below(cut)[index])),
    );
  const [start, end] = [below(number === 1 ? 0 : 1), below(number)];
  return {
    before: number === 1 ? [] : generation(1),
    epochs: logs.map(({ events }, index) => naiveView(plan, events.slice(start[index], end[index]))),
    recomputed: generation(number),
    start,
    end,
  };
}

/** Waits pass at once; `onWait` is what others do meanwhile. The time of day is set an hour ahead in each. */
function quickClock(onWait: (nowMs: number) => unknown = () => undefined): Clock {
  let nowMs = 1_000_000;
  let elapsedMs = 0;
  return {
    now: () => nowMs,
    elapsed: () => elapsedMs,
    wait: async (ms) => {
      elapsedMs += ms;
      nowMs += 3_600_000;
      await onWait(nowMs);
    },
  };
}

type Given = Omit<ReturnType<typeof rowsOf>, 'epochs'> & { readonly epochs: readonly (readonly ViewRow[])[] };

type Generations = Pick<BatchViewStore, 'scan' | 'history'>;

/** A platform where a generation was just published. */
class World {
  readonly batchViews = new InMemoryBatchViewStore();
  readonly speedViews = new InMemorySpeedViewStore();
  readonly ledger = new InMemoryAuditLedger();
  readonly stop = new AbortController();
  /** What the flow reads generations from. */
  reads: Generations = this.batchViews;
  clock = quickClock();
  rolledForward = false;

  static async of({ before, epochs, recomputed, start, end }: Given, number: 1 | 2): Promise<World> {
    const world = new World();
    await world.batchViews.register(plan, { sales: PARTITIONS });
    if (number === 2) await world.load(1, start, before);
    await world.load(number, end, recomputed);
    for (const [partition, rows] of epochs.entries()) {
      const [from, to] = [start[partition] ?? 0, end[partition] ?? 0];
      await world.speedViews.reset(idOf(partition), null, from);
      if (from === to) continue;
      const change = { applied: to, appliedAtMs: 1, deadLetters: 0, duplicates: 0, held: 0, rows };
      await world.speedViews.commit(idOf(partition), { applied: from, openStart: from }, change);
      await world.speedViews.seal(idOf(partition), { applied: to, openStart: from });
    }
    return world;
  }

  async audit(number: 1 | 2): Promise<Audit | null> {
    const generation = (await this.batchViews.history(plan.id, 10)).find((candidate) => candidate.number === number);
    if (generation === undefined) throw new Error(`generation ${number} was not loaded`);
    const audited = this.rolledForward ? { ...generation, madeBy: ROLL_FORWARD } : generation;
    return auditGeneration({ ...this, batchViews: this.reads }, plan, audited, this.stop.signal);
  }

  async load(number: number, cut: readonly number[], rows: readonly ViewRow[]): Promise<void> {
    const summary = { deadLetters: 0, duplicates: 0, held: 0, appliedAtMs: null, madeBy: 'naive' };
    await this.batchViews.load(plan, number, { sales: cut }, inOneChunk(rows), summary);
  }
}

async function* inOneChunk(rows: readonly ViewRow[]): AsyncGenerator<readonly ViewRow[]> {
  yield rows;
}

const idOf = (partition: number): SpeedRecordId => ({ view: plan.id, partition: { stream: 'sales', partition } });

/** A store that gives few rows at once, as one with large states does. */
const inSmallChunks = (store: BatchViewStore, size: number): Generations => ({
  history: (view, limit) => store.history(view, limit),
  async *scan(of, generation) {
    for await (const rows of store.scan(of, generation)) {
      for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size);
    }
  },
});

const sale = fc.record({
  shop: fc.constantFrom('a', 'b', '\u{ffff}', '\u{10000}', null),
  price: fc.integer({ min: -20, max: 20 }),
  day: fc.integer({ min: -3, max: 3 }),
});
const logs = fc
  .array(fc.tuple(fc.array(sale, { maxLength: 25 }), fc.tuple(fc.nat(25), fc.nat(25))), {
    minLength: PARTITIONS,
    maxLength: PARTITIONS,
  })
  .map((partitions) => partitions.map(([sales, cuts], partition) => logOf(partition, sales, cuts)));
const numbers = fc.constantFrom(1 as const, 2 as const);

/** A mistake of the batch layer in the row at about `at`. */
const seed = fc.record({
  kind: fc.constantFrom('changed' as const, 'missing' as const, 'superfluous' as const),
  at: fc.nat(50),
  measure: fc.nat(plan.measures.length - 1),
});
type Seed = typeof seed extends fc.Arbitrary<infer T> ? T : never;

/** A state that is not the one that stands. */
const otherState = (state: Scalar): Scalar => (typeof state === 'number' ? state + 1 : `${state ?? ''}?`);

function spoil(right: readonly ViewRow[], seeds: readonly Seed[]) {
  const rows = new Map(right.map((row) => [rowKeyOf(row), row]));
  const expected = { onlyRolledForward: 0, onlyRecomputed: 0, driftByMeasure: {} as Record<string, number>, rows: 0 };
  const untouched = [...right];
  for (const { kind, at, measure } of seeds) {
    const [row] = untouched.splice(at % Math.max(1, untouched.length), 1);
    if (row === undefined) break;
    expected.rows += 1;
    if (kind === 'missing') {
      rows.delete(rowKeyOf(row));
      expected.onlyRolledForward += 1;
    } else if (kind === 'superfluous') {
      const another = { ...row, window: row.window + 100 * DAY_MS };
      rows.set(rowKeyOf(another), another);
      expected.onlyRecomputed += 1;
    } else {
      const part = plan.measures[measure]?.parts[0] ?? 0;
      rows.set(rowKeyOf(row), { ...row, parts: row.parts.with(part, otherState(row.parts[part] ?? null)) });
      for (const { name, parts } of plan.measures) {
        if (parts.includes(part)) expected.driftByMeasure[name] = (expected.driftByMeasure[name] ?? 0) + 1;
      }
    }
  }
  return { rows: [...rows.values()], expected };
}

describe('an audit of a generation', () => {
  it('finds nothing where batch and speed layer folded the same, whatever they folded', async () => {
    await fc.assert(
      fc.asyncProperty(logs, numbers, fc.integer({ min: 1, max: 40 }), async (given, number, size) => {
        const rows = rowsOf(given, number);
        const world = await World.of(rows, number);
        world.reads = inSmallChunks(world.batchViews, size);
        const keys = new Set([...rows.before, ...rows.recomputed, ...rows.epochs.flat()].map(rowKeyOf));
        const audit = await world.audit(number);
        expect(audit).toEqual({
          view: plan.id,
          generation: number,
          checkedAtMs: world.clock.now(),
          state: 'same',
          reason: null,
          comparedRows: keys.size,
          driftedRows: 0,
          onlyRolledForward: 0,
          onlyRecomputed: 0,
          driftByMeasure: {},
          samples: [],
        });
        expect(await world.ledger.list(plan.id, 10)).toEqual([audit]);
      }),
      { numRuns: RUNS },
    );
  });

  it('finds exactly what is wrong in a generation: rows that are missing, superfluous, or off in a measure', async () => {
    await fc.assert(
      fc.asyncProperty(
        logs,
        numbers,
        fc.array(seed, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 40 }),
        async (given, number, seeds, size) => {
          const right = rowsOf(given, number);
          fc.pre(right.recomputed.length > 0);
          const { rows, expected } = spoil(right.recomputed, seeds);
          const world = await World.of({ ...right, recomputed: rows }, number);
          world.reads = inSmallChunks(world.batchViews, size);
          const { rows: driftedRows, ...counts } = expected;
          expect(await world.audit(number)).toMatchObject({ state: 'drifted', reason: null, driftedRows, ...counts });
        },
      ),
      { numRuns: RUNS },
    );
  });

  describe('of two partitions', () => {
    const sales = (...shops: readonly (string | null)[]): readonly Sale[] =>
      shops.map((shop, index) => ({ shop, price: index + 1, day: 0 }));
    const given = rowsOf([logOf(0, sales('a', 'b', 'a'), [1, 3]), logOf(1, sales('a', 'c', 'c', null), [2, 4])], 2);
    let world: World;
    beforeEach(async () => {
      world = await World.of(given, 2);
    });

    /** The record of partition 1 as it is when it was loaded just now. */
    const begunAnewAt = async (offset: number): Promise<void> => {
      await world.speedViews.reset(idOf(1), await world.speedViews.probe(idOf(1)), offset);
    };

    /** A later generation. */
    const publishEmpty = async (number: number): Promise<void> => {
      await world.load(number, [9, 9], []);
      for (let each = 1; each <= number; each++) await world.batchViews.publish(plan.id, each);
    };

    it.each(['before', 'epochs', 'recomputed'] as const)('finds a count that is off in %s', async (side) => {
      const row = (rows: readonly ViewRow[]): readonly ViewRow[] =>
        rows.map((each) => (each.dimensions[0] === 'a' ? { ...each, parts: each.parts.with(0, 99) } : each));
      const spoilt = { ...given, [side]: side === 'epochs' ? given.epochs.map(row) : row(given[side]) };
      const audit = await (await World.of(spoilt, 2)).audit(2);
      expect(audit).toMatchObject({ state: 'drifted', comparedRows: 4, driftedRows: 1 });
      expect(audit?.driftByMeasure).toEqual({ sales: 1, mean: 1 });
      // 99, and what the other side of the merge adds to it
      const rolledForward = { before: 100, epochs: 101, recomputed: 3 }[side];
      const recomputed = side === 'recomputed' ? 99 : 3;
      expect(audit?.samples).toEqual([
        {
          key: { shop: 'a', window: { start: '1970-01-01T00:00:00.000Z', end: '1970-01-02T00:00:00.000Z' } },
          // the mean is made of the sum and of the same count
          rolledForward: { sales: `[${rolledForward}]`, mean: `[5,${rolledForward}]` },
          recomputed: { sales: `[${recomputed}]`, mean: `[5,${recomputed}]` },
        },
      ]);
    });

    it('shows rows that one side has not, with everything that the other has', async () => {
      const recomputed = given.recomputed.filter(({ dimensions: [shop] }) => shop !== null);
      const audit = await (await World.of({ ...given, recomputed }, 2)).audit(2);
      expect(audit).toMatchObject({ driftedRows: 1, onlyRolledForward: 1, onlyRecomputed: 0, driftByMeasure: {} });
      expect(audit?.samples[0]).toMatchObject({ key: { shop: null }, recomputed: null });
      expect(Object.keys(audit?.samples[0]?.rolledForward ?? {})).toEqual(plan.measures.map(({ name }) => name));
    });

    it('keeps few samples, with states of few characters, that any store takes', async () => {
      const price = 7;
      const many = Array.from({ length: 50 }, (_, day): Sale => ({ shop: '\u{10000}'.repeat(500), price, day }));
      const rows = rowsOf([logOf(0, many, [50, 50]), logOf(1, [], [0, 0])], 1);
      const audit = await (await World.of({ ...rows, recomputed: [] }, 1)).audit(1);
      expect(audit).toMatchObject({ state: 'drifted', driftedRows: 50, onlyRolledForward: 50 });
      expect(audit?.samples).toHaveLength(20);
      for (const { rolledForward } of audit?.samples ?? []) {
        for (const state of Object.values(rolledForward ?? {})) {
          expect(state.length).toBeLessThanOrEqual(201);
          expect(state.isWellFormed()).toBe(true);
        }
      }
    });

    it('waits for a worker that has not sealed yet', async () => {
      await begunAnewAt(2);
      const rows = given.epochs[1] ?? [];
      world.clock = quickClock(async () => {
        const change = { applied: 4, appliedAtMs: 1, deadLetters: 0, duplicates: 0, held: 0, rows };
        await world.speedViews.commit(idOf(1), { applied: 2, openStart: 2 }, change);
        await world.speedViews.seal(idOf(1), { applied: 4, openStart: 2 });
      });
      expect(await world.audit(2)).toMatchObject({ state: 'same', comparedRows: 4 });
    });

    it('says that it could not compare where no epoch is sealed within its bound', async () => {
      await begunAnewAt(2);
      const beganAtMs = world.clock.elapsed();
      const reason = expect.stringContaining('no epoch of sales/1 was sealed at 4 within 20 s');
      expect(await world.audit(2)).toMatchObject({ state: 'not-comparable', reason, comparedRows: 0, driftedRows: 0 });
      expect(world.clock.elapsed() - beganAtMs).toBe(SEAL_WAIT_MS);
    });

    it.each([
      ['an epoch was begun anew beyond the cut', () => begunAnewAt(4), /sales\/1 begins at 4, beyond 2/],
      ['it was cleaned up', () => world.speedViews.dropSealed(idOf(0), 4), /sales\/0 begins at 3, beyond 1/],
      ['the record is lost', async () => world.speedViews.restore(idOf(1), null), /no speed record of sales\/1/],
      [
        'an epoch was sealed elsewhere than at the cut',
        async () => {
          await begunAnewAt(1);
          await world.speedViews.commit(
            idOf(1),
            { applied: 1, openStart: 1 },
            { applied: 4, appliedAtMs: 1, deadLetters: 0, duplicates: 0, held: 0, rows: [] },
          );
          await world.speedViews.seal(idOf(1), { applied: 4, openStart: 1 });
        },
        /epochs of sales\/1 do not lie between the cuts 2 and 4/,
      ],
      [
        'the speed views are away',
        async () => {
          world.speedViews.readSealed = () =>
            Promise.reject(new TwofoldError('store-unavailable', 'Redis does not answer'));
        },
        /Redis does not answer/,
      ],
      [
        'a generation was dropped',
        async () => {
          for (const number of [3, 4]) await publishEmpty(number);
          expect(await world.batchViews.dropSuperseded(plan.id, 0, [])).toBe(2);
        },
        /generation [12] of sales-by-shop was dropped/,
      ],
      [
        'the generation before is not known',
        async () => {
          world.reads = { scan: (of, number) => world.batchViews.scan(of, number), history: async () => [] };
        },
        /there is no generation before 2/,
      ],
    ])('says that it could not compare where %s, and why', async (_, happen, reason) => {
      await happen();
      const audit = await world.audit(2);
      expect(audit).toMatchObject({ state: 'not-comparable', reason: expect.stringMatching(reason), driftedRows: 0 });
      expect(await world.ledger.list(plan.id, 10)).toEqual([audit]);
    });

    it('needs no epoch of a partition that got no event between the cuts', async () => {
      const still = rowsOf([logOf(0, sales('a', 'b'), [1, 2]), logOf(1, sales('a', 'c'), [2, 2])], 2);
      world = await World.of(still, 2);
      world.speedViews.restore(idOf(1), null);
      expect(await world.audit(2)).toMatchObject({ state: 'same', comparedRows: 3 });
    });

    it('is not made of what was rolled forward: it came by the same way', async () => {
      world.rolledForward = true;
      expect(await world.audit(2)).toBeNull();
      expect(await world.ledger.list(plan.id, 10)).toEqual([]);
    });

    it('keeps nothing when it is told to stop', async () => {
      world.stop.abort();
      expect(await world.audit(2)).toBeNull();
      expect(await world.ledger.list(plan.id, 10)).toEqual([]);
    });

    it('tells a mistake of the program as one', async () => {
      world.speedViews.readSealed = () => Promise.reject(new RangeError('a bug'));
      await expect(world.audit(2)).rejects.toThrow('a bug');
    });
  });
});
