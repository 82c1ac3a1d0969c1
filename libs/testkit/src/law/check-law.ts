import {
  TwofoldError,
  naiveView,
  partitionName,
  rolledPlan,
  rowKeyOf,
  viewOf,
  type Value,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { LawCase } from '../generators/law-cases.js';
import type { LawView } from '../generators/views.js';
import { checkBatch } from './check-batch.js';
import { LawBroken, areSame, broken, digitsOf, expectSame, isOverflow, textOf } from './law-broken.js';
import type { ComputeBatch, LawSubject } from './law-subject.js';
import { naiveMeasures, type Expected } from './naive-measures.js';
import { NaiveLog, rangeBelow } from './naive-log.js';
import { recordReader } from './read-events.js';

/** A view of a case, and all that computes it. */
type Trial = LawView & {
  readonly subject: LawSubject;
  readonly lawCase: LawCase;
  readonly naive: NaiveLog;
  readonly computeBatch: ComputeBatch;
};

/**
 * The law (docs/architecture.md): for every view, log and cut, the naive view, the fold and the batch engine give the same rows, and
 * so does the generation at the first cut merged with the epochs up to each later one, whatever the worker went through;
 * what is rolled up from it is the naive view of the coarser one. Where an event overflows, each of them says so.
 *
 * @throws LawBroken that tells the first row that differs
 */
export async function checkLaw(subject: LawSubject, lawCase: LawCase): Promise<void> {
  const computeBatch = await subject.openBatch(lawCase);
  const naive = new NaiveLog(lawCase);
  for (const view of lawCase.views) {
    const trial: Trial = { ...view, subject, lawCase, naive, computeBatch };
    try {
      await checkBatch(view.plan, lawCase, naive, computeBatch);
      if (naive.overflowing(view.plan).length > 0) checkOverflow(trial);
      else await checkRows(trial);
    } catch (error) {
      throw error instanceof LawBroken ? error : broken('error', view.plan, String(error), error);
    }
  }
}

async function checkRows(trial: Trial): Promise<void> {
  const { subject, plan, rollUp, lawCase, naive } = trial;
  const all = naiveView(plan, naive.eventsBelow(plan, naive.head));
  expectSame('fold', plan, all, foldAll(trial));
  const ends = [...lawCase.course.cuts.slice(1), naive.head];
  const answers = await answersAt(trial);
  const coarse = rolledPlan(plan, rollUp);
  for (const [index, end] of ends.entries()) {
    const answer = answers[index] ?? [];
    const events = naive.eventsBelow(plan, end);
    expectSame(`merge up to ${end.join()}`, plan, naiveView(plan, events), answer);
    expectMeasures(subject, plan, naiveMeasures(viewOf(plan), events), answer);
    const rolledUp = subject.rollUp(plan, answer, rollUp);
    expectSame(`roll-up up to ${end.join()}`, coarse, naiveView(coarse, events), rolledUp);
    expectMeasures(subject, coarse, naiveMeasures(viewOf(coarse), events), rolledUp);
  }
}

function foldAll({ subject, plan, lawCase }: Trial): readonly ViewRow[] {
  const newFold = subject.compileFold(plan);
  const apply = recordReader(subject, plan);
  const folds = lawCase.partitions.map((partition, index) => {
    const fold = newFold(partition);
    for (const record of lawCase.log[index] ?? []) apply(fold, record);
    return fold.rows();
  });
  return folds.length === 1 ? (folds[0] ?? []) : subject.merge(plan, [], folds);
}

/** generation ⊕ the first epoch of each partition, ⊕ the first two, and so on. */
async function answersAt({ subject, plan, lawCase, computeBatch }: Trial): Promise<readonly (readonly ViewRow[])[]> {
  const { log, partitions, course } = lawCase;
  const generation = await computeBatch(plan, rangeBelow(course.cuts[0] ?? []));
  const newFold = subject.compileFold(plan);
  const apply = recordReader(subject, plan);
  const tails = partitions.map((partition, index) =>
    subject.foldTail(apply, () => newFold(partition), {
      records: log[index] ?? [],
      starts: course.cuts.map((cut) => cut[index] ?? 0),
      deliveries: course.deliveries[index] ?? [],
    }),
  );
  return course.cuts.map((_, last) =>
    subject.merge(
      plan,
      generation,
      tails.flatMap((epochs) => epochs.slice(0, last + 1)),
    ),
  );
}

/** Every fold stands still at the first event that overflows. */
function checkOverflow({ subject, plan, lawCase, naive }: Trial): void {
  const newFold = subject.compileFold(plan);
  const apply = recordReader(subject, plan);
  const overflowing = naive.overflowing(plan);
  for (const [index, partition] of lawCase.partitions.entries()) {
    const fold = newFold(partition);
    const halted = (lawCase.log[index] ?? []).find((record) => isOverflow(errorOf(() => apply(fold, record))))?.offset;
    const expected = overflowing.find((place) => place.partition === index)?.offset;
    if (halted !== expected)
      throw broken('overflow', plan, `the fold of ${partitionName(partition)} halts at ${halted}, not at ${expected}`);
  }
}

function errorOf(act: () => void): unknown {
  try {
    act();
    return null;
  } catch (error) {
    if (isOverflow(error)) return error;
    throw error;
  }
}

function expectMeasures(
  subject: LawSubject,
  plan: ViewPlan,
  expected: ReadonlyMap<string, readonly Expected[]>,
  rows: readonly ViewRow[],
): void {
  for (const row of rows) {
    for (const [index, measure] of plan.measures.entries()) {
      const actual = outcomeOf(() => subject.present(measure, row.parts));
      const wanted = expected.get(rowKeyOf(row))?.[index];
      if (wanted === undefined || !meets(actual, wanted))
        throw broken(
          'measures',
          plan,
          `${measure.name} of row ${rowKeyOf(row)} is ${textOf(actual)}, by the words of it ${JSON.stringify(wanted, digitsOf)}`,
        );
    }
  }
}

type Outcome = Value | TwofoldError;

function outcomeOf(present: () => Value): Outcome {
  try {
    return present();
  } catch (error) {
    if (error instanceof TwofoldError) return error;
    throw error;
  }
}

function meets(actual: Outcome, expected: Expected): boolean {
  if (actual instanceof TwofoldError) return expected.kind === 'fails' && actual.code === expected.code;
  switch (expected.kind) {
    case 'is':
      return areSame(expected.value, actual);
    case 'near':
      return expected.holds(actual);
    case 'fails':
      return false;
  }
}
