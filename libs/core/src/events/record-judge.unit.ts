import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { naiveVerdicts, type NaiveRecord, type NaiveVerdict } from '../naive/naive-verdicts.js';
import { int } from './data-type.js';
import { dataSchemaOf, defineEvent } from './event-type.js';
import { asideOf, type Judgement } from './judgement.js';
import type { LogRecord } from './log-record.js';
import { PlainRecord } from './plain-record.js';
import { sizeBytesOf } from './raw-record.js';
import { RecordDecoder } from './record-decoder.js';
import { RecordJudge, type PartitionState } from './record-judge.js';
import { headersOfResolution, RESOLVES_HEADER } from './resolution.js';
import { NOTHING_ASIDE, addAside } from './set-aside.js';
import type { HeldLimits, WaitingRecord } from './waiting-records.js';

const partition = { stream: 'sales', partition: 0 };
const sold = defineEvent({ type: 'thing.sold', stream: 'sales', data: { price: int() } });

type Fact = Pick<NaiveRecord, 'offset' | 'appendedAtMs' | 'key' | 'resolves' | 'content'>;
type Rules = { readonly deadLetters: 'hold' | 'skip'; readonly withinMs: number; readonly withinRecords: number };

const recordOf = ({ offset, appendedAtMs, key, resolves, content }: Fact): LogRecord =>
  new PlainRecord({
    ...{ offset, appendedAtMs, key, value: content.kind === 'dead' ? '{' : '{"price":1}' },
    headers: [
      ['ce_id', content.kind === 'event' ? content.id : `at-${offset}`],
      ['ce_source', 'urn:test'],
      ['ce_type', content.kind === 'unknown-type' ? 'thing.lost' : sold.type],
      ['ce_dataschema', dataSchemaOf(sold)],
      ['ce_time', '2001-03-01T00:00:00Z'],
      ...(resolves === null ? [] : headersOfResolution(resolves)),
    ],
  });
const streamOf = ({ deadLetters, withinMs, withinRecords }: Rules) =>
  ({ deadLetters, duplicates: { withinMs, withinRecords } }) as const;
const judgeOf = (rules: Rules, limits: HeldLimits): RecordJudge =>
  new RecordJudge(partition, new RecordDecoder([sold]), streamOf(rules), limits);

/** In the words of the definition: what is set aside is summed up from `before` on. */
function verdictsOf(
  log: readonly Fact[],
  judgements: readonly Judgement[],
  before = NOTHING_ASIDE,
): readonly NaiveVerdict[] {
  let aside = before;
  return judgements.map((judgement, index) => {
    const { offset, content } = log[index] as Fact;
    aside = addAside(aside, asideOf(judgement));
    const itself = judgement.verdict.kind === 'event' && content.kind === 'event' ? [offset] : [];
    const applied = [...itself, ...judgement.released.map((released) => released.offset)];
    return { offset, verdict: judgement.verdict.kind, applied, aside };
  });
}

/** What a reader would have to write down to begin anywhere: as a ledger has it, of all judgements below an offset. */
function stateAt(log: readonly Fact[], judgements: readonly Judgement[], offset: number, from: number): PartitionState {
  const waiting = new Map<number, WaitingRecord>();
  const redrives: number[] = [];
  const overflowed: number[] = [];
  for (const [index, { verdict, place, key, closed, released }] of judgements.entries()) {
    const fact = log[index] as Fact;
    if (fact.offset >= offset) break;
    if (closed !== null) waiting.delete(closed.offset);
    released.forEach((record) => waiting.delete(record.offset));
    if (verdict.kind === 'dead') waiting.set(fact.offset, { kind: 'dead', offset: fact.offset, place, key });
    if (verdict.kind === 'held')
      waiting.set(fact.offset, {
        ...{ kind: 'held', offset: fact.offset, place, key: key ?? '' },
        record: recordOf(fact).copy(),
      });
    if (fact.offset < from) continue;
    if (closed?.by === 'redrive') redrives.push(fact.offset);
    if (verdict.kind === 'dead' && verdict.code === 'held-overflow') overflowed.push(fact.offset);
  }
  return { offset, waiting: [...waiting.values()].sort((a, b) => a.place - b.place), redrives, overflowed };
}

/** Few keys and ids, much that is dead, resolutions of what is open, was open and never was, gaps. */
const logs = fc
  .array(
    fc.record({
      content: fc.oneof(
        {
          weight: 6,
          arbitrary: fc.record({ kind: fc.constant('event' as const), id: fc.constantFrom('1', '2', '3', '4', '5') }),
        },
        { weight: 3, arbitrary: fc.constant({ kind: 'dead' as const }) },
        { weight: 1, arbitrary: fc.constant({ kind: 'unknown-type' as const }) },
      ),
      resolution: fc.oneof(
        { weight: 5, arbitrary: fc.constant(null) },
        {
          weight: 3,
          arbitrary: fc.record({
            kind: fc.constantFrom('discard' as const, 'redrive' as const),
            back: fc.integer({ min: -1, max: 12 }),
          }),
        },
      ),
      key: fc.constantFrom('a', 'a', 'a', 'b', '', null),
      gap: fc.constantFrom(0, 0, 0, 1),
      passedMs: fc.integer({ min: -2, max: 5 }),
    }),
    { maxLength: 60, size: 'max' },
  )
  .map((drawn) => {
    let offset = -1;
    let appendedAtMs = 1_000;
    return drawn.map(({ content, key, gap, passedMs, resolution }): Fact => {
      offset += 1 + gap;
      appendedAtMs += passedMs;
      const target = offset - (resolution?.back ?? 0);
      const resolves = resolution === null || target < 0 ? null : { kind: resolution.kind, target };
      return { offset, appendedAtMs, key, resolves, content };
    });
  });
const rules = fc.record({
  deadLetters: fc.constantFrom('hold' as const, 'hold' as const, 'skip' as const),
  withinMs: fc.nat({ max: 30 }),
  withinRecords: fc.nat({ max: 10 }),
});
const limits = fc.record({ records: fc.constantFrom(1, 2, 4, 1_000), sizeBytes: fc.constantFrom(400, 1_000_000) });

/** Where a reader begins, what it knows the state of (there, if not before), and where it goes back to. */
const begins = fc.record({ begin: fc.nat({ max: 80 }), known: fc.nat({ max: 80 }), back: fc.nat({ max: 80 }) });

const naiveOf = (log: readonly Fact[], stream: Rules, held: HeldLimits): readonly NaiveVerdict[] =>
  naiveVerdicts(
    log.map((fact) => ({ ...fact, sizeBytes: sizeBytesOf(recordOf(fact).copy()) })),
    streamOf(stream),
    held,
  );

describe('the verdicts on a partition', () => {
  it('are what the naive definition says they are', () => {
    const found = new Map<string, number>();
    fc.assert(
      fc.property(logs, rules, limits, (log, stream, held) => {
        const judge = judgeOf(stream, held);
        const judgements = log.map((fact) => judge.judge(recordOf(fact)));
        expect(verdictsOf(log, judgements)).toEqual(naiveOf(log, stream, held));
        for (const { verdict, closed, released } of judgements)
          for (const what of [
            verdict.kind === 'dead' ? verdict.code : verdict.kind,
            ...(closed === null ? [] : [`${closed.by}, then ${verdict.kind}`]),
            ...(released.length > 1 ? ['released in a row'] : []),
          ])
            found.set(what, (found.get(what) ?? 0) + 1);
      }),
      { numRuns: 2_000 },
    );
    // the cases that the definition tells apart are among those drawn
    expect([...found.keys()].sort()).toEqual([
      'discard, then resolution',
      'duplicate',
      'event',
      'held',
      'held-overflow',
      'redrive, then dead',
      'redrive, then duplicate',
      'redrive, then event',
      'redrive, then held',
      'released in a row',
      'resolution',
      'unreadable',
    ]);
  });

  it('are the same wherever a reader begins, and again', () => {
    fc.assert(
      fc.property(logs, rules, limits, begins, (log, stream, held, { begin, known, back }) => {
        const naive = naiveOf(log, stream, held);
        const whole = judgeOf(stream, held);
        const all = log.map((fact) => whole.judge(recordOf(fact)));
        const judge = judgeOf(stream, held);
        const state = Math.min(known, begin);
        const told = stream.deadLetters === 'hold' ? state : begin;
        const windowStart = Math.max(0, told - stream.withinRecords);
        judge.restart(stateAt(log, all, state, windowStart), told);
        for (const fact of log.filter(({ offset }) => offset >= Math.min(windowStart, state) && offset < begin))
          if (fact.offset < state) judge.remember(recordOf(fact));
          else judge.judge(recordOf(fact));
        judge.passTo(begin);

        const asideBefore = naive.findLast(({ offset }) => offset < begin)?.aside ?? NOTHING_ASIDE;
        const rest = log.filter(({ offset }) => offset >= begin);
        const judged = rest.map((fact) => judge.judge(recordOf(fact)));
        expect(verdictsOf(rest, judged, asideBefore)).toEqual(naive.filter(({ offset }) => offset >= begin));

        if (!judge.canJudgeFrom(back)) return;
        const again = log.filter(({ offset }) => offset >= back).map((fact) => judge.judge(recordOf(fact)));
        expect(again).toEqual(all.slice(all.length - again.length));
      }),
      { numRuns: 2_000 },
    );
  });

  it('begin with nothing that waits', () => {
    const judge = judgeOf({ deadLetters: 'hold', withinMs: 0, withinRecords: 0 }, { records: 1, sizeBytes: 1 });
    judge.restart({ offset: 0, waiting: [], redrives: [], overflowed: [] });
    expect(judge.canJudgeFrom(0)).toBe(true);
    expect(judge.canJudgeFrom(1)).toBe(false);
  });

  it('take a resolution of no offset, or of no kind, for dead', () => {
    for (const [target, kind] of [
      ['-1', 'discard'],
      ['01', 'discard'],
      ['9007199254740993', 'discard'],
      ['1', 'forget'],
    ] as const) {
      const judge = judgeOf({ deadLetters: 'skip', withinMs: 0, withinRecords: 0 }, { records: 1, sizeBytes: 1 });
      const headers = [
        [RESOLVES_HEADER, target],
        ['twofold-resolution', kind],
      ] as const;
      const record = new PlainRecord({ offset: 0, appendedAtMs: 0, key: null, value: null, headers });
      expect(judge.judge(record).verdict).toMatchObject({ kind: 'dead', code: 'unreadable' });
    }
  });
});
