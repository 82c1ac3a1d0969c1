import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  constant,
  count,
  daily,
  dataSchemaOf,
  defineCatalog,
  defineEvent,
  defineView,
  int,
  liveViewOf,
  streamNamed,
  sum,
  viewNamed,
  type LiveView,
  type OffsetVector,
  type ViewPlan,
} from '@twofold/core';
import {
  InMemoryAuditLedger,
  InMemoryBatchViewStore,
  InMemoryBoundaries,
  InMemoryBuildStage,
  InMemoryDeadLetters,
  InMemoryEventLog,
  InMemorySpeedViewStore,
  InMemoryViewVersions,
  virtualClock,
} from '@twofold/in-memory';
import type { EventLogReader, ViewVersionState } from '@twofold/ports';
import { foldIntoSpeedViews, registerViews } from './index.js';

const first = defineEvent({ type: 'thing.sold', stream: 'sales', data: { price: int() } });
const second = defineEvent({
  ...{ type: 'thing.sold', version: 2, stream: 'sales', data: { price: int(), pieces: int() } },
  from: first,
  upcast: () => ({ pieces: constant('int', 1) }),
});
const before = defineCatalog({
  events: [first],
  views: [
    defineView({
      ...{ name: 'sales', from: first, window: daily() },
      measures: ({ price }) => ({ sales: count(), revenue: sum(price) }),
    }),
  ],
});
const after = defineCatalog({
  events: [first, second],
  views: [
    defineView({
      ...{ name: 'sales', from: second, window: daily() },
      measures: ({ pieces }) => ({ sales: count(), pieces: sum(pieces) }),
    }),
  ],
});
const [old, now] = [before, after].map((catalog) => viewNamed(catalog, 'sales')) as [ViewPlan, ViewPlan];
const partition = { stream: 'sales', partition: 0 };
/** Turns of the event loop: others wait for real time now and then, which passes while the test's own does. */
const MAX_TURNS = 1_000_000;
const FOLDED: readonly ViewVersionState[] = ['founded', 'serving', 'retired'];

describe('a worker', () => {
  const clock = virtualClock();
  let log: InMemoryEventLog;
  let speedViews: InMemorySpeedViewStore;
  let batchViews: InMemoryBatchViewStore;
  let versions: InMemoryViewVersions;
  let live: readonly LiveView[];
  let halted: string[];
  let stop: AbortController;
  let folding: Promise<void>;

  beforeEach(async () => {
    log = new InMemoryEventLog(clock);
    speedViews = new InMemorySpeedViewStore();
    batchViews = new InMemoryBatchViewStore(() => clock.now(), new InMemoryBuildStage());
    const boundaries = new InMemoryBoundaries(batchViews);
    versions = new InMemoryViewVersions(batchViews, boundaries, new InMemoryAuditLedger());
    for (const catalog of [before, after]) await registerViews({ log, batchViews }, catalog, 1);
    halted = [];
    await look();
    const reader: EventLogReader = {
      read: async (place, options) => {
        const batch = await log.read(place, { ...options, waitMs: 0 });
        if (batch.recordCount === 0) await clock.wait(options.waitMs ?? 0);
        return batch;
      },
      bounds: (stream) => log.bounds(stream),
      close: () => log.close(),
    };
    stop = new AbortController();
    const rethrow = (_: unknown, error: unknown): void => {
      throw error;
    };
    const report = {
      ...{ folded: () => undefined, repaired: () => undefined, trouble: rethrow },
      halted: (_id: unknown, offset: number, error: unknown) => void halted.push(`${offset}: ${String(error)}`),
    };
    folding = foldIntoSpeedViews(
      {
        ...{ log: reader, speedViews, boundaries, batchViews, deadLetters: new InMemoryDeadLetters() },
        ...{ clock, report, news: () => 0 },
      },
      { partition, views: () => live, events: after.events, stream: streamNamed(after.streams, 'sales') },
      stop.signal,
    );
  });
  afterEach(async () => {
    stop.abort();
    await folding;
  });

  /** As an app does every second. */
  const look = async (): Promise<void> => {
    const stored = (await versions.list(['sales'])).filter(({ state }) => FOLDED.includes(state));
    live = stored.map((version) => liveViewOf(version, after));
  };
  let sent = 0;
  const sell = async (type: typeof first | typeof second, data: Readonly<Record<string, number>>): Promise<void> => {
    const headers = {
      ...{ ce_specversion: '1.0', ce_id: `${sent++}`, ce_source: 'urn:test', ce_type: type.type },
      ...{ ce_dataschema: dataSchemaOf(type), ce_time: '2001-01-01T00:00:00.000Z', ce_subject: 'a' },
    };
    await log.append('sales', [{ key: 'a', headers, value: JSON.stringify(data) }]);
  };
  const recordOf = ({ id }: ViewPlan) => speedViews.load({ view: id, partition });
  const appliedOf = async (plan: ViewPlan): Promise<number | null> => (await recordOf(plan))?.record.applied ?? null;
  const eventually = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    for (let turns = 0; !(await holds()); turns++) {
      if (turns === MAX_TURNS) throw new Error(`in vain: ${what}`);
      await clock.wait(100);
    }
  };
  const reaches = (plan: ViewPlan, offset: number): Promise<void> =>
    eventually(`${plan.id.version} is at ${offset}`, async () => (await appliedOf(plan)) === offset);
  const found = async (cut: OffsetVector): Promise<void> => {
    expect(await versions.found(now.id, cut)).toBe(true);
    await look();
  };

  it('folds a version that is founded from its cut on, beside the one that serves', async () => {
    for (const price of [1, 2, 3]) await sell(first, { price });
    await reaches(old, 3);
    expect(await recordOf(now)).toBeNull();
    await found({ sales: [2] });
    await reaches(now, 3);
    expect((await recordOf(now))?.record.epochs).toMatchObject([{ start: 2, end: null }]);
    expect((await recordOf(now))?.openRows.map(({ parts }) => parts)).toEqual([[1, 1]]);
    await sell(first, { price: 4 });
    await reaches(now, 4);
    await reaches(old, 4);
    expect((await recordOf(old))?.openRows.map(({ parts }) => parts)).toEqual([[4, 10]]);
  });

  it('stops a version at the first event that it cannot read, and no other', async () => {
    await found({ sales: [0] });
    await sell(first, { price: 1 });
    await sell(second, { price: 2, pieces: 5 });
    await sell(first, { price: 3 });
    await reaches(now, 3);
    expect((await recordOf(now))?.openRows.map(({ parts }) => parts)).toEqual([[3, 7]]);
    expect(await appliedOf(old)).toBeLessThanOrEqual(1);
    expect(new Set(halted)).toEqual(
      new Set([expect.stringMatching(/^1: .*does not read urn:twofold:schema:thing\.sold:2/)]),
    );
  });

  it('takes the record of a version with it that is being removed, also where it begins it once more', async () => {
    await found({ sales: [0] });
    await sell(first, { price: 1 });
    await reaches(now, 1);
    await versions.remove(now.id);
    await speedViews.remove({ view: now.id, partition });
    // it may have been about to begin it
    await speedViews.reset({ view: now.id, partition }, null, 0);
    await look();
    await eventually('its record is gone', async () => (await recordOf(now)) === null);
    await sell(first, { price: 2 });
    await reaches(old, 2);
    expect(await recordOf(now)).toBeNull();
  });
});
