import { describe, expect, it } from '@jest/globals';
import { TwofoldError, type ViewRow } from '@twofold/core';
import type { EventRange, PartitionWork } from '@twofold/ports';
import { eventually, thingsView } from '@twofold/testkit';
import { FoldBatchEngine } from './fold-batch-engine.js';
import type { PartitionFolds } from './partition-folds.js';

const plan = thingsView('folded');
const never = new AbortController().signal;
const row = (dimension: string): ViewRow => ({ dimensions: [dimension], window: 0, parts: [] });
const RANGE: EventRange = { from: { things: [0, 3] }, to: { things: [2, 3, 5], beings: [1] }, windows: null };

/** Folds by a function of the work; tells which are under way. */
function foldsOf(fold: (work: PartitionWork, stop: AbortSignal) => AsyncIterable<readonly ViewRow[]>) {
  const underWay = new Set<string>();
  let closed = 0;
  const folds: PartitionFolds = {
    async *fold(work, stop) {
      const name = `${work.partition.stream}/${work.partition.partition} [${work.from}, ${work.to})`;
      underWay.add(name);
      try {
        yield* fold(work, stop);
      } finally {
        underWay.delete(name);
      }
    },
    close: async () => void closed++,
  };
  return { engine: new FoldBatchEngine(folds), underWay, closed: () => closed };
}

async function* untilStopped(_work: PartitionWork, stop: AbortSignal): AsyncGenerator<readonly ViewRow[]> {
  yield [row('first')];
  if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve));
  throw new TwofoldError('conflict', 'stopped');
}

async function computed(engine: FoldBatchEngine, stop = never): Promise<readonly ViewRow[]> {
  const rows: ViewRow[] = [];
  for await (const chunk of engine.compute(plan, RANGE, stop)) rows.push(...chunk);
  return rows;
}

describe('the fold as a batch engine', () => {
  it('gives the rows of every partition that has something of the range', async () => {
    const works: PartitionWork[] = [];
    const { engine, closed } = foldsOf(async function* (work) {
      works.push(work);
      yield [row(work.partition.stream)];
      yield [row(`${work.partition.partition}`)];
    });
    const rows = await computed(engine);
    expect(rows.map(({ dimensions }) => dimensions[0]).sort()).toEqual(['0', '0', '2', 'beings', 'things', 'things']);
    const place = (stream: string, partition: number) => ({ partition: { stream, partition }, plan, windows: null });
    expect(works).toEqual([
      { ...place('things', 0), from: 0, to: 2 },
      { ...place('things', 2), from: 0, to: 5 },
      { ...place('beings', 0), from: 0, to: 1 },
    ]);
    await engine.close();
    expect(closed()).toBe(1);
  });

  it('folds all partitions side by side, each no further than its reader has taken', async () => {
    let made = 0;
    const { engine, underWay } = foldsOf(async function* () {
      for (;;) yield [row(`${made++}`)];
    });
    let taken = 0;
    for await (const _ of engine.compute(plan, RANGE, never)) {
      expect(made).toBeLessThanOrEqual(taken + 2 * 3);
      if (++taken === 30) break;
    }
    expect(taken).toBe(30);
    expect(underWay.size).toBe(0);
  });

  it('fails as the first partition that fails, and ends the others', async () => {
    const { engine, underWay } = foldsOf(async function* (work, stop) {
      if (work.partition.stream === 'beings') throw new TwofoldError('overflow', 'at beings/0, offset 0');
      yield* untilStopped(work, stop);
    });
    await expect(computed(engine)).rejects.toMatchObject({ code: 'overflow', message: 'at beings/0, offset 0' });
    expect(underWay.size).toBe(0);
  });

  it('stops all of them', async () => {
    const { engine, underWay } = foldsOf(untilStopped);
    const stop = new AbortController();
    const computing = expect(computed(engine, stop.signal)).rejects.toMatchObject({ code: 'conflict' });
    await eventually('all fold', async () => underWay.size === 3);
    stop.abort();
    await computing;
    expect(underWay.size).toBe(0);
  });
});
