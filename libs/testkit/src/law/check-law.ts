import {
  TwofoldError,
  naiveView,
  partitionName,
  rolledPlan,
  rowKeyOf,
  type Scalar,
  type Value,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { LawCase } from '../generators/law-cases.js';
import type { LawView } from '../generators/views.js';
import type { ComputeBatch, LawSubject } from './law-subject.js';
import { naiveMeasures, type Expected } from './naive-measures.js';
import { NaiveLog, type Cut, type RecordPlace } from './naive-log.js';
import { recordReader } from './read-events.js';

/** Two ways to the same rows came to different ones, or one of them to none. */
export class LawBroken extends Error {
  override readonly name = 'LawBroken';
}

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
      if (naive.overflowing(view.plan).length > 0) await checkOverflow(trial);
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
  expectSame('batch', plan, all, await trial.computeBatch(plan, naive.head));
  const ends = [...lawCase.course.cuts.slice(1), naive.head];
  const answers = await answersAt(trial);
  const coarse = rolledPlan(plan, rollUp);
  for (const [index, end] of ends.entries()) {
    const answer = answers[index] ?? [];
    const events = naive.eventsBelow(plan, end);
    expectSame(`merge up to ${end.join()}`, plan, naiveView(plan, events), answer);
    expectMeasures(subject, plan, naiveMeasures(plan.definition, events), answer);
    const rolledUp = subject.rollUp(plan, answer, rollUp);
    expectSame(`roll-up up to ${end.join()}`, coarse, naiveView(coarse, events), rolledUp);
    expectMeasures(subject, coarse, naiveMeasures(coarse.definition, events), rolledUp);
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
  const generation = await computeBatch(plan, course.cuts[0] ?? []);
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

/** Every fold stands still at the first event that overflows, and the engine refuses a cut above one, naming it. */
async function checkOverflow(trial: Trial): Promise<void> {
  const { subject, plan, lawCase, naive } = trial;
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
  for (const cut of [...lawCase.course.cuts, naive.head])
    await checkOverflowBelow(trial, cut, naive.overflowing(plan, cut));
}

async function checkOverflowBelow(
  { plan, naive, lawCase, computeBatch }: Trial,
  cut: Cut,
  places: readonly RecordPlace[],
): Promise<void> {
  const outcome = await computeBatch(plan, cut).catch((error: unknown) => {
    if (isOverflow(error)) return error;
    throw error;
  });
  if (places.length === 0) {
    if (outcome instanceof TwofoldError)
      throw broken('overflow', plan, `the engine finds one where none is: ${outcome.message}`);
    return expectSame('batch', plan, naiveView(plan, naive.eventsBelow(plan, cut)), outcome);
  }
  if (!(outcome instanceof TwofoldError))
    throw broken('overflow', plan, `the engine does not find one below ${cut.join()}`);
  const names = places.map(({ partition, offset }) => {
    const place = lawCase.partitions[partition];
    return place === undefined ? '' : `${partitionName(place)}, offset ${offset}`;
  });
  const named = /at (\S+, offset \d+)/.exec(outcome.message)?.[1] ?? outcome.message;
  if (!names.includes(named))
    throw broken('overflow', plan, `the engine names ${named}; there is ${names.join(' and ')}`);
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

const isOverflow = (error: unknown): error is TwofoldError =>
  error instanceof TwofoldError && error.code === 'overflow';

function expectSame(what: string, plan: ViewPlan, expected: readonly ViewRow[], actual: readonly ViewRow[]): void {
  const wanted = new Map(expected.map((row) => [rowKeyOf(row), row.parts]));
  for (const row of actual) {
    const parts = wanted.get(rowKeyOf(row));
    if (parts === undefined) throw broken(what, plan, `row ${rowKeyOf(row)} is not in the naive view, or stands twice`);
    if (!areSame(parts, row.parts))
      throw broken(what, plan, `row ${rowKeyOf(row)} is ${textOf(row.parts)}, the naive view has ${textOf(parts)}`);
    wanted.delete(rowKeyOf(row));
  }
  const [missing] = wanted.keys();
  if (missing !== undefined) throw broken(what, plan, `row ${missing} is missing`);
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

/** Equal to the bit and to the type: 1 is not 1n, and 0 is not −0. */
const areSame = (expected: Value, actual: Value): boolean =>
  isList(expected) && isList(actual)
    ? expected.length === actual.length && expected.every((value, index) => Object.is(value, actual[index]))
    : Object.is(expected, actual);

const isList = (value: Value): value is readonly Scalar[] => Array.isArray(value);

const digitsOf = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);

const textOf = (value: Outcome): string =>
  value instanceof TwofoldError ? value.code : Object.is(value, -0) ? '-0' : (JSON.stringify(value, digitsOf) ?? '');

const broken = (what: string, plan: ViewPlan, how: string, cause?: unknown): LawBroken =>
  new LawBroken(`${what}: ${how}\n${JSON.stringify(plan.definition)}`, { cause });
