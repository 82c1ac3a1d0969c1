import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import {
  coalesce,
  columnOfField,
  compileFold,
  compileSql,
  daily,
  defineEvent,
  defineView,
  duckDb,
  exact,
  double,
  int,
  max,
  multiply,
  naiveView,
  optional,
  planView,
  string,
  sum,
  timestamp,
  type Scalar,
  type ViewRow,
} from '@twofold/core';
import {
  LawBroken,
  checkLaw,
  lawParameters,
  lawProperty,
  realSubject,
  valuesOf,
  type LawCase,
  type LawSubject,
  type LoggedEvent,
} from '@twofold/testkit';
import fc from 'fast-check';

/** Of one test, ms: a common run takes half a minute on two busy cores. */
const PATIENCE_MS = 900_000;
const RUNS_FOR_A_MUTANT = 2000;
const STREAM = 'things';

jest.setTimeout(PATIENCE_MS);

describe('the law, with DuckDB as batch engine', () => {
  let connection: DuckDBConnection;
  beforeAll(async () => {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    connection = await instance.connect();
  });
  afterAll(() => connection.closeSync());

  /** The case's log as a table with the archive's columns, and each view's compiled SQL over it. */
  const openDuckDb =
    (mutate: (sql: string) => string): LawSubject['openBatch'] =>
    async (lawCase) => {
      await loadArchive(connection, lawCase);
      return async (plan, cut) => {
        const sql = compileSql(plan, { relation: 'archive', cut: { [STREAM]: cut } }, duckDb);
        const result = await connection.runAndReadAll(mutate(sql));
        return result.getRowsJS().map((values) => rowOf(values as Scalar[], plan.dimensions.length));
      };
    };
  const subject = (mutate: (sql: string) => string = (sql) => sql): LawSubject => ({
    ...realSubject,
    openBatch: openDuckDb(mutate),
  });

  it('holds for the fold, the SQL, the epochs and the merge of SQL and epochs', () =>
    fc.assert(lawProperty(subject()), lawParameters()));

  it.each<[string, (sql: string) => string]>([
    ['the cut takes one event too many', (sql) => sql.replaceAll('"offset" <', '"offset" <=')],
    ['the cut of one partition is lost', (sql) => sql.replace(/\("partition" = 0 AND "offset" < \d+\)/, 'FALSE')],
    ['dead records count', (sql) => sql.replace("verdict = 'event'", 'TRUE')],
    ['every version counts', (sql) => sql.replace(/"version" = \d+/, 'TRUE')],
    ['every type counts', (sql) => sql.replace(/"type" = '[^']*'/, 'TRUE')],
    [
      'a window is rounded towards zero',
      (sql) =>
        sql.replace(
          /CAST\(\("event_time" - .* AS BIGINT\) AS window_number/,
          (whole) => `CAST(trunc("event_time" / ${/% (\d+)/.exec(whole)?.[1]}) AS BIGINT) AS window_number`,
        ),
    ],
    [
      'min and max are swapped',
      (sql) => sql.replaceAll(/\b(min|max)\(/g, (word) => (word === 'min(' ? 'max(' : 'min(')),
    ],
    ['a sum of nothing is null', (sql) => sql.replaceAll(/coalesce\((sum\(.*?\)), 0\) AS BIGINT/g, '$1 AS BIGINT')],
    ['a sum counts each value once', (sql) => sql.replaceAll('sum(', 'sum(DISTINCT ')],
    ['a sum is of doubles', (sql) => sql.replaceAll('coalesce(sum(', 'coalesce(fsum(')],
    [
      'rows without a first dimension are lost',
      (sql) => sql.replace(/^SELECT ("d_\w+") AS ([^]*)\nGROUP BY/, 'SELECT $1 AS $2 AND $1 IS NOT NULL\nGROUP BY'),
    ],
    ['less is less or equal', (sql) => sql.replaceAll(/(?<!"offset") < /g, ' <= ')],
    ['and is or', (sql) => sql.replaceAll(') AND (', ') OR (')],
  ])('is seen to be broken when %s', async (_name, mutate) => {
    const { failed, errorInstance } = await fc.check(lawProperty(subject(mutate)), {
      numRuns: RUNS_FOR_A_MUTANT,
      endOnFailure: true,
    });
    expect(failed).toBe(true);
    expect(errorInstance).toBeInstanceOf(LawBroken);
  });

  it('has the same literals in SQL as in the fold', async () => {
    const event = defineEvent({
      type: 'thing.seen',
      stream: STREAM,
      data: { text: optional(string()), whole: optional(int()), real: optional(double()), at: optional(timestamp()) },
    });
    const nothing = eventOf(event.type, 0, [null, null, null, null]);
    const literals = fc.record({
      inText: valuesOf.string,
      inWhole: valuesOf.int.map(Number),
      inReal: valuesOf.double,
      at: valuesOf.timestamp,
    });
    await fc.assert(
      fc.asyncProperty(literals, async ({ inText, inWhole, inReal, at }) => {
        const view = defineView({
          name: 'literals',
          from: event,
          by: (thing) => ({ text: coalesce(thing.text, inText) }),
          window: daily(),
          measures: (thing) => ({
            whole: max(coalesce(thing.whole, inWhole)),
            real: max(coalesce(thing.real, inReal)),
            at: max(coalesce(thing.at, new Date(at))),
          }),
        });
        const course = { cuts: [[0]], deliveries: [] };
        await checkLaw(subject(), { event, views: [planView(view, event)], log: [[nothing]], course });
      }),
      // an engine that reads a double as a decimal is wrong once in a hundred
      { numRuns: 500, examples: [[{ inText: "'", inWhole: -1, inReal: -0.011477016182383901, at: -1 }]] },
    );
  });

  it('refuses, in every engine or in none, what leaves 64 bits', async () => {
    const event = defineEvent({ type: 'box.packed', stream: STREAM, data: { width: int(), height: int() } });
    const view = defineView({
      name: 'areas',
      from: event,
      window: daily(),
      measures: ({ width, height }) => ({ area: sum(multiply(width, height)) }),
    });
    const plan = planView(view, event);
    const lengths = fc.oneof(fc.nat({ max: 9 }), fc.integer({ min: 2 ** 31 - 2, max: 2 ** 31 + 2 }), fc.maxSafeNat());
    const boxes = fc.array(fc.tuple(lengths, lengths), { maxLength: 5 });
    const seen = { refused: 0, computed: 0 };
    await fc.assert(
      fc.asyncProperty(boxes, async (values) => {
        const log = [values.map((of, offset) => eventOf(event.type, offset, of))];
        const compute = await openDuckDb((sql) => sql)({
          event,
          views: [plan],
          log,
          course: { cuts: [], deliveries: [] },
        });
        const naive = outcomeOf(() =>
          naiveView(
            plan,
            values.map(([width, height]) => ({ timeMs: 0, data: { width, height } })),
          ),
        );
        const folded = outcomeOf(() => {
          const fold = compileFold(plan)();
          for (const of of values) fold.apply(of, 0);
          return fold.rows();
        });
        const computed = await compute(plan, [values.length]).catch((error: unknown) => {
          expect(String(error)).toMatch(/out of range|overflow/i);
          return 'overflow' as const;
        });
        expect(folded).toEqual(naive);
        expect(computed).toEqual(naive);
        seen[naive === 'overflow' ? 'refused' : 'computed'] += 1;
      }),
      { numRuns: 200 },
    );
    expect(Math.min(seen.refused, seen.computed)).toBeGreaterThan(10);
  });
});

const SQL_TYPE = { string: 'VARCHAR', int: 'BIGINT', double: 'DOUBLE', boolean: 'BOOLEAN', timestamp: 'BIGINT' };

async function loadArchive(connection: DuckDBConnection, { event, log }: LawCase): Promise<void> {
  const fields = Object.entries(event.fields);
  const columns = [
    'stream VARCHAR, "partition" INTEGER, "offset" BIGINT, verdict VARCHAR, "type" VARCHAR, "version" INTEGER, event_time BIGINT',
    ...fields.map(([name, { kind }]) => `"${columnOfField(name)}" ${SQL_TYPE[kind]}`),
  ];
  await connection.run(`CREATE OR REPLACE TEMP TABLE archive (${columns.join(', ')})`);
  const appender = await connection.createAppender('archive');
  for (const [partition, records] of log.entries()) {
    for (const record of records) {
      appender.appendVarchar(STREAM);
      appender.appendInteger(partition);
      appender.appendBigInt(BigInt(record.offset));
      appender.appendVarchar(record.verdict.kind);
      appender.appendVarchar(record.type);
      appender.appendInteger(record.version);
      appender.appendBigInt(BigInt(record.timeMs));
      for (const [index, [, { kind }]] of fields.entries()) {
        const value = record.values[index] ?? null;
        if (value === null) appender.appendNull();
        else if (kind === 'string') appender.appendVarchar(String(value));
        else if (kind === 'boolean') appender.appendBoolean(value === true);
        else if (kind === 'double') appender.appendDouble(Number(value));
        else appender.appendBigInt(BigInt(value));
      }
      appender.endRow();
    }
  }
  appender.closeSync();
}

function rowOf(values: readonly Scalar[], dimensionCount: number): ViewRow {
  const scalars = values.map((value) => (typeof value === 'bigint' ? exact(value) : value));
  return {
    dimensions: scalars.slice(0, dimensionCount),
    window: Number(scalars[dimensionCount]),
    parts: scalars.slice(dimensionCount + 1),
  };
}

const eventOf = (type: string, offset: number, values: readonly Scalar[]): LoggedEvent => ({
  offset,
  verdict: { kind: 'event' },
  type,
  version: 1,
  timeMs: 0,
  values,
});

function outcomeOf(compute: () => readonly ViewRow[]): readonly ViewRow[] | 'overflow' {
  try {
    return compute();
  } catch (error) {
    expect(error).toMatchObject({ code: 'overflow' });
    return 'overflow';
  }
}
