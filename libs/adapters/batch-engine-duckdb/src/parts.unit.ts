import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import {
  bucketOfValue,
  combinePart,
  duckDb,
  identityOf,
  integerOf,
  partOf,
  registerOf,
  stateFromSql,
  stateOf,
  storageOf,
  type ExactInteger,
  type ExpressionNode,
  type Part,
  type Place,
  type Present,
  type Scalar,
  type ScalarTypeName,
} from '@twofold/core';
import fc from 'fast-check';
import { plainOf } from './plain-of.js';

const fieldOf = (type: ScalarTypeName): ExpressionNode => ({ kind: 'field', name: 'x', type, nullable: true });
const of = fieldOf('int');

const LEAST = -(2n ** 63n);
const GREATEST = 2n ** 63n - 1n;
const integers = fc
  .oneof(
    fc.integer({ min: -300, max: 300 }).map(BigInt),
    fc.bigInt({ min: LEAST, max: GREATEST }),
    fc
      .tuple(fc.integer({ min: 0, max: 62 }), fc.integer({ min: -1, max: 1 }), fc.boolean())
      .map(([power, beside, isNegative]) => (isNegative ? -1n : 1n) * (2n ** BigInt(power) + BigInt(beside))),
    fc.constantFrom(GREATEST, LEAST, LEAST + 1n, 2n ** 53n, 2n ** 53n - 1n),
  )
  .map(integerOf);
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 4 }).map((text) => text.toWellFormed().replaceAll('\0', '0')),
  fc.constantFrom('', '[]', 'beyond', '\u{10000}', '\uffff', "'", '"', 'Zürich'),
);
const doubles = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const valuesOf = (type: ScalarTypeName): fc.Arbitrary<Present> =>
  type === 'string' ? texts : type === 'boolean' ? fc.boolean() : type === 'double' ? doubles : integers;

const cases: readonly (readonly [name: string, part: Part, type: ScalarTypeName])[] = [
  ['count of events', { kind: 'count', of: null }, 'int'],
  ['count of values', { kind: 'count', of }, 'int'],
  ['sum', { kind: 'sum', of, power: 1 }, 'int'],
  ['sum of squares', { kind: 'sum', of, power: 2 }, 'int'],
  ...(['int', 'string', 'double', 'boolean'] as const).flatMap((type) =>
    (['min', 'max', 'argmin', 'argmax'] as const).map(
      (kind) => [`${kind} of ${type}`, { kind, of: fieldOf(type), type }, type] as const,
    ),
  ),
  ...(['int', 'string', 'boolean'] as const).flatMap((type) => [
    [`set of ${type}`, { kind: 'set', of: fieldOf(type), type, atMost: 4 }, type] as const,
    [`registers of ${type}`, { kind: 'registers', of: fieldOf(type), type }, type] as const,
  ]),
  ['log-linear buckets', { kind: 'buckets', of, type: 'int', index: { kind: 'log-linear' } }, 'int'],
  [
    'buckets by boundaries',
    { kind: 'buckets', of, type: 'int', index: { kind: 'boundaries', boundaries: [-5, 0, 1, '9007199254740993'] } },
    'int',
  ],
  [
    'buckets of doubles',
    {
      kind: 'buckets',
      of: fieldOf('double'),
      type: 'double',
      index: { kind: 'boundaries', boundaries: [-0.5, 0, 0.1, 1e21] },
    },
    'double',
  ],
];

type Seen = { readonly value: Present | null; readonly place: Place };

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
});
afterAll(() => connection.closeSync());

/** A part of the rows of a relation that has the archive's columns and `x`. */
async function stateInDuckDb(part: Part, relation: string): Promise<Scalar> {
  const sql = partOf(part.kind).sql.duckdb(part, part.of === null ? null : 'x');
  const result = await connection.runAndReadAll(`SELECT ${sql} FROM ${relation}`);
  return stateFromSql(part, plainOf(result.getRows()[0]?.[0] ?? null));
}

const literalOf = (value: Present | null, type: ScalarTypeName): string =>
  `CAST(${value === null ? 'NULL' : duckDb.quoteText(String(value))} AS ${duckDb.typeOf(storageOf(type))})`;

function relationOf(seen: readonly Seen[], type: ScalarTypeName): string {
  const columns = 'x, "event_time", "stream", "partition", "offset"';
  const rows = seen.map(
    ({ value, place: { timeMs, stream, partition, offset } }) =>
      `(${literalOf(value, type)}, CAST(${timeMs} AS BIGINT), ${duckDb.quoteText(stream)}, CAST(${partition} AS INTEGER), CAST(${offset} AS BIGINT))`,
  );
  return rows.length === 0
    ? `(SELECT ${literalOf(null, type)}, CAST(0 AS BIGINT), 'a', 0, CAST(0 AS BIGINT) WHERE FALSE) AS t(${columns})`
    : `(VALUES ${rows.join(', ')}) AS t(${columns})`;
}

const inJavaScript = (part: Part, seen: readonly Seen[]): Scalar =>
  seen.reduce<Scalar>(
    (state, { value, place }) => combinePart(part, state, stateOf(part, value, place)),
    identityOf(part),
  );

describe.each(cases)('%s', (_name, part, type) => {
  const seenOf = fc
    .array(
      fc.record({
        value: fc.option(valuesOf(type), { freq: 5 }),
        timeMs: fc.integer({ min: -2, max: 2 }),
        stream: fc.constantFrom('a', 'b', '\u{10000}', '\uffff', 'a stream of long name 1', 'a stream of long name 2'),
        partition: fc.integer({ min: 0, max: 10 }),
      }),
      { maxLength: 12 },
    )
    .map((events) =>
      events.map(({ value, ...place }, index) => ({ value, place: { ...place, offset: (index * 7) % 13 } })),
    );

  it('has the same state, text and all, in DuckDB as in JavaScript', async () => {
    await fc.assert(
      fc.asyncProperty(seenOf, async (seen) => {
        expect(await stateInDuckDb(part, relationOf(seen, type))).toEqual(inJavaScript(part, seen));
      }),
      { numRuns: 150 },
    );
  });
});

describe('at the edges', () => {
  /** Values and what DuckDB computes of each by an expression over `x`. */
  async function each(values: readonly ExactInteger[], part: Part): Promise<readonly Scalar[]> {
    const sql = partOf(part.kind).sql.duckdb(part, 'x');
    const rows = values.map((value, index) => `(${index}, CAST('${value}' AS BIGINT))`).join(', ');
    const result = await connection.runAndReadAll(
      `SELECT ${sql} FROM (VALUES ${rows}) AS t(n, x) GROUP BY n ORDER BY n`,
    );
    return result.getRows().map(([value = null]) => stateFromSql(part, plainOf(value)));
  }
  const edges = Array.from({ length: 63 }, (_, power) => 2n ** BigInt(power))
    .flatMap((power) => [power - 1n, power, power + 1n, power + power / 128n, power + power / 128n - 1n])
    .flatMap((value) => [value, -value])
    .concat(GREATEST, LEAST)
    .map(integerOf);

  it('buckets begin and end at the same integers', async () => {
    const part: Part = { kind: 'buckets', of, type: 'int', index: { kind: 'log-linear' } };
    expect(await each(edges, part)).toEqual(edges.map((value) => `${bucketOfValue(value)}:1`));
  });

  it('a square of any 64 bits is exact', async () => {
    const part: Part = { kind: 'sum', of, power: 2 };
    expect(await each(edges, part)).toEqual(edges.map((value) => integerOf(BigInt(value) ** 2n)));
  });

  it('a thousand of the greatest sum exactly', async () => {
    const relation = `(SELECT CAST('${LEAST}' AS BIGINT) AS x FROM range(1000))`;
    expect(await stateInDuckDb({ kind: 'sum', of, power: 1 }, relation)).toBe(LEAST * 1000n);
    expect(await stateInDuckDb({ kind: 'sum', of, power: 2 }, relation)).toBe(LEAST ** 2n * 1000n);
  });

  it('ranks of registers are the same, the high ones among them', async () => {
    const part: Part = { kind: 'registers', of, type: 'int' };
    const values = Array.from({ length: 200_000 }, (_, value) => value);
    const ranks = values.map((value) => registerOf(value)[1]);
    expect(Math.max(...ranks.slice(0, 100_000))).toBeGreaterThan(15);
    const state = await stateInDuckDb(part, `(SELECT range AS x FROM range(${values.length}))`);
    const held = partOf('registers').inFold;
    const folded = held.kind === 'held' ? held.hold(part, { stream: 'a', partition: 0 })('') : null;
    for (const value of values) folded?.take(value, 0, 0);
    expect(state).toBe(folded?.state());
  });

  it('a set far beyond its bound is handed over in part only', async () => {
    const part: Part = { kind: 'set', of, type: 'int', atMost: 10 };
    expect(await stateInDuckDb(part, '(SELECT range AS x FROM range(100000))')).toBe('beyond');
    const sql = partOf('set').sql.duckdb(part, 'x');
    const result = await connection.runAndReadAll(`SELECT len(${sql}) FROM (SELECT range AS x FROM range(100000))`);
    expect(Number(result.getRows()[0]?.[0])).toBe(11);
  });
});
