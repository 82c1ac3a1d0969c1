import {
  TwofoldError,
  naiveView,
  partitionName,
  windowEnd,
  windowStartAt,
  type ViewPlan,
  type WindowSpan,
} from '@twofold/core';
import type { LawCase } from '../generators/law-cases.js';
import { broken, expectSame, isOverflow } from './law-broken.js';
import type { ComputeBatch } from './law-subject.js';
import { rangeBelow, type EventsWithin, type NaiveLog, type Overflow } from './naive-log.js';

/**
 * The batch engine computes exactly the events of a range, whichever. Where one of them overflows, it says so, and names one.
 */
export async function checkBatch(
  plan: ViewPlan,
  lawCase: LawCase,
  naive: NaiveLog,
  computeBatch: ComputeBatch,
): Promise<void> {
  for (const range of rangesOf(plan, lawCase, naive)) {
    const overflowing = naive.overflowing(plan, range);
    const outcome = await computeBatch(plan, range).catch((error: unknown) => {
      if (isOverflow(error)) return error;
      throw error;
    });
    const what = `batch of [${range.from.join()}, ${range.to.join()})`;
    if (overflowing.length > 0) expectNamed(plan, lawCase, outcome, overflowing);
    else if (outcome instanceof TwofoldError)
      throw broken(what, plan, `the engine finds an overflow where none is: ${outcome.message}`);
    else expectSame(what, plan, naiveView(plan, naive.eventsWithin(plan, range)), outcome);
  }
}

/** One of so many cases has a step, too: each range costs an engine a query. */
const STEP_OF_CASES = 4;

/** All, and in some cases a step from the first cut to the head: in every other of these of some windows. */
function rangesOf(plan: ViewPlan, { course: { cuts } }: LawCase, naive: NaiveLog): readonly EventsWithin[] {
  const all = rangeBelow(naive.head);
  const times = naive.timesOf(plan);
  if (times.length % STEP_OF_CASES !== 0) return [all];
  const windows = times.length % (2 * STEP_OF_CASES) === 0 ? null : spanOf(plan, times);
  return [all, { ...all, from: cuts[0] ?? all.from, windows }];
}

/** The middle of the windows that have these times; null: the view has one of all time. */
function spanOf({ definition: { window } }: ViewPlan, times: readonly number[]): WindowSpan | null {
  const starts = times.map((timeMs) => windowStartAt(window, timeMs)).sort((a, b) => a - b);
  const first = starts[Math.floor(starts.length / 3)];
  const last = starts[Math.floor((starts.length * 2) / 3)];
  if (window.unit === 'all' || first === undefined || last === undefined) return null;
  return { fromMs: first, toMs: windowEnd(window, last) };
}

function expectNamed(plan: ViewPlan, { partitions }: LawCase, outcome: unknown, places: readonly Overflow[]): void {
  if (!(outcome instanceof TwofoldError)) throw broken('overflow', plan, 'the engine does not find one');
  const names = places.map(({ partition, offset }) => {
    const place = partitions[partition];
    return place === undefined ? '' : `${partitionName(place)}, offset ${offset}`;
  });
  const named = /at (\S+, offset \d+)/.exec(outcome.message)?.[1] ?? outcome.message;
  if (!names.includes(named))
    throw broken('overflow', plan, `the engine names ${named}; there is ${names.join(' and ')}`);
}
