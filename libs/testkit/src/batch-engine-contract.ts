import { describe, expect, jest, test } from '@jest/globals';
import { impossible, mergeRows, type ViewPlan, type ViewRow } from '@twofold/core';
import type { BatchEngine, EventRange } from '@twofold/ports';
import fc from 'fast-check';
import { lawCases, type LawCase } from './generators/law-cases.js';
import { checkBatch } from './law/check-batch.js';
import { FOUND_CASES, sumThatComesBack } from './law/found-cases.js';
import { rangeOf } from './law/law-files.js';
import { writable } from './law/law-records.js';
import { NaiveLog, rangeBelow, type EventsWithin } from './law/naive-log.js';

export type BatchEngineUnderTest = {
  /** An engine over the history of a case: `archivedOf` and `outgoingOf` say how its records stand there. */
  open(lawCase: LawCase): Promise<BatchEngine>;
  /** Random cases to try: as many as take some seconds. */
  readonly runs: number;
};

/** What a case may take, ms. */
const CASE_MS = 10_000;
const never = new AbortController().signal;

/** Every sentence of the port in batch-engine.ts, on one implementation. */
export function batchEngineContract(name: string, { open, runs }: BatchEngineUnderTest): void {
  describe(`batch engine: ${name}`, () => {
    jest.setTimeout(runs * CASE_MS);

    async function computed(
      engine: BatchEngine,
      plan: ViewPlan,
      range: EventRange,
      stop = never,
    ): Promise<readonly ViewRow[]> {
      const rows: ViewRow[] = [];
      for await (const chunk of engine.compute(plan, range, stop)) rows.push(...chunk);
      return engine.givesEachRowOnce ? rows : mergeRows(plan, rows);
    }

    async function check(lawCase: LawCase): Promise<void> {
      const engine = await open(lawCase);
      const naive = new NaiveLog(lawCase);
      try {
        for (const { plan } of lawCase.views)
          await checkBatch(plan, lawCase, naive, (of, within) => computed(engine, of, rangeOf(lawCase, within)));
      } finally {
        await engine.close();
      }
    }

    test.each([...FOUND_CASES])(
      'gives the rows of the naive reference, or names what overflows: $name',
      ({ lawCase }) => check(lawCase()),
    );

    test('gives the rows of the naive reference for every range, of any view and log', async () => {
      await fc.assert(fc.asyncProperty(lawCases.map(writable), check), { numRuns: runs });
    });

    describe('with a history', () => {
      const lawCase = sumThatComesBack();
      const { head } = new NaiveLog(lawCase);
      const plan = lawCase.views[0]?.plan ?? impossible('a case without a view');
      const withEngine = async (work: (engine: BatchEngine) => Promise<void>): Promise<void> => {
        const engine = await open(lawCase);
        await work(engine).finally(() => engine.close());
      };
      const range = (within: Partial<EventsWithin>): EventRange => rangeOf(lawCase, { ...rangeBelow(head), ...within });

      test('gives no rows of a range without events', () =>
        withEngine(async (engine) => {
          expect(await computed(engine, plan, range({ from: head }))).toEqual([]);
          expect(await computed(engine, plan, { from: {}, to: {}, windows: null })).toEqual([]);
        }));

      test('rejects when it is stopped, and computes again', () =>
        withEngine(async (engine) => {
          await expect(computed(engine, plan, range({}), AbortSignal.abort())).rejects.toMatchObject({
            code: 'conflict',
          });
          expect(await computed(engine, plan, range({}))).toHaveLength(1);
        }));

      test('lets go when its reader has enough, and computes side by side', () =>
        withEngine(async (engine) => {
          for await (const chunk of engine.compute(plan, range({}), never)) {
            expect(chunk.length).toBeGreaterThan(0);
            break;
          }
          const both = await Promise.all([computed(engine, plan, range({})), computed(engine, plan, range({}))]);
          expect(both[0]).toEqual(both[1]);
          expect(both[0]).toHaveLength(1);
        }));
    });
  });
}
