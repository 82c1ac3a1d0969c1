import { naiveView, rowKeyOf, type Scalar, type ViewPlan, type ViewRow } from '@twofold/core';
import type { LawCase } from '../generators/law-cases.js';
import type { ComputeBatch, LawSubject } from './law-subject.js';
import { eventsBelow, headCutOf, isRead, naiveMeasures, type Cut } from './naive-law.js';

/** Two ways to the same rows came to different ones. */
export class LawBroken extends Error {
  override readonly name = 'LawBroken';
}

/**
 * The law (DESIGN 1): for every view, log and cut, the naive view, the fold and the batch engine give the same rows, and
 * so does the generation at the first cut merged with the epochs up to each later one, whatever the worker went through.
 *
 * @throws LawBroken that tells the first row that differs
 */
export async function checkLaw(subject: LawSubject, lawCase: LawCase): Promise<void> {
  const { log, course, views } = lawCase;
  const computeBatch = await subject.openBatch(lawCase);
  const head = headCutOf(log);
  for (const plan of views) {
    expectSame('fold', plan, naiveAt(plan, lawCase, head), foldAll(subject, plan, lawCase));
    expectSame('batch', plan, naiveAt(plan, lawCase, head), await computeBatch(plan, head));
    const ends = [...course.cuts.slice(1), head];
    const answers = await answersAt(subject, computeBatch, plan, lawCase);
    for (const [index, end] of ends.entries()) {
      const answer = answers[index] ?? [];
      expectSame(`merge up to ${end.join()}`, plan, naiveAt(plan, lawCase, end), answer);
      expectMeasures(subject, plan, naiveMeasures(plan, eventsBelow(plan, log, end)), answer);
    }
  }
}

const naiveAt = (plan: ViewPlan, { log }: LawCase, cut: Cut): readonly ViewRow[] =>
  naiveView(plan, eventsBelow(plan, log, cut));

function foldAll(subject: LawSubject, plan: ViewPlan, { log }: LawCase): readonly ViewRow[] {
  const fold = subject.compileFold(plan)();
  for (const event of log.flat()) if (isRead(plan, event)) fold.apply(event.values, event.timeMs);
  return fold.rows();
}

/** generation ⊕ the first epoch of each partition, ⊕ the first two, and so on. */
async function answersAt(
  subject: LawSubject,
  computeBatch: ComputeBatch,
  plan: ViewPlan,
  { log, course }: LawCase,
): Promise<readonly (readonly ViewRow[])[]> {
  const generation = await computeBatch(plan, course.cuts[0] ?? []);
  const newFold = subject.compileFold(plan);
  const tails = log.map((records, partition) =>
    subject.foldTail(plan, newFold, {
      records,
      starts: course.cuts.map((cut) => cut[partition] ?? 0),
      deliveries: course.deliveries[partition] ?? [],
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

function expectSame(what: string, plan: ViewPlan, expected: readonly ViewRow[], actual: readonly ViewRow[]): void {
  const wanted = new Map(expected.map((row) => [rowKeyOf(row), row.parts]));
  for (const row of actual) {
    const parts = wanted.get(rowKeyOf(row));
    if (parts === undefined) throw broken(what, plan, `row ${rowKeyOf(row)} is not in the naive view, or stands twice`);
    expectValues(what, plan, rowKeyOf(row), parts, row.parts);
    wanted.delete(rowKeyOf(row));
  }
  const [missing] = wanted.keys();
  if (missing !== undefined) throw broken(what, plan, `row ${missing} is missing`);
}

function expectMeasures(
  subject: LawSubject,
  plan: ViewPlan,
  expected: ReadonlyMap<string, readonly Scalar[]>,
  rows: readonly ViewRow[],
): void {
  for (const row of rows) {
    expectValues('measures', plan, rowKeyOf(row), expected.get(rowKeyOf(row)) ?? [], subject.present(plan, row));
  }
}

/** Equal to the bit and to the type: 1 is not 1n, and 0 is not −0. */
function expectValues(
  what: string,
  plan: ViewPlan,
  row: string,
  expected: readonly Scalar[],
  actual: readonly Scalar[],
): void {
  if (expected.length === actual.length && expected.every((value, index) => Object.is(value, actual[index]))) return;
  throw broken(what, plan, `row ${row} is [${textOf(actual)}], the naive view has [${textOf(expected)}]`);
}

const textOf = (values: readonly Scalar[]): string =>
  values
    .map((value) => (typeof value === 'bigint' ? `${value}n` : Object.is(value, -0) ? '-0' : JSON.stringify(value)))
    .join();

const broken = (what: string, plan: ViewPlan, how: string): LawBroken =>
  new LawBroken(`${what}: ${how}\n${JSON.stringify(plan.definition)}`);
