import { afterEach, describe, expect, it } from '@jest/globals';
import type { ViewRow } from '@twofold/core';
import type { PartitionWork } from '@twofold/ports';
import { thingsView } from '@twofold/testkit';
import { FoldThreads } from './fold-threads.js';

const plan = thingsView('folded');
const never = new AbortController().signal;
/** The fixture does what the number of the partition says. */
const [ECHO, ENDLESS, OVERFLOW, BUG, DIES] = [0, 1, 2, 3, 4];
const workOf = (partition = ECHO, to = 3): PartitionWork => ({
  ...{ plan, partition: { stream: 'things', partition }, from: 0, to },
  windows: { fromMs: -1, toMs: 1 },
});

const opened: FoldThreads[] = [];
afterEach(() => Promise.all(opened.splice(0).map((threads) => threads.close())));
function open(number = 1, entry = 'echo-thread.mjs', data: unknown = { bonus: 7n }): FoldThreads {
  const threads = new FoldThreads({ entry: new URL(`../fixtures/${entry}`, import.meta.url), data, threads: number });
  opened.push(threads);
  return threads;
}

async function folded(of: FoldThreads, work: PartitionWork, stop = never): Promise<readonly ViewRow[]> {
  const rows: ViewRow[] = [];
  for await (const chunk of of.fold(work, stop)) rows.push(...chunk);
  return rows;
}

describe('folds in threads', () => {
  it('are given plan and range whole, and give rows of every kind of value', async () => {
    const rows = await folded(open(), workOf());
    expect(rows).toHaveLength(3);
    expect(rows[2]).toEqual({
      dimensions: [plan.id.name, null, true, JSON.stringify(plan)],
      window: -1,
      parts: [2, 7n, 0.5, 'ü\u0000😀'],
    });
  });

  it('share the threads that there are, and use them again', async () => {
    const of = open(2);
    const all = await Promise.all(Array.from({ length: 6 }, () => folded(of, workOf())));
    expect(all.map((rows) => rows.length)).toEqual([3, 3, 3, 3, 3, 3]);
    const used = new Set(
      await Promise.all(Array.from({ length: 8 }, async () => threadOf(await folded(of, workOf(5))))),
    );
    expect(used.size).toBeLessThanOrEqual(2);
  });

  it('go no further than their reader takes, and end when it leaves', async () => {
    const of = open();
    let taken = 0;
    for await (const [row] of of.fold(workOf(ENDLESS), never)) {
      expect(row?.window).toBe(taken);
      if (++taken === 20) break;
    }
    const [before] = await folded(of, workOf(6)); // how many the thread has made
    expect(before?.window).toBeGreaterThanOrEqual(20);
    expect(before?.window).toBeLessThanOrEqual(20 + 5);
  });

  it('stop when they are told to, also those that wait for a thread', async () => {
    const of = open();
    const stop = new AbortController();
    const reading = of.fold(workOf(ENDLESS), stop.signal);
    await reading.next();
    const waiting = expect(folded(of, workOf(), stop.signal)).rejects.toMatchObject({ code: 'conflict' });
    stop.abort();
    await waiting;
    await expect(folded(of, workOf(ENDLESS), stop.signal)).rejects.toMatchObject({ code: 'conflict' });
    const left = reading.next().then(() => reading.next());
    await expect(left).rejects.toMatchObject({
      code: 'conflict',
      message: `the fold of ${plan.id.name} on things/1 was stopped`,
    });
    expect(await folded(of, workOf())).toHaveLength(3);
  });

  it('fail as the fold in the thread does', async () => {
    const of = open();
    await expect(folded(of, workOf(OVERFLOW))).rejects.toMatchObject({
      ...{ name: 'TwofoldError', code: 'overflow', message: 'at things/2, offset 1' },
    });
    await expect(folded(of, workOf(BUG))).rejects.toMatchObject({ name: 'Error', message: 'impossible: a bug' });
    expect(await folded(of, workOf())).toHaveLength(3);
  });

  it('fail when their thread dies, and the next has another', async () => {
    const of = open();
    await expect(folded(of, workOf(DIES))).rejects.toMatchObject({
      code: 'store-unavailable',
      message: `the thread that folds ${plan.id.name} on things/4 ended: it exited`,
    });
    expect(await folded(of, workOf())).toHaveLength(3);
    const broken = open(1, 'broken-thread.mjs');
    for (let time = 0; time < 2; time++)
      await expect(folded(broken, workOf())).rejects.toMatchObject({
        code: 'store-unavailable',
        message: expect.stringContaining('cannot open its stores'),
      });
  });

  it('fail when they are closed', async () => {
    const of = open();
    const reading = of.fold(workOf(ENDLESS), never);
    await reading.next();
    await of.close();
    const left = async (): Promise<void> => {
      while ((await reading.next()).done !== true);
    };
    await expect(left()).rejects.toMatchObject({ code: 'store-unavailable' });
    await expect(folded(of, workOf())).rejects.toMatchObject({ code: 'store-unavailable', message: /closed/ });
  });
});

const threadOf = (rows: readonly ViewRow[]): unknown => rows[0]?.dimensions[0];
