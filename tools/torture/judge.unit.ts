import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { catalog } from '@twofold/catalog';
import { compareRows, naiveView, presentRow, viewNamed } from '@twofold/core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ledger } from './client.ts';
import { judgeAnswers, judgeIdentities, told } from './judge.ts';
import type { JudgedLog, JudgedRecord } from './log-copy.ts';

const VIEW = 'delays-by-airport';
const plan = viewNamed(catalog, VIEW);
const DAY_MS = 86_400_000;

const flight = (partition: number, offset: number, origin: string, delay: number): JudgedRecord => ({
  offset,
  identity: `f${offset}`,
  counts: true,
  aside: { deadLetters: 0, duplicates: 0, held: 0 },
  applied: [
    {
      type: 'flight.landed',
      timeMs: offset * DAY_MS,
      stream: 'flights',
      partition,
      offset,
      data: { date: 0, delay, distance: 1, origin, destination: 'JFK' },
    },
  ],
});
const log: JudgedLog = {
  flights: [[flight(0, 0, 'ATL', 5), flight(0, 1, 'ORD', 7), flight(0, 3, 'ATL', -1)], [flight(1, 0, 'ATL', 2)]],
  accounts: [[], []],
};

/** What the gateway would have shown, had it been right. */
function answerAt(offsets: readonly number[], session = 'a session with tokens') {
  const events = offsets.flatMap((below, partition) =>
    (log['flights']?.[partition] ?? []).flatMap(({ offset, applied }) => (offset < below ? applied : [])),
  );
  const order = compareRows(plan, { by: { kind: 'window' }, descending: false });
  const rows: readonly Readonly<Record<string, unknown>>[] = [...naiveView(plan, events)]
    .sort(order)
    .map((row) => presentRow(plan, row));
  return {
    kind: 'answer',
    session,
    view: VIEW,
    atMs: 0,
    answer: {
      rows,
      answer: {
        version: plan.id.version,
        generation: 1,
        offsets: { flights: offsets },
        deadLetters: 0,
        duplicates: 0,
        held: 0,
      },
    },
  };
}

describe('the judge of the torture', () => {
  const directory = mkdtempSync(join(tmpdir(), 'twofold-judge-'));
  const file = join(directory, 'polls.jsonl');
  const judged = (...polls: readonly unknown[]): readonly string[] => {
    writeFileSync(file, polls.map((poll) => `${JSON.stringify(poll)}\n`).join(''));
    return judgeAnswers(file, log);
  };
  beforeAll(() => writeFileSync(file, ''));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('finds nothing wrong with answers that are the fold of their prefix', () => {
    expect(judged(answerAt([0, 0]), answerAt([1, 0]), answerAt([2, 1]), answerAt([4, 1]))).toEqual([]);
  });

  it('finds an answer that lacks an event, has one twice, or is behind its position', () => {
    const right = answerAt([4, 1]);
    const lost = { ...right, answer: { ...right.answer, rows: right.answer.rows.slice(1) } };
    const [first] = right.answer.rows;
    const doubled = {
      ...right,
      answer: { ...right.answer, rows: [{ ...first, flights: 3 }, ...right.answer.rows.slice(1)] },
    };
    const behind = { ...right, answer: { ...right.answer, rows: answerAt([2, 1]).answer.rows } };
    for (const wrong of [lost, doubled, behind])
      expect(judged(wrong)).toEqual([expect.stringMatching(/the fold of the log has/)]);
  });

  it('finds an answer that does not count what is set aside', () => {
    const right = answerAt([4, 1]);
    const wrong = { ...right, answer: { ...right.answer, answer: { ...right.answer.answer, held: 1 } } };
    expect(judged(wrong)).toEqual([expect.stringMatching(/it sets aside .*"held":1.*, the log .*"held":0/)]);
  });

  it('finds a session that goes back, only where it brings its token', () => {
    expect(judged(answerAt([2, 1]), answerAt([1, 1]))).toEqual([expect.stringMatching(/went back/)]);
    expect(judged(answerAt([2, 1], 'x without tokens'), answerAt([1, 1], 'x without tokens'))).toEqual([]);
  });

  it('finds acknowledged events that are lost or doubled, rejected ones that are there, and strangers', () => {
    const all: Ledger = new Map([
      ['f0', 'accepted'],
      ['f1', 'accepted'],
      ['f3', 'unknown'],
      ['f9', 'rejected'],
      ['f8', 'unknown'],
    ]);
    const once: JudgedLog = { flights: [[flight(0, 0, 'ATL', 5), flight(0, 1, 'ORD', 7), flight(0, 3, 'ATL', -1)]] };
    expect(judgeIdentities(all, once)).toEqual([]);
    expect(judgeIdentities(all, log)).toEqual([expect.stringMatching(/f0 was accepted, and counts 2 times/)]);
    expect(judgeIdentities(new Map([...all, ['f7', 'accepted']]), once)).toEqual([
      expect.stringMatching(/f7 .* 0 times/),
    ]);
    expect(judgeIdentities(new Map([...all, ['f1', 'rejected']]), once)).toEqual([
      expect.stringMatching(/f1 was rejected/),
    ]);
    expect(judgeIdentities(new Map([...all].slice(1)), once)).toEqual([expect.stringMatching(/nobody sent it/)]);
  });

  it('tells the first few of many violations', () => {
    expect(told(Array.from({ length: 7 }, (_, index) => `${index}`))).toEqual([
      '0',
      '1',
      '2',
      '3',
      '4',
      '… and 2 more of this kind',
    ]);
  });
});
