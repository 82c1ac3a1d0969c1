import { catalog } from '@twofold/catalog';
import {
  compareRows,
  mergeRows,
  naiveView,
  presentRow,
  viewNamed,
  type Offset,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import { readFileSync } from 'node:fs';
import type { Ledger } from './client.ts';
import type { CopiedRecord, LogCopy } from './log-copy.ts';
import type { Poll } from './session.ts';

type Answered = Extract<Poll, { kind: 'answer' }>;

/** Told in full for the first of each kind: more would only hide them. */
const TOLD = 5;

/** Acknowledged events count once, rejected ones never, unknown ones at most once, and nothing else does. */
export function judgeIdentities(ledger: Ledger, log: LogCopy): readonly string[] {
  const times = new Map<string, number>();
  for (const partitions of Object.values(log))
    for (const records of partitions)
      for (const { identity, isDuplicate } of records)
        if (!isDuplicate) times.set(identity, (times.get(identity) ?? 0) + 1);
  const wrong = [...ledger].flatMap(([id, outcome]) => {
    const count = times.get(id) ?? 0;
    times.delete(id);
    const isRight = { accepted: count === 1, rejected: count === 0, unknown: count <= 1 }[outcome];
    return isRight ? [] : [`event ${id} was ${outcome}, and counts ${count} times`];
  });
  return [...wrong, ...[...times.keys()].map((id) => `event ${id} is on the log, and nobody sent it`)];
}

/**
 * Every answer equals the fold of the log up to its own position, by the naive view; a session with tokens never
 * goes back. Each partition is gone through once, its rows noted at every offset that an answer was at.
 */
export function judgeAnswers(file: string, log: LogCopy): readonly string[] {
  const answers = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Answered);
  const byView = Map.groupBy(answers, ({ view }) => view);
  return [...byView]
    .flatMap(([view, ofView]) => judgeView(viewNamed(catalog, view), ofView, log))
    .concat(goneBack(answers));
}

function judgeView(plan: ViewPlan, answers: readonly Answered[], log: LogCopy): readonly string[] {
  const rowsAt = plan.streams.flatMap((stream) =>
    (log[stream] ?? []).map((records, partition) => {
      const offsetOf = ({ answer }: Answered): Offset => answer.answer.offsets[stream]?.[partition] ?? 0;
      const rows = rowsAtOffsets(plan, records, new Set(answers.map(offsetOf)));
      return (answered: Answered): readonly ViewRow[] => rows.get(offsetOf(answered)) ?? [];
    }),
  );
  const order = compareRows(plan, { by: { kind: 'window' }, descending: false });
  return answers.flatMap((answered) => {
    const parts = rowsAt.flatMap((rowsOf) => rowsOf(answered));
    const expected = [...mergeRows(plan, parts)].sort(order).map((row) => presentRow(plan, row));
    if (JSON.stringify(expected) === JSON.stringify(answered.answer.rows)) return [];
    return [
      `${plan.id.name} of ${answered.session} at ${JSON.stringify(answered.answer.answer.offsets)}, generation ${answered.answer.answer.generation}: ${firstDifference(expected, answered.answer.rows)}`,
    ];
  });
}

/** The rows of a partition's events below each of the offsets. */
function rowsAtOffsets(
  plan: ViewPlan,
  records: readonly CopiedRecord[],
  offsets: ReadonlySet<Offset>,
): ReadonlyMap<Offset, readonly ViewRow[]> {
  const types = new Set(plan.sources.map(({ event }) => event.type));
  const noted = new Map<Offset, readonly ViewRow[]>();
  let rows: readonly ViewRow[] = [];
  let next = 0;
  for (const offset of [...offsets].sort((a, b) => a - b)) {
    const events = [];
    for (; next < records.length; next++) {
      const record = records[next];
      if (record === undefined || record.offset >= offset) break;
      if (record.event !== null && types.has(record.type)) events.push(record.event);
    }
    rows = mergeRows(plan, [...rows, ...naiveView(plan, events)]);
    noted.set(offset, rows);
  }
  return noted;
}

function firstDifference(expected: readonly unknown[], actual: readonly unknown[]): string {
  const index = Array.from({ length: Math.max(expected.length, actual.length) }).findIndex(
    (_, at) => JSON.stringify(expected[at]) !== JSON.stringify(actual[at]),
  );
  return `row ${index} is ${JSON.stringify(actual[index])}, the fold of the log has ${JSON.stringify(expected[index])}`;
}

function goneBack(answers: readonly Answered[]): readonly string[] {
  const sessions = Map.groupBy(
    answers.filter(({ session }) => session.endsWith('with tokens')),
    ({ session }) => session,
  );
  return [...sessions].flatMap(([session, polls]) =>
    polls.flatMap(({ answer }, index) => {
      const before = polls[index - 1]?.answer.answer.offsets ?? {};
      const isBack = Object.entries(answer.answer.offsets).some(([stream, offsets]) =>
        offsets.some((offset, partition) => offset < (before[stream]?.[partition] ?? 0)),
      );
      return isBack
        ? [`${session} went back from ${JSON.stringify(before)} to ${JSON.stringify(answer.answer.offsets)}`]
        : [];
    }),
  );
}

/** The first violations, and how many more there are. */
export const told = (violations: readonly string[]): readonly string[] =>
  violations.length <= TOLD
    ? violations
    : [...violations.slice(0, TOLD), `… and ${violations.length - TOLD} more of this kind`];
