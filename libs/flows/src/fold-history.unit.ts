import { describe, expect, it } from '@jest/globals';
import {
  HELD_LIMITS,
  allTime,
  count,
  daily,
  dataSchemaOf,
  defineEvent,
  defineProjection,
  defineStream,
  defineView,
  first,
  headersOfResolution,
  int,
  latest,
  mergeRows,
  multiply,
  naiveProjection,
  naiveVerdicts,
  naiveView,
  planProjection,
  planView,
  rowKeyOf,
  string,
  sum,
  type DeadLetterPolicy,
  type NaiveRecord,
  type Offset,
  type Partition,
  type PlainEvent,
  type ViewPlan,
  type ViewRow,
  type WindowSpan,
} from '@twofold/core';
import {
  InMemoryBuildStage,
  InMemoryDeadLetters,
  InMemoryEventLog,
  InMemoryMasterDataset,
  virtualClock,
} from '@twofold/in-memory';
import type { BatchEngine, OutgoingRecord } from '@twofold/ports';
import fc from 'fast-check';
import { archiveEvents } from './archive-events.js';
import { foldEngine } from './fold-engine.js';
import { foldHistory } from './fold-history.js';
import { stageHistory } from './stage-history.js';

const sold = defineEvent({ type: 'thing.sold', stream: 'sales', data: { shop: string(), price: int() } });
const returned = defineEvent({ type: 'thing.returned', stream: 'sales', data: { shop: string(), price: int() } });
const EVENTS = [sold, returned];
const byShop = planView(
  defineView({
    name: 'by-shop',
    from: EVENTS,
    by: ({ shop }) => ({ shop }),
    window: daily(),
    measures: ({ price }) => ({ sales: count(), revenue: sum(price), oldest: first(price), newest: latest(price) }),
  }),
  EVENTS,
);
const soldOnly = planView(
  defineView({ name: 'sold', from: sold, window: allTime(), measures: ({ price }) => ({ revenue: sum(price) }) }),
  EVENTS,
);
/** What came after what: no view can say it. */
const courses = planProjection(
  defineProjection({
    name: 'courses',
    from: EVENTS,
    init: () => ({ course: '', returns: 0 }),
    evolve: ({ course, returns }, event) => ({
      course: `${course}${event.type === sold.type ? 's' : 'r'}${String(event.data.price)} `,
      returns: event.type === sold.type ? 0 : returns + 1,
    }),
    present: ({ course, returns }) => ({ course, returns }),
    measures: { course: string({ maxLength: 1_000 }), returns: int() },
  }),
  EVENTS,
);
const partition: Partition = { stream: 'sales', partition: 0 };
const never = new AbortController().signal;
const DAY_MS = 86_400_000;

/** A record of the log. `id` null: it is none that can be read, or gives another up. */
type Word = {
  readonly id: string | null;
  readonly key: string;
  readonly type: string;
  readonly price: number;
  readonly day: number;
  readonly resolves: Offset | null;
};
const plainWord: Word = { id: 'a', key: 'k', type: sold.type, price: 1, day: 0, resolves: null };

const outgoing = ({ id, key, type, price, day, resolves }: Word): OutgoingRecord => {
  const version = { type, version: 1 };
  const attributes = {
    ...{ ce_id: id ?? '', ce_source: 'urn:test', ce_type: type, ce_dataschema: dataSchemaOf(version) },
    ce_time: new Date(day * DAY_MS).toISOString(),
  };
  const kind = id === null ? 'discard' : 'redrive';
  const headers = [
    ...Object.entries(attributes).map(([name, text]) => [name, Buffer.from(text)] as const),
    ...(resolves === null ? [] : headersOfResolution({ kind, target: resolves })),
  ];
  return { key: Buffer.from(key), value: Buffer.from(JSON.stringify({ shop: key, price })), headers };
};

const naiveRecord = ({ id, key, type, resolves }: Word, offset: Offset): NaiveRecord => ({
  ...{ offset, appendedAtMs: 0, key, sizeBytes: 0 },
  resolves: resolves === null ? null : { kind: id === null ? 'discard' : 'redrive', target: resolves },
  content: type === 'ship.sold' ? { kind: 'unknown-type' } : id === null ? { kind: 'dead' } : { kind: 'event', id },
});

const plainEvent = ({ type, key, price, day }: Word, offset: Offset): PlainEvent => ({
  ...partition,
  ...{ offset, type, timeMs: day * DAY_MS, data: { shop: key, price } },
});

const streamOf = (deadLetters: DeadLetterPolicy) =>
  defineStream({ name: 'sales', duplicates: { withinMs: 0, withinRecords: 4 }, deadLetters });

/** A log of these records, of which the archive has those below `archivedTo`, and the log those from `start` on. */
async function openHistory(
  words: readonly Word[],
  deadLetters: DeadLetterPolicy = 'skip',
  archivedTo: readonly Offset[] = [],
  start: Offset = 0,
) {
  const log = new InMemoryEventLog({ now: () => 0 });
  await log.ensureStream('sales', 1);
  await log.appendTo(partition, words.map(outgoing));
  const ledger = new InMemoryDeadLetters();
  const masterDataset = new InMemoryMasterDataset(ledger);
  const stream = streamOf(deadLetters);
  for (const end of archivedTo) {
    const stop = new AbortController();
    const report = { archived: () => stop.abort(), trouble: (_: unknown, error: unknown) => stop.abort(error) };
    const clock = { now: () => 0, elapsed: () => 0, wait: async () => undefined };
    const upTo: Pick<InMemoryEventLog, 'read' | 'bounds' | 'close'> = {
      read: (of, options) => log.read(of, { ...options, below: Math.min(end, options.below ?? end) }),
      bounds: (of) => log.bounds(of),
      close: () => log.close(),
    };
    if ((await masterDataset.archivedTo(partition)) >= end) continue;
    const stores = { log: upTo, masterDataset, deadLetters: ledger, deadLetterTopic: ledger };
    await archiveEvents(
      { ...stores, clock, wanted: () => end, report },
      { partition, events: EVENTS, stream },
      stop.signal,
    );
  }
  log.removeBelow(partition, start);
  const ports = { log, masterDataset, deadLetters: ledger };
  const chunks = async (
    { from, to, windows = null }: { readonly from: Offset; readonly to: Offset; readonly windows?: WindowSpan | null },
    plan: ViewPlan = byShop,
    stop = never,
  ): Promise<readonly (readonly ViewRow[])[]> => {
    const given: (readonly ViewRow[])[] = [];
    for await (const rows of foldHistory(
      ports,
      { events: EVENTS, stream },
      { plan, partition, from, to, windows },
      stop,
    ))
      given.push(rows);
    return given;
  };
  return { log, ports, stream, chunks };
}

const inOrder = (rows: readonly ViewRow[]): readonly ViewRow[] =>
  [...rows].sort((a, b) => (rowKeyOf(a) < rowKeyOf(b) ? -1 : 1));

/** What the reference makes of the events that count at offsets in [from, to), and of these windows. */
function naive(
  words: readonly Word[],
  policy: DeadLetterPolicy,
  { from, to, windows = null }: { readonly from: Offset; readonly to: Offset; readonly windows?: WindowSpan | null },
): readonly ViewRow[] {
  const applied = naiveVerdicts(words.map(naiveRecord), streamOf(policy), HELD_LIMITS)
    .filter(({ offset }) => offset >= from && offset < to)
    .flatMap((verdict) => verdict.applied);
  const events = applied
    .map((offset) => plainEvent(words[offset] ?? plainWord, offset))
    .filter(({ timeMs }) => windows === null || (timeMs >= windows.fromMs && timeMs < windows.toMs));
  return inOrder(naiveView(byShop, events));
}

const MAX_WORDS = 24;
const offsets = fc.nat({ max: MAX_WORDS });
/** What is to be resolved is mostly a dead record: of those before it the one with that number. */
const aimed = (drawn: readonly Word[]): readonly Word[] =>
  drawn.map((word, offset) => {
    const dead = drawn.flatMap(({ id, resolves }, at) => (at < offset && id === null && resolves === null ? [at] : []));
    return word.resolves === null ? word : { ...word, resolves: dead[word.resolves % dead.length] ?? word.resolves };
  });
const words: fc.Arbitrary<readonly Word[]> = fc
  .array(
    fc.record({
      id: fc.option(fc.constantFrom(...'abcdefghij'), { freq: 4 }),
      key: fc.constantFrom('k', 'l'),
      type: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(sold.type, returned.type) },
        { weight: 1, arbitrary: fc.constant('ship.sold') },
      ),
      price: fc.integer({ min: -9, max: 9 }),
      day: fc.integer({ min: -1, max: 1 }),
      resolves: fc.oneof(
        { weight: 3, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.nat({ max: MAX_WORDS }) },
      ),
    }),
    { minLength: 1, maxLength: MAX_WORDS, size: 'max' },
  )
  .map(aimed);

describe('history of a projection, folded and staged', () => {
  class Killed extends Error {}

  /** The engine, of a process that is killed in one of its steps, before or after its rows. */
  const dying = (
    engine: BatchEngine,
    kill: { readonly step: number; readonly isLate: boolean } | null,
  ): BatchEngine => {
    let steps = 0;
    return {
      ...engine,
      async *compute(...asked) {
        const isKilled = kill !== null && steps++ === kill.step;
        if (isKilled && !kill.isLate) throw new Killed();
        yield* engine.compute(...asked);
        if (isKilled) throw new Killed();
      },
    };
  };
  const kills = fc.array(fc.record({ step: fc.nat({ max: 4 }), isLate: fc.boolean() }), { maxLength: 3 });

  it('is the naive one, wherever archive and log meet, in steps of any length, and by builders that are killed', async () => {
    await fc.assert(
      fc.asyncProperty(
        words,
        fc.constantFrom<DeadLetterPolicy>('hold', 'skip'),
        fc.array(offsets, { maxLength: 3 }),
        offsets,
        fc.integer({ min: 1, max: MAX_WORDS }),
        kills,
        async (log, policy, archived, start, eventsPerStep, deaths) => {
          const archivedTo = archived.map((offset) => Math.min(offset, log.length)).sort((a, b) => a - b);
          const { ports, stream } = await openHistory(log, policy, archivedTo, Math.min(start, archivedTo.at(-1) ?? 0));
          const engine = foldEngine(ports, { events: EVENTS, streams: [stream] });
          const stage = new InMemoryBuildStage();
          const range = { from: {}, to: { sales: [log.length] }, windows: null };
          const staging = { stage, clock: virtualClock(), partitionsAtOnce: 1, eventsPerSecond: () => eventsPerStep };
          for (const death of [...deaths, null])
            await stageHistory({ ...staging, engine: dying(engine, death) }, courses, 'b', range, never).catch(
              (error: unknown) => expect(error).toBeInstanceOf(Killed),
            );
          const applied = naiveVerdicts(log.map(naiveRecord), stream, HELD_LIMITS).flatMap(
            (verdict) => verdict.applied,
          );
          const events = applied.map((offset) => {
            const word = log[offset] ?? plainWord;
            return { ...plainEvent(word, offset), subject: word.key };
          });
          expect(inOrder(mergeRows(courses, stage.rowsOf('b')))).toEqual(inOrder(naiveProjection(courses, events)));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each([[[]], [[2]]])('reads events as its own catalog had them, archived to %j', async (archivedTo) => {
    const newer = defineEvent({
      ...{ type: 'thing.sold', stream: 'sales', from: sold, data: { shop: string(), cents: int() } },
      upcast: ({ price }) => ({ cents: multiply(price, 100) }),
    });
    const { ports, stream } = await openHistory([plainWord, { ...plainWord, id: 'b', price: 7 }], 'skip', archivedTo);
    const engine = foldEngine(ports, { events: [sold, newer, returned], streams: [stream] });
    const rows: ViewRow[] = [];
    const range = { from: {}, to: { sales: [2] }, windows: null };
    for await (const some of engine.compute(courses, range, never)) rows.push(...some);
    expect(rows.map(({ parts }) => parts)).toEqual([['[2,{"course":"s1 s7 ","returns":0}]']]);
  });

  it('names an event that it cannot be folded past', async () => {
    const failing = planProjection(
      defineProjection({
        name: 'failing',
        from: sold,
        init: () => 0,
        evolve: (sales, { data }) => {
          if (data.price === 13) throw new Error('thirteen');
          return sales + 1;
        },
        present: (sales) => ({ sales }),
        measures: { sales: int() },
      }),
      EVENTS,
    );
    const { ports, stream } = await openHistory([plainWord, { ...plainWord, id: 'b', price: 13 }]);
    const engine = foldEngine(ports, { events: EVENTS, streams: [stream] });
    const computed = async (): Promise<void> => {
      const range = { from: {}, to: { sales: [2] }, windows: null };
      for await (const rows of engine.compute(failing, range, never)) expect(rows).toEqual([]);
    };
    await expect(computed()).rejects.toMatchObject({
      code: 'projection-failed',
      message:
        'failing cannot be folded past the event at sales/0, offset 1: evolve of failing of subject "k": thirteen',
    });
  });
});

describe('history, folded', () => {
  it('is the view of the events that count in any range, wherever archive and log meet, in any steps', async () => {
    let released = 0;
    await fc.assert(
      fc.asyncProperty(
        words,
        fc.constantFrom<DeadLetterPolicy>('hold', 'skip'),
        fc.array(offsets, { maxLength: 3 }),
        offsets,
        fc.array(offsets, { minLength: 2, maxLength: 4 }),
        async (log, policy, archived, start, ends) => {
          const within = (offset: Offset): Offset => Math.min(offset, log.length);
          const archivedTo = archived.map(within).sort((a, b) => a - b);
          const { chunks } = await openHistory(log, policy, archivedTo, Math.min(start, archivedTo.at(-1) ?? 0));
          const cuts = ends.map(within).sort((a, b) => a - b);
          const steps = cuts.slice(1).map((to, index) => ({ from: cuts[index] ?? 0, to }));
          const parts: ViewRow[] = [];
          for (const step of steps) {
            const rows = (await chunks(step)).flat();
            parts.push(...rows);
            expect(inOrder(mergeRows(byShop, rows))).toEqual(naive(log, policy, step));
          }
          const whole = { from: cuts[0] ?? 0, to: cuts.at(-1) ?? 0 };
          expect(inOrder(mergeRows(byShop, parts))).toEqual(naive(log, policy, whole));
          const windows = { fromMs: 0, toMs: DAY_MS };
          const some = (await chunks({ ...whole, windows })).flat();
          expect(inOrder(mergeRows(byShop, some))).toEqual(naive(log, policy, { ...whole, windows }));
          const verdicts = naiveVerdicts(log.map(naiveRecord), streamOf(policy), HELD_LIMITS);
          released += verdicts.filter(({ offset, applied }) => applied.some((at) => at !== offset)).length;
        },
      ),
      { numRuns: 1_000 },
    );
    expect(released).toBeGreaterThan(100); // or it was not looked at
  });

  it('reads no event of a type that the view does not read', async () => {
    const log = [plainWord, { ...plainWord, id: 'b', type: returned.type, price: 10 }];
    for (const archivedTo of [[], [2]]) {
      const { chunks } = await openHistory(log, 'skip', archivedTo);
      expect((await chunks({ from: 0, to: 2 }, soldOnly)).flat().map(({ parts }) => parts)).toEqual([[1]]);
    }
  });

  it('is refused before anything is given where neither archive nor log has it, naming what is missing', async () => {
    const log = Array.from({ length: 9 }, (_, n) => ({ ...plainWord, id: `${n}` }));
    const { chunks } = await openHistory(log, 'skip', [3], 5);
    const told = (range: string) => ({ code: 'history-truncated', message: expect.stringContaining(range) });
    await expect(chunks({ from: 0, to: 9 })).rejects.toMatchObject(
      told('sales/0: neither the archive nor the log has the offsets [3, 5)'),
    );
    await expect(chunks({ from: 4, to: 9 })).rejects.toMatchObject(told('[4, 5)'));
    await expect(chunks({ from: 0, to: 4 })).rejects.toMatchObject(told('[3, 4)'));
    expect((await chunks({ from: 0, to: 3 })).flat()).toHaveLength(1);
    await expect(chunks({ from: 5, to: 10 })).rejects.toMatchObject({ code: 'offset-out-of-range' });
  });

  it('gives its rows away when they are many, and begins new ones', async () => {
    const SHOPS = 60_000;
    const log = Array.from({ length: 2 * SHOPS }, (_, n) => ({
      ...plainWord,
      id: `${n}`,
      key: `${n % SHOPS}`.padStart(100),
    }));
    const { chunks } = await openHistory(log);
    const given = await chunks({ from: 0, to: log.length });
    expect(Math.max(...given.map((rows) => rows.length))).toBeLessThanOrEqual(2_000);
    expect(given.flat().length).toBeGreaterThan(SHOPS);
    const merged = mergeRows(byShop, given.flat());
    expect(merged).toHaveLength(SHOPS);
    expect(new Set(merged.map(({ parts }) => `${parts[0]} ${parts[1]}`))).toEqual(new Set(['2 2']));
  });

  it.each([[[]], [[2]]])('stops where it is told to, archived to %j', async (archivedTo) => {
    const { chunks } = await openHistory([plainWord, { ...plainWord, id: 'b' }], 'skip', archivedTo);
    await expect(chunks({ from: 0, to: 2 }, byShop, AbortSignal.abort())).rejects.toMatchObject({ code: 'conflict' });
  });

  it.each([[[]], [[2]]])('names an event that overflows, archived to %j', async (archivedTo) => {
    const squares = planView(
      defineView({
        name: 'squares',
        from: sold,
        window: allTime(),
        measures: ({ price }) => ({ total: sum(multiply(price, price)) }),
      }),
      EVENTS,
    );
    const log = [plainWord, { ...plainWord, id: 'b', price: Number.MAX_SAFE_INTEGER }];
    const { chunks } = await openHistory(log, 'skip', archivedTo);
    await expect(chunks({ from: 0, to: 2 }, squares)).rejects.toMatchObject({
      code: 'overflow',
      message: expect.stringContaining('squares: arithmetic leaves 64 bits of the event at sales/0, offset 1'),
    });
  });
});
