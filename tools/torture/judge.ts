import {
  NOTHING_ASIDE,
  compareRows,
  mergeRows,
  naiveView,
  presentRow,
  sumAside,
  type Offset,
  type SetAside,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import { readFileSync } from 'node:fs';
import type { Ledger } from './client.ts';
import type { JudgedLog, JudgedRecord } from './log-copy.ts';
import { POISON } from './events.ts';
import { PLANS } from './replays.ts';
import type { Poll } from './session.ts';

type Answered = Extract<Poll, { kind: 'answer' }>;

/** Told in full for the first of each kind: more would only hide them. */
const TOLD = 5;

/** Acknowledged events count once, rejected ones never, unknown ones at most once, and nothing else does. */
export function judgeIdentities(ledger: Ledger, log: JudgedLog): readonly string[] {
  const times = new Map<string, number>();
  for (const partitions of Object.values(log))
    for (const records of partitions)
      for (const { identity, counts } of records)
        if (counts && !identity.startsWith(POISON)) times.set(identity, (times.get(identity) ?? 0) + 1);
  const wrong = [...ledger].flatMap(([id, outcome]) => {
    const count = times.get(id) ?? 0;
    times.delete(id);
    const isRight = { accepted: count === 1, rejected: count === 0, unknown: count <= 1 }[outcome];
    return isRight ? [] : [`event ${id} was ${outcome}, and counts ${count} times`];
  });
  return [...wrong, ...[...times.keys()].map((id) => `event ${id} is on the log, and nobody sent it`)];
}

/**
 * Every answer equals the fold of the log up to its own position, by the naive view, and counts what is set aside there; a
 * session with tokens never goes back. Each partition is gone through once, its rows noted at every offset that an answer was at.
 */
export function judgeAnswers(file: string, log: JudgedLog): readonly string[] {
  const answers = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Answered);
  const byVersion = Map.groupBy(answers, ({ answer }) => answer.answer.version);
  return [...byVersion]
    .flatMap(([version, ofVersion]) => {
      const plan = PLANS.get(version);
      return plan === undefined ? [`nobody declared version ${version}`] : judgeView(plan, ofVersion, log);
    })
    .concat(goneBack(answers));
}

function judgeView(plan: ViewPlan, answers: readonly Answered[], log: JudgedLog): readonly string[] {
  const partsAt = plan.streams.flatMap((stream) =>
    (log[stream] ?? []).map((records, partition) => {
      const offsetOf = ({ answer }: Answered): Offset => answer.answer.offsets[stream]?.[partition] ?? 0;
      const parts = partsAtOffsets(plan, records, new Set(answers.map(offsetOf)));
      return (answered: Answered): Part => parts.get(offsetOf(answered)) ?? NOTHING;
    }),
  );
  const order = compareRows(plan, { by: { kind: 'window' }, descending: false });
  return answers.flatMap((answered) => {
    const parts = partsAt.map((partOf) => partOf(answered));
    const rows = mergeRows(
      plan,
      parts.flatMap((part) => part.rows),
    );
    const expected = [...rows].sort(order).map((row) => presentRow(plan, row));
    const { generation, offsets, deadLetters, duplicates, held } = answered.answer.answer;
    const told = `${plan.id.name} of ${answered.session} at ${JSON.stringify(offsets)}, generation ${generation}`;
    const aside = sumAside(parts.map((part) => part.aside));
    return [
      ...(JSON.stringify(expected) === JSON.stringify(answered.answer.rows)
        ? []
        : [`${told}: ${firstDifference(expected, answered.answer.rows)}`]),
      ...(JSON.stringify(aside) === JSON.stringify({ deadLetters, duplicates, held })
        ? []
        : [
            `${told}: it sets aside ${JSON.stringify({ deadLetters, duplicates, held })}, the log ${JSON.stringify(aside)}`,
          ]),
    ];
  });
}

/** Of one partition, below an offset. */
type Part = { readonly rows: readonly ViewRow[]; readonly aside: SetAside };
const NOTHING: Part = { rows: [], aside: NOTHING_ASIDE };

function partsAtOffsets(
  plan: ViewPlan,
  records: readonly JudgedRecord[],
  offsets: ReadonlySet<Offset>,
): ReadonlyMap<Offset, Part> {
  const types = new Set(plan.sources.map(({ event }) => event.type));
  const noted = new Map<Offset, Part>();
  let part = NOTHING;
  let next = 0;
  for (const offset of [...offsets].sort((a, b) => a - b)) {
    const events = [];
    let { aside } = part;
    for (; next < records.length; next++) {
      const record = records[next];
      if (record === undefined || record.offset >= offset) break;
      events.push(...record.applied.filter(({ type }) => types.has(type)));
      aside = record.aside;
    }
    part = { rows: mergeRows(plan, [...part.rows, ...naiveView(plan, events)]), aside };
    noted.set(offset, part);
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
